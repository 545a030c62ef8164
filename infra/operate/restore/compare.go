package restore

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

type item = map[string]types.AttributeValue

// Comparison counts a copy's items that the live table has, by what became of them since, and the live table's that the copy has not.
type Comparison struct {
	Same, Changed, Gone int64 // of the copy's
	Live, New           int64 // of the live table's, which of them the copy has not
	Whole               bool  // every item of both was looked at
}

// Copied is how many of the copy's items were looked at.
func (c Comparison) Copied() int64 { return c.Same + c.Changed + c.Gone }

// explained is the share, in percent, of items that may have been written while a drill went on.
const explained = 10

// verdict fails where writes since the copy's time do not explain how it differs.
func (c Comparison) verdict(name string) error {
	switch {
	case c.Copied() == 0 && c.Live > 0:
		return fmt.Errorf("%s is empty, and its table is not", name)
	case (c.Changed+c.Gone)*100 > explained*c.Copied() || c.New*100 > explained*c.Live:
		return fmt.Errorf("%s differs in more than %d%%: %d of %d changed and %d gone since, %d of %d new; was so much written since?",
			name, explained, c.Changed, c.Copied(), c.Gone, c.New, c.Live)
	}
	return nil
}

// reader is what a comparison reads both tables by.
type reader interface {
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
}

const (
	segments = 16  // that a table is read in, each from another of its partitions
	page     = 100 // items at once in each: as many as a BatchGetItem takes
	readers  = 4
)

// compare looks at most of each table's items, or at all of them for 0, a page of a few segments at a time: what it keeps in memory
// does not grow with the table.
func compare(ctx context.Context, db reader, copied, live string, most int) (Comparison, error) {
	var same, changed, gone, lives, added, cut atomic.Int64
	err := each(ctx, db, copied, live, most, &cut, func(i, other item) {
		switch {
		case other == nil:
			gone.Add(1)
		case reflect.DeepEqual(i, other):
			same.Add(1)
		default:
			changed.Add(1)
		}
	})
	if err != nil {
		return Comparison{}, err
	}
	err = each(ctx, db, live, copied, most, &cut, func(_, other item) {
		if lives.Add(1); other == nil {
			added.Add(1)
		}
	})
	return Comparison{same.Load(), changed.Load(), gone.Load(), lives.Load(), added.Load(), cut.Load() == 0}, err
}

// each calls do with items of a table and what another has under their keys, and counts the segments that it did not read to their end.
func each(ctx context.Context, db reader, from, in string, most int, cut *atomic.Int64, do func(i, other item)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for segment := range segments {
		g.Go(func() error {
			scan := &dynamodb.ScanInput{TableName: &from, ConsistentRead: aws.Bool(true), Limit: aws.Int32(page),
				Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(segments)}
			for seen, pages := 0, dynamodb.NewScanPaginator(db, scan); pages.HasMorePages(); {
				if most > 0 && seen >= max(1, most/segments) {
					cut.Add(1)
					return nil
				}
				read, err := pages.NextPage(ctx)
				if err != nil {
					return fmt.Errorf("read %s: %w", from, err)
				}
				others, err := get(ctx, db, in, read.Items)
				if err != nil {
					return err
				}
				for _, i := range read.Items {
					do(i, others[keyOf(i)])
				}
				seen += len(read.Items)
			}
			return nil
		})
	}
	return g.Wait()
}

// get reads from a table what it has under the keys of some items, by key.
func get(ctx context.Context, db reader, table string, items []item) (map[string]item, error) {
	var keys []item
	for _, i := range items {
		key := item{"pk": i["pk"]}
		if i["sk"] != nil {
			key["sk"] = i["sk"]
		}
		keys = append(keys, key)
	}
	out := map[string]item{}
	for len(keys) > 0 {
		read, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys, ConsistentRead: aws.Bool(true)}}})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		for _, i := range read.Responses[table] {
			out[keyOf(i)] = i
		}
		keys = read.UnprocessedKeys[table].Keys
	}
	return out, nil
}

// keyOf tells an item from the others of its table.
func keyOf(i item) string {
	var parts []string
	for _, name := range []string{"pk", "sk"} {
		if s, ok := i[name].(*types.AttributeValueMemberS); ok {
			parts = append(parts, s.Value)
		}
	}
	return strings.Join(parts, "\x00")
}
