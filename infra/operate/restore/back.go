package restore

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// PutBack writes the items of one key (pk) that a drill's copy has and the live table has not, as they were, and says how many it
// wrote, and how many were there. What is there is never written over. Tables that must be kept in step with others refuse it.
func (c *Client) PutBack(ctx context.Context, table, key string) (written, there int, err error) {
	steps, err := stepsOf(table)
	if err != nil {
		return 0, 0, err
	}
	if steps.Never != "" {
		return 0, 0, fmt.Errorf("items of %s are not put back as they were: %s", table, steps.Never)
	}
	pages := dynamodb.NewQueryPaginator(c.db, &dynamodb.QueryInput{TableName: aws.String(c.prefix + table + suffix), ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": &types.AttributeValueMemberS{Value: key}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if none := new(types.ResourceNotFoundException); errors.As(err, &none) {
			return written, there, fmt.Errorf("there is no copy of %s: make drill TABLE=%s KEEP=1 makes one", table, table)
		}
		if err != nil {
			return written, there, fmt.Errorf("read the copy of %s: %w", table, err)
		}
		for _, i := range page.Items {
			_, err := c.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(c.prefix + table), Item: i,
				ConditionExpression: aws.String("attribute_not_exists(pk)")})
			if exists := new(types.ConditionalCheckFailedException); errors.As(err, &exists) {
				there++
				continue
			}
			if err != nil {
				return written, there, fmt.Errorf("put %s back into %s: %w", key, table, err)
			}
			written++
		}
	}
	if written+there == 0 {
		return 0, 0, fmt.Errorf("the copy of %s has nothing under %q", table, key)
	}
	return written, there, nil
}
