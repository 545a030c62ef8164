// Package searchaws is the queues of the events that the search's indexes follow.
package searchaws

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/outbox"
	"rialto/functions/search"
)

// Receive returns the handler of the queue: it projects the products that a batch of events is about together, each once. If
// the projection of one fails, all its events come again.
func Receive(p *search.Projector) batch.QueueHandler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		received := p.Now()
		apply := func(ctx context.Context, groups map[string][]outbox.Delivery) map[string]error {
			var told []search.Told
			for product, group := range groups {
				t := search.Told{ProductID: product, Times: search.EventTimes{Queued: group[0].Queued, Received: received}}
				for _, d := range group {
					if c, err := change(d.Event); err == nil { // each was read before, by its subject
						t.Changes = append(t.Changes, c)
					}
				}
				told = append(told, t)
			}
			return p.Apply(ctx, told...)
		}
		return outbox.ReceiveTogether(subject, apply)(ctx, e)
	}
}

// ReceiveWords returns the handler of the queue of products whose words may have changed.
func ReceiveWords(i *search.Interpreter) batch.QueueHandler {
	return outbox.ReceiveGrouped(subject, func(ctx context.Context, product string, _ []outbox.Delivery) error {
		return i.Interpret(ctx, product)
	})
}

func subject(e outbox.Event) (string, error) {
	c, err := change(e)
	return c.ProductID, err
}

func change(e outbox.Event) (search.Change, error) { return search.ChangeOf(e.Name, e.Data) }
