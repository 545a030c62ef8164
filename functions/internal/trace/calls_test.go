package trace

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Seen to catch: a transaction's tables not found; units of one table alone; capacity that is not asked for.
func TestACallIsRecordedWithTablesAndUnits(t *testing.T) {
	var out strings.Builder
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	name, used := aws.String, func(n float64) *types.ConsumedCapacity { return &types.ConsumedCapacity{CapacityUnits: &n} }
	for _, c := range []struct {
		in, out any
		want    string
	}{
		{&dynamodb.GetItemInput{TableName: name("a")}, &dynamodb.GetItemOutput{ConsumedCapacity: used(1.5)}, `on="[ a]" tables=[a] units=1.5`},
		{&dynamodb.QueryInput{TableName: name("a"), IndexName: name("by_day")}, &dynamodb.QueryOutput{}, `on="[ a/index/by_day]"`},
		{&dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"b": {}, "a": {}}},
			&dynamodb.BatchGetItemOutput{ConsumedCapacity: []types.ConsumedCapacity{*used(1), *used(2)}}, `tables="[a b]" units=3`},
		{&dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: name("b")}},
			{Update: &types.Update{TableName: name("a")}}, {Delete: &types.Delete{TableName: name("a")}}}},
			&dynamodb.TransactWriteItemsOutput{}, `on="[DeleteItem a PutItem b UpdateItem a]" tables="[a b]" units=0`},
		{&struct{ QueueUrl *string }{name("q")}, nil, `on="[ q]" tables=[] units=0`},
		{&struct{ Bucket, Key *string }{name("b"), name("k/l")}, nil, `on="[ b/k/l]"`},
	} {
		out.Reset()
		_, _, err := record(context.Background(), middleware.InitializeInput{Parameters: c.in}, middleware.InitializeHandlerFunc(
			func(context.Context, middleware.InitializeInput) (middleware.InitializeOutput, middleware.Metadata, error) {
				return middleware.InitializeOutput{Result: c.out}, middleware.Metadata{}, nil
			}))
		if err != nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%T: %s %v", c.in, out.String(), err)
		}
		if in, ok := c.in.(*dynamodb.GetItemInput); ok && in.ReturnConsumedCapacity != types.ReturnConsumedCapacityTotal {
			t.Error("units are not asked for")
		}
	}
}
