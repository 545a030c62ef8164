package offersstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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

// margin is what an invocation leaves of its time, for the page it is at.
const margin = 30 * time.Second

// Publish works until shortly before its context's deadline.
func (b BuyBoxesAgain) Publish(ctx context.Context, in AgainInput) (out AgainOutput, err error) {
	end, limited := ctx.Deadline()
	for out.After = in.After; ; {
		scan := store.Scan{Table: table}
		if pk, sk, there := strings.Cut(out.After, " "); there {
			scan.After = store.Item{"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk}}
		}
		page, err := b.DB.Scan(ctx, scan)
		if err != nil {
			return out, err
		}
		events, err := b.events(page.Items)
		if err != nil {
			return out, err
		}
		if err := b.Topic.Publish(ctx, events); err != nil {
			return out, fmt.Errorf("publish buy boxes: %w", err)
		}
		out.Looked, out.Written = out.Looked+len(page.Items), out.Written+len(events)
		if page.Next == nil {
			out.After = ""
			return out, nil
		}
		next := store.KeyOf(page.Next)
		out.After = next.PK + " " + next.SK
		if limited && end.Sub(b.Now()) < margin {
			return out, nil
		}
	}
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
