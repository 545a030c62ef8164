package restore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/contract"
	"rialto/infra/operate"
)

// suffix ends the name of a copy. Only tables whose name ends so are ever deleted.
const suffix = "-drill"

// Client knows one stage's tables.
type Client struct {
	db     *dynamodb.Client
	prefix string
	local  bool
	poll   time.Duration // at least between two looks at a table
}

// New returns the client of the stage that an operator has opened.
func New(stage *operate.Client) *Client {
	c := &Client{prefix: stage.Prefix(), local: stage.IsLocal(), poll: 20 * time.Second}
	c.db = dynamodb.NewFromConfig(stage.Config, func(o *dynamodb.Options) {
		if c.local {
			o.BaseEndpoint = aws.String(contract.LocalDynamoDBURL)
		}
	})
	if c.local {
		c.poll = 100 * time.Millisecond
	}
	return c
}

// patience is how long a restore, or a deletion, may take before it is no longer waited for.
const patience = 24 * time.Hour

// ready waits until a table can be used, and describes it.
func (c *Client) ready(ctx context.Context, name string) (*types.TableDescription, error) {
	w := dynamodb.NewTableExistsWaiter(c.db, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = c.poll, 6*c.poll })
	out, err := w.WaitForOutput(ctx, &dynamodb.DescribeTableInput{TableName: &name}, patience)
	if err != nil {
		return nil, fmt.Errorf("wait for %s: %w", name, err)
	}
	return out.Table, nil
}

// drop deletes a copy, if there is one, and waits until it is gone. One that is still being made cannot be deleted, and is waited for.
func (c *Client) drop(ctx context.Context, table string) error {
	name := c.prefix + table + suffix
	for {
		out, err := c.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		if gone := new(types.ResourceNotFoundException); errors.As(err, &gone) {
			return nil
		}
		if err == nil && out.Table.TableStatus == types.TableStatusActive {
			_, err = c.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
		}
		if err != nil {
			return fmt.Errorf("delete %s: %w", name, err)
		}
		select {
		case <-time.After(c.poll):
		case <-ctx.Done():
			return fmt.Errorf("%s is still there, and the next drill deletes it: %w", name, ctx.Err())
		}
	}
}
