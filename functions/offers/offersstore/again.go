package offersstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

// BuyBoxesAgain tells of all buy boxes as they stand, for whoever has lost what they made of them. Who has a box of that version, or a
// newer one, changes nothing.
type BuyBoxesAgain struct {
	DB    store.Scanner
	Topic outbox.Topic
	Now   func() time.Time
}

// AgainInput says where to go on: what the answer before said, "" to begin.
type AgainInput struct {
	After string `json:"after"`
}

// AgainOutput says where to go on, "" at the end, how many items were looked at, and how many buy boxes told of.
type AgainOutput struct {
	After   string `json:"after,omitempty"`
	Looked  int    `json:"looked"`
	Written int    `json:"written"`
}

// Publish works until shortly before its context's deadline.
func (b BuyBoxesAgain) Publish(ctx context.Context, in AgainInput) (out AgainOutput, err error) {
	out.After, err = store.Walk(ctx, b.DB, table, in.After, b.Now, func(items []store.Item) error {
		events, err := b.events(items)
		if err != nil {
			return err
		}
		out.Looked, out.Written = out.Looked+len(items), out.Written+len(events)
		if err := b.Topic.Publish(ctx, events); err != nil {
			return fmt.Errorf("publish buy boxes: %w", err)
		}
		return nil
	})
	return out, err
}

// events are those of the buy boxes among some items.
func (b BuyBoxesAgain) events(items []store.Item) (all []outbox.Event, err error) {
	now := b.Now().UTC()
	for _, i := range items {
		if !isBuyBox(i) {
			continue
		}
		es, err := buyBoxEvents(outbox.Change{New: i})
		if err != nil {
			return nil, err
		}
		for _, e := range es {
			key := store.KeyOf(i)
			e.ID, e.OccurredAt = ids.Derive("evt_", "again", key.PK, key.SK, strconv.FormatInt(now.UnixNano(), 10)), now
			all = append(all, e)
		}
	}
	return all, nil
}
