package catalogaws

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
)

// BuyBox returns the handler of the queue of the offers' events.
func BuyBox(p catalog.BuyBoxProjection) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return outbox.Receive(func(ctx context.Context, e outbox.Event) error {
		if e.Name != "BuyBoxChanged" {
			return fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
		}
		var b catalog.BuyBox
		if err := e.Into(&b); err != nil {
			return err
		}
		return p.Changed(ctx, b)
	})
}
