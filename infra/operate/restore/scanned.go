package restore

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// scanned makes a copy where there are no restores: a table of the same keys and indexes, and what a scan finds.
func (c *Client) scanned(ctx context.Context, table string) error {
	live, err := c.ready(ctx, c.prefix+table)
	if err != nil {
		return err
	}
	name := c.prefix + table + suffix
	in := &dynamodb.CreateTableInput{TableName: &name, KeySchema: live.KeySchema, AttributeDefinitions: live.AttributeDefinitions,
		BillingMode: types.BillingModePayPerRequest}
	for _, i := range live.GlobalSecondaryIndexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes,
			types.GlobalSecondaryIndex{IndexName: i.IndexName, KeySchema: i.KeySchema, Projection: i.Projection})
	}
	if _, err := c.db.CreateTable(ctx, in); err != nil {
		return fmt.Errorf("create %s: %w", name, err)
	}
	if _, err := c.ready(ctx, name); err != nil {
		return err
	}
	// As many as one BatchWriteItem takes.
	pages := dynamodb.NewScanPaginator(c.db, &dynamodb.ScanInput{TableName: live.TableName, ConsistentRead: aws.Bool(true), Limit: aws.Int32(25)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read %s: %w", table, err)
		}
		if err := c.put(ctx, name, page.Items); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) put(ctx context.Context, name string, items []item) error {
	var writes []types.WriteRequest
	for _, i := range items {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: i}})
	}
	for len(writes) > 0 {
		out, err := c.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: writes}})
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		writes = out.UnprocessedItems[name]
	}
	return nil
}
