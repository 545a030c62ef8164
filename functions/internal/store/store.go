package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
)

// Item is a stored record by attribute name.
type Item = map[string]types.AttributeValue

// Key names one item. SK is empty in tables without a sort key.
type Key struct{ PK, SK string }

// Get asks for one item.
type Get struct {
	Table string
	Key   Key
}

// Query reads items of one partition in sort-key order. HashAttr and SortAttr default to pk and sk; an index
// names its own. Prefix, or From and To (both inclusive, either may be empty), narrow the sort key.
type Query struct {
	Table    string
	Index    string
	HashAttr string
	Hash     string
	SortAttr string
	Prefix   string
	From, To string
	// Limit is the most items a page holds; 0 leaves it to the service (1 MB).
	Limit   int
	Reverse bool
	After   Item // the Next of the page before
	// Eventual allows a stale read at half the price. Indexes are always read so.
	Eventual bool
}

// Page is one page of a Query. Next is nil on the last.
type Page struct {
	Items []Item
	Next  Item
}

// DB is what stores need of DynamoDB. A missing item is a nil Item, not an error.
type DB interface {
	// Get reads one item consistently.
	Get(ctx context.Context, table string, key Key) (Item, error)
	// GetMany reads up to 100 items in one call, each consistently, not as one snapshot; the answer is in the
	// order of gets, nil where there is none.
	GetMany(ctx context.Context, gets ...Get) ([]Item, error)
	// Snapshot reads up to 100 items as of one instant (TransactGetItems).
	Snapshot(ctx context.Context, gets ...Get) ([]Item, error)
	// Query reads a page. Errors: fault.ErrCursor.
	Query(ctx context.Context, q Query) (Page, error)
	// Apply makes one write and returns the item as it is afterwards (nil after Delete and Check).
	Apply(ctx context.Context, w Write) (Item, error)
	// Transact makes up to 100 writes, all or none.
	Transact(ctx context.Context, writes ...Write) error
}

// manyAtOnce is what one GetMany takes.
const manyAtOnce = 100

// Existing reads the items there are, however many are asked for, each consistently and in the order of gets.
func Existing(ctx context.Context, db DB, gets []Get) ([]Item, error) {
	var out []Item
	for part := range slices.Chunk(gets, manyAtOnce) {
		items, err := db.GetMany(ctx, part...)
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			if i != nil {
				out = append(out, i)
			}
		}
	}
	return out, nil
}

// Items yields every item of a query, over all its pages. An error is the last that it yields.
func Items(ctx context.Context, db DB, q Query) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			p, err := db.Query(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, i := range p.Items {
				if !yield(i, nil) {
					return
				}
			}
			if q.After = p.Next; q.After == nil {
				return
			}
		}
	}
}

// Sortable is the layout of times in keys: RFC 3339 with all digits, in UTC, so that text sorts as time.
const Sortable = "2006-01-02T15:04:05.000000000Z"

// Marshal turns a struct with dynamodbav tags into an Item.
func Marshal(v any) (Item, error) { return attributevalue.MarshalMap(v) }

// Unmarshal fills a struct from an Item.
func Unmarshal(i Item, v any) error { return attributevalue.UnmarshalMap(i, v) }

// UnmarshalAll fills a slice from Items.
func UnmarshalAll(is []Item, v any) error { return attributevalue.UnmarshalListOfMaps(is, v) }

// Int reads a whole number from an attribute as Unmarshal would, at a fraction of its cost. No attribute is 0.
func Int[N int | int64](i Item, attr string, into *N) error {
	v := i[attr]
	if n, ok := integer(v); ok {
		*into = N(n)
		return nil
	}
	return attributevalue.Unmarshal(v, into)
}

func (k Key) item() Item {
	i := Item{"pk": &types.AttributeValueMemberS{Value: k.PK}}
	if k.SK != "" {
		i["sk"] = &types.AttributeValueMemberS{Value: k.SK}
	}
	return i
}

// KeyOf reads an item's key.
func KeyOf(i Item) Key {
	var k Key
	if s, ok := i["pk"].(*types.AttributeValueMemberS); ok {
		k.PK = s.Value
	}
	if s, ok := i["sk"].(*types.AttributeValueMemberS); ok {
		k.SK = s.Value
	}
	return k
}

// Defaulted is the query with its default attributes named.
func (q Query) Defaulted() Query {
	if q.HashAttr == "" {
		q.HashAttr = "pk"
	}
	if q.SortAttr == "" {
		q.SortAttr = "sk"
	}
	return q
}

// Placed returns fault.ErrCursor for a query that goes on from no place of its own: DynamoDB takes no empty text for a key, and none that is
// beyond the query's bounds.
func (q Query) Placed() error {
	for name, v := range q.After {
		at, text := v.(*types.AttributeValueMemberS)
		if !text {
			continue
		}
		beyond := name == q.SortAttr && (!strings.HasPrefix(at.Value, q.Prefix) || at.Value < q.From || q.To != "" && at.Value > q.To)
		if at.Value == "" || beyond {
			return fault.ErrCursor
		}
	}
	return nil
}

// Transactable says why writes cannot be one transaction: there are none or too many, or two of one item.
func Transactable(writes []Write) error {
	if len(writes) == 0 || len(writes) > 100 {
		return fmt.Errorf("a transaction of %d writes, 1 to 100 are possible", len(writes))
	}
	seen := map[Get]string{}
	for _, w := range writes {
		g := Get{w.Table, w.Key}
		if other, twice := seen[g]; twice {
			return fmt.Errorf("%s and %s write the same item of %s", other, w.Label(), w.Table)
		}
		seen[g] = w.Label()
	}
	return nil
}
