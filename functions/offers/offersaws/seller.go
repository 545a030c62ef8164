// Package offersaws is the queues of events that the offers follow.
package offersaws

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
)

// part is a message of our own: where to go on among a seller's offers.
type part struct {
	SellerID string `json:"seller_id"`
	After    string `json:"after"`
}

// ReceiveSellers returns the handler of offers-seller. An event that changes what is known of a seller has its offers
// updated, a part an invocation, so that a seller of millions holds up nobody; own is the queue itself.
func ReceiveSellers(u *offers.SellerUpdater, own *chunkqueue.Queue) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		p, update, err := partOf(ctx, u, []byte(m.Body))
		if err != nil || !update {
			return err
		}
		if p.After, err = u.UpdateOffers(ctx, p.SellerID, p.After); err != nil || p.After == "" {
			return err
		}
		return chunkqueue.Send(ctx, own, p)
	})
}

// partOf reads a message: where to go on, or an event, which is kept; it tells whether the offers are to be updated.
func partOf(ctx context.Context, u *offers.SellerUpdater, body []byte) (p part, update bool, err error) {
	if json.Unmarshal(body, &p) == nil && p.SellerID != "" {
		return p, true, nil
	}
	e, err := outbox.Decode(body)
	if err != nil {
		return p, false, err
	}
	p.SellerID, update, err = u.HandleEvent(ctx, e.Name, e.Data)
	return p, update, err
}
