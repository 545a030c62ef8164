package offersaws

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
)

// ReceiveChanges returns the handler of offers-decide: it decides the buy boxes that a batch of events concerns, each
// once.
func ReceiveChanges(d *offers.Decider) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	concern := func(e outbox.Event) (offers.Concern, error) { return offers.ConcernOf(e.Name, e.Data) }
	return outbox.ReceiveGrouped(
		func(e outbox.Event) (string, error) {
			c, err := concern(e)
			return c.ProductID + "#" + c.Marketplace + "#" + c.SellerID + "#" + c.Centre, err
		},
		func(ctx context.Context, _ string, group []outbox.Delivery) error {
			c, err := concern(group[0].Event)
			if err != nil {
				return err
			}
			return d.DecideFor(ctx, c)
		})
}
