package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/metrics"
	"rialto/functions/internal/store"
)

// Event is what a context says happened. Key is the id of what it happened to; Data is described by
// events/<context>/<Name>.v<Version>.schema.json.
type Event struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Version    int             `json:"version"`
	OccurredAt time.Time       `json:"occurred_at"`
	Key        string          `json:"key"`
	Data       json.RawMessage `json:"data"`
}

// New returns an event of version 1 without id and time; Stream fills those from the change.
func New(name, key string, data any) (Event, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return Event{}, fmt.Errorf("event %s: %w", name, err)
	}
	return Event{Name: name, Version: 1, Key: key, Data: b}, nil
}

// Change is one committed change of an item. Old is nil for a new item, New for a deleted one.
type Change struct {
	Old, New store.Item
	At       time.Time // when it was committed, to the second
}

// Topic publishes events of one context.
type Topic interface {
	Publish(ctx context.Context, es []Event) error
}

// Stream returns the handler of a table's stream: derive says which events a change means (none, often).
func Stream(topic Topic, derive func(Change) ([]Event, error)) batch.StreamHandler {
	return batch.Stream(func(ctx context.Context, records []events.DynamoDBEventRecord) (int, error) {
		var out []Event
		for i, r := range records {
			es, err := eventsOf(r, derive)
			if err != nil {
				// What came before is published; this record is tried again.
				if err := publish(ctx, topic, out); err != nil {
					return 0, err
				}
				return i, err
			}
			out = append(out, es...)
		}
		return 0, publish(ctx, topic, out)
	})
}

// Changes returns the handler of a table's stream for what is to be done besides events.
func Changes(do func(context.Context, Change) error) batch.StreamHandler {
	return batch.Stream(func(ctx context.Context, records []events.DynamoDBEventRecord) (int, error) {
		for i, r := range records {
			c, err := changeOf(r)
			if err == nil {
				err = do(ctx, c)
			}
			if err != nil {
				return i, err
			}
		}
		return 0, nil
	})
}

// publish counts what it published, by names, at the time of the last of each.
func publish(ctx context.Context, topic Topic, es []Event) error {
	if err := topic.Publish(ctx, es); err != nil {
		return err
	}
	counts, last := map[string]int{}, map[string]time.Time{}
	for _, e := range es {
		counts[e.Name]++
		last[e.Name] = e.OccurredAt
	}
	for name, n := range counts {
		metrics.Count(ctx, metrics.Published, name, n, last[name])
	}
	return nil
}

func changeOf(r events.DynamoDBEventRecord) (Change, error) {
	c := Change{At: r.Change.ApproximateCreationDateTime.UTC()}
	var err error
	if c.Old, err = itemOf(r.Change.OldImage); err != nil {
		return c, err
	}
	c.New, err = itemOf(r.Change.NewImage)
	return c, err
}

func eventsOf(r events.DynamoDBEventRecord, derive func(Change) ([]Event, error)) ([]Event, error) {
	c, err := changeOf(r)
	if err != nil {
		return nil, err
	}
	es, err := derive(c)
	if err != nil {
		return nil, fmt.Errorf("derive events: %w", err)
	}
	for i := range es {
		es[i].ID = ids.Derive("evt_", r.EventSourceArn, r.Change.SequenceNumber, es[i].Name, strconv.Itoa(i))
		es[i].OccurredAt = c.At
	}
	return es, nil
}

// Receive returns the handler of a queue fed by topics.
func Receive(do func(context.Context, Event) error) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		e, err := Decode([]byte(m.Body))
		if err != nil {
			return err
		}
		return do(ctx, e)
	})
}

// Handle is Receive for use cases that know events by their names and data alone.
func Handle(do func(ctx context.Context, event string, data []byte) error) batch.QueueHandler {
	return Receive(func(ctx context.Context, e Event) error { return do(ctx, e.Name, e.Data) })
}

// HandleTimed is Handle for use cases that go by when the event occurred, too.
func HandleTimed(do func(ctx context.Context, event string, data []byte, occurred time.Time) error) batch.QueueHandler {
	return Receive(func(ctx context.Context, e Event) error { return do(ctx, e.Name, e.Data, e.OccurredAt) })
}

// ReceiveOnce is Receive for consumers that bring something up to date from its source: events of one batch with
// the same subject are worked on together, once, since all of the batch's changes were committed before it came.
// If that fails, all of them come again.
func ReceiveOnce(subject func(Event) (string, error), do func(ctx context.Context, subject string) error) batch.QueueHandler {
	return ReceiveGrouped(subject, func(ctx context.Context, subject string, _ []Delivery) error { return do(ctx, subject) })
}

// Delivery is an event as a queue gave it.
type Delivery struct {
	Event
	Queued time.Time // when the queue took it, zero if it does not say
}

// ReceiveGrouped is ReceiveOnce for consumers that need all of a subject's events, in the batch's order.
func ReceiveGrouped(subject func(Event) (string, error),
	do func(ctx context.Context, subject string, group []Delivery) error) batch.QueueHandler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		groups := grouped(e, subject)
		work := make(map[string]func() error, len(groups))
		for s, group := range groups {
			work[s] = sync.OnceValue(func() error { return do(ctx, s, group) })
		}
		return Receive(func(_ context.Context, e Event) error {
			s, err := subject(e)
			if err != nil {
				return err
			}
			return work[s]()
		})(ctx, e)
	}
}

// ReceiveTogether is ReceiveGrouped for consumers that bring all subjects of a batch up to date at once, and say which of them failed.
func ReceiveTogether(subject func(Event) (string, error),
	do func(ctx context.Context, groups map[string][]Delivery) (failed map[string]error)) batch.QueueHandler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		work := sync.OnceValue(func() map[string]error { return do(ctx, grouped(e, subject)) })
		return Receive(func(_ context.Context, e Event) error {
			s, err := subject(e)
			if err != nil {
				return err
			}
			return work()[s]
		})(ctx, e)
	}
}

// grouped are the events of a batch by their subjects, but for messages that are none: those fail by themselves.
func grouped(e events.SQSEvent, subject func(Event) (string, error)) map[string][]Delivery {
	groups := map[string][]Delivery{}
	for _, m := range e.Records {
		if e, err := Decode([]byte(m.Body)); err == nil {
			if s, err := subject(e); err == nil {
				groups[s] = append(groups[s], Delivery{e, queued(m)})
			}
		}
	}
	return groups
}

// queued is when a queue took a message.
func queued(m events.SQSMessage) time.Time {
	ms, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// Decode reads an event; what is none is malformed_event.
func Decode(body []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" || e.Name == "" || e.Key == "" {
		return e, fault.New(fault.Malformed, "malformed_event", "the message is not an event").Because(err)
	}
	return e, nil
}

// Into decodes an event's data.
func (e Event) Into(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fault.New(fault.Malformed, "malformed_event", "the data of %s v%d cannot be read", e.Name, e.Version).Because(err)
	}
	return nil
}
