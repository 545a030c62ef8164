package campaignsaws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/campaigns"
)

// Tables is the warm throughput of tables, of their writes or of their reads.
type Tables struct {
	DynamoDB *dynamodb.Client
	Prefix   string
	Writes   bool
}

func (w Tables) table(ctx context.Context, name string) (*types.TableWarmThroughputDescription, error) {
	out, err := w.DynamoDB.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(w.Prefix + name)})
	if err != nil {
		return nil, fmt.Errorf("describe table: %w", err)
	}
	if out.Table.WarmThroughput == nil {
		return nil, campaigns.Absence("the table tells no warm throughput")
	}
	return out.Table.WarmThroughput, nil
}

func (w Tables) level(t *types.TableWarmThroughputDescription) campaigns.Level {
	if w.Writes {
		return campaigns.Level{Is: aws.ToInt64(t.WriteUnitsPerSecond)}
	}
	return campaigns.Level{Is: aws.ToInt64(t.ReadUnitsPerSecond)}
}

// Read implements campaigns.Warmer.
func (w Tables) Read(ctx context.Context, name string) (campaigns.Level, error) {
	t, err := w.table(ctx, name)
	if err != nil {
		return campaigns.Level{}, err
	}
	return w.level(t), nil
}

// Set implements campaigns.Warmer.
func (w Tables) Set(ctx context.Context, name string, level int64) (campaigns.Level, error) {
	t, err := w.table(ctx, name)
	if err != nil {
		return campaigns.Level{}, err
	}
	wanted := &types.WarmThroughput{ReadUnitsPerSecond: t.ReadUnitsPerSecond, WriteUnitsPerSecond: t.WriteUnitsPerSecond}
	if w.Writes {
		wanted.WriteUnitsPerSecond = &level
	} else {
		wanted.ReadUnitsPerSecond = &level
	}
	_, err = w.DynamoDB.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: aws.String(w.Prefix + name), WarmThroughput: wanted})
	if is[*types.ResourceInUseException](err) {
		return w.level(t), nil // its other throughput is being raised: the next run looks again
	}
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("set warm throughput: %w", err)
	}
	return w.Read(ctx, name)
}
