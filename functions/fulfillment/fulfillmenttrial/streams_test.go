package fulfillmenttrial_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/schedule"
)

// change is a committed change of an item.
type change struct {
	store.Get
	old, new store.Item
	at       time.Time
}

// streams is a store that keeps what its writes changed, as DynamoDB's streams do.
type streams struct {
	*memory.DB
	t *trial

	mu      sync.Mutex // for what several goroutines do in one step
	changed []change
}

func (d *streams) Apply(ctx context.Context, w store.Write) (out store.Item, err error) {
	err = d.write(ctx, []store.Write{w}, func() (err error) { out, err = d.DB.Apply(ctx, w); return err })
	return out, err
}

func (d *streams) Transact(ctx context.Context, writes ...store.Write) error {
	return d.write(ctx, writes, func() error { return d.DB.Transact(ctx, writes...) })
}

// write keeps what changed. Nobody else writes the items meanwhile: a transaction that is seen half done bars them.
func (d *streams) write(ctx context.Context, writes []store.Write, do func() error) error {
	if schedule.Of(ctx) == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
	}
	old := make([]store.Item, len(writes))
	for i, w := range writes {
		old[i] = d.Peek(w.Table, w.Key)
	}
	if err := do(); err != nil {
		return err
	}
	for i, w := range writes {
		if w.Kind() != store.KindCheck {
			d.changed = append(d.changed, change{store.Get{Table: w.Table, Key: w.Key}, old[i], d.Peek(w.Table, w.Key), d.t.s.Now()})
		}
	}
	return nil
}

// flush hands on what a step changed: to the books, and to the function that the table's stream calls. What goroutines
// did side by side comes in the order of its keys.
func (d *streams) flush() {
	list := d.changed
	d.changed = nil
	slices.SortStableFunc(list, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Key.PK, b.Key.PK), cmp.Compare(a.Key.SK, b.Key.SK))
	})
	for _, c := range list {
		if d.t.failed != nil {
			return
		}
		d.t.books.look(c)
		d.t.wiring.record(c)
	}
	d.t.books.checkShelves()
}

// image is an item as a stream's record has it.
func image(i store.Item) map[string]events.DynamoDBAttributeValue {
	if i == nil {
		return nil
	}
	out := make(map[string]events.DynamoDBAttributeValue, len(i))
	for k, v := range i {
		out[k] = attribute(v)
	}
	return out
}

func attribute(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value)
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value)
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value)
	case *types.AttributeValueMemberL:
		var list []events.DynamoDBAttributeValue
		for _, x := range v.Value {
			list = append(list, attribute(x))
		}
		return events.NewListAttribute(list)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(image(v.Value))
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute()
	}
	panic(fmt.Sprintf("%T is used by none of Rialto's tables", v))
}
