package fulfillmenttrial_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/contract"
	"rialto/functions/internal/batch"
	"rialto/functions/internal/outbox"
	"rialto/functions/laboratory/schedule"
)

// wiring carries changes of tables to functions as the contract says: a table's stream calls the function that publishes
// its events to a context's topic, and the topic feeds the queues of all functions that subscribe to them.
type wiring struct {
	t        *trial
	streams  map[string]stream   // by table
	queues   map[string]*queue   // by function
	hearers  map[string][]*queue // by "<context>/<event>"
	sequence int
}

// stream is the function of a table's stream.
type stream struct {
	id     string
	derive func(outbox.Change) ([]outbox.Event, error)
	handle batch.StreamHandler
}

// queue is a function's own queue.
type queue struct {
	id     string
	of     contract.Queue
	retry  time.Duration // until a message that failed is seen again
	handle batch.QueueHandler
}

// outsiders are functions that hear the events of this trial's contexts and are tried elsewhere: what they keep is
// derived, and is neither a unit nor a cent. What the gateway's own books say is compared by the tests of payments.
var outsiders = []string{"carts-refresh", "offers-decide", "promotions-restore", "payments-reconcile"}

// untold are events that no function hears here: they are for other systems, or told on to them.
var untold = []string{"fulfillment/ReturnExpired", "fulfillment/ReturnRequested", "fulfillment/ShipmentDelivered"}

// newWiring wires the functions of the contexts that the trial runs. One that the contract has and the trial does not know
// is a failure of the trial.
func newWiring(t *trial) *wiring {
	w := &wiring{t: t, streams: map[string]stream{}, queues: map[string]*queue{}, hearers: map[string][]*queue{}}
	derive, handlers := t.process.derived(), t.process.handlers()
	for _, f := range plan {
		switch tr := f.Trigger; {
		case tr.Stream != "":
			topic := topic{w, published(f)}
			w.streams[tr.Stream] = stream{f.ID(), derive[f.ID()], outbox.Stream(topic, derive[f.ID()])}
		case tr.Queue != nil:
			q := &queue{f.ID(), *tr.Queue, 6 * f.Timeout, handlers[f.ID()]}
			w.queues[f.ID()] = q
			for _, s := range tr.Queue.Subscriptions {
				for _, e := range s.Events {
					w.hearers[s.Context+"/"+e] = append(w.hearers[s.Context+"/"+e], q)
				}
			}
		}
	}
	return w
}

// tried are the contexts whose functions the trial runs.
var tried = []string{"inventory", "payments", "orders", "fulfillment", "payouts"}

// plan lists what the contract says of the functions that the trial runs, or that hear of what they say.
var plan = func() (out []contract.Function) {
	for _, f := range contract.Functions() {
		own := slices.Contains(tried, f.Context) && (f.Trigger.Stream != "" || f.Trigger.Queue != nil && len(f.Trigger.Queue.Subscriptions) > 0)
		if own || slices.Contains(outsiders, f.ID()) {
			out = append(out, f)
		}
	}
	return out
}()

// published is the context to whose topic a function publishes.
func published(f contract.Function) string {
	for _, g := range f.Grants {
		if g.Access == contract.Publish {
			return g.Name
		}
	}
	return ""
}

// record gives a change to the function of its table's stream, some time later.
func (w *wiring) record(c change) {
	s, ok := w.streams[c.Table]
	if !ok {
		return
	}
	w.sequence++
	if probe, err := s.derive(outbox.Change{Old: c.old, New: c.new, At: c.at}); err == nil && len(probe) == 0 {
		return // most changes mean nothing to others
	}
	r := events.DynamoDBEventRecord{EventSourceArn: "arn:" + c.Table, Change: events.DynamoDBStreamRecord{
		ApproximateCreationDateTime: events.SecondsEpochTime{Time: c.at.Truncate(time.Second)},
		SequenceNumber:              fmt.Sprint(w.sequence), OldImage: image(c.old), NewImage: image(c.new)}}
	w.t.task(s.id, func(ctx context.Context) error {
		for try := 0; ; try++ {
			if err := schedule.Sleep(ctx, w.t.delay(try)); err != nil {
				return err
			}
			out, err := s.handle(ctx, events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{r}})
			if err == nil && len(out.BatchItemFailures) == 0 {
				return nil
			}
			if try > 20 {
				w.t.fail("unheard", "%s cannot make an event of a change of %s %+v", s.id, c.Table, c.Key)
				return nil
			}
		}
	})
}

// topic is a context's.
type topic struct {
	w       *wiring
	context string
}

var errPublish = errors.New("the topic did not answer")

// Publish puts events into the queue of each function that subscribes to them. The answer may be lost, and all of it is
// published again then.
func (p topic) Publish(ctx context.Context, es []outbox.Event) error {
	for _, e := range es {
		name := p.context + "/" + e.Name
		hearers := p.w.hearers[name]
		if len(hearers) == 0 && !slices.Contains(untold, name) {
			p.w.t.fail("unheard", "nobody subscribes to %s", name)
		}
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		p.w.t.counts.heard(name)
		for _, q := range hearers {
			for range 1 + p.w.t.twice() {
				p.w.send(q, b, p.w.t.delay(0))
			}
		}
	}
	if len(es) > 0 && p.w.t.s.Chance(p.w.t.work.republish) {
		return errPublish
	}
	return nil
}

// send puts a message into a queue.
func (w *wiring) send(q *queue, body []byte, delay time.Duration) {
	if slices.Contains(outsiders, q.id) {
		return
	}
	w.t.task(q.id, func(ctx context.Context) error { return w.deliver(ctx, q, body, delay) })
}

// forgiven is how often a message may come out of the dead-letter queue before it counts as one that nobody can do.
const forgiven = 12

// deliver hands a message to its function until that has done it. What fails too often is a dead letter, which a person
// sends on days later.
func (w *wiring) deliver(ctx context.Context, q *queue, body []byte, delay time.Duration) error {
	receives, dead := 0, 0
	for {
		if err := schedule.Sleep(ctx, delay); err != nil {
			return err
		}
		b := &delivery{}
		w.t.counts.messages++
		w.t.note("> %s", body)
		err := w.t.invoke(ctx, func(ctx context.Context) error {
			if w.t.isDown(q.id) {
				w.t.counts.down++
				return errDown
			}
			out, err := q.handle(context.WithValue(ctx, deliveryKey{}, b), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: string(body)}}})
			if err == nil && len(out.BatchItemFailures) > 0 {
				if err = errors.Join(errFailed, b.err); b.err != nil && strings.HasPrefix(b.err.Error(), "panic: ") { // as batch says it
					err = &panicked{b.err.Error()}
				}
			}
			return err
		})
		w.t.note("< %v", err)
		switch {
		case errors.Is(err, schedule.ErrStopped):
			return err
		case err == nil:
			return nil
		}
		receives++
		delay = q.retry
		if receives >= q.of.MaxReceiveCount {
			receives = 0
			if !errors.Is(err, errDown) {
				dead++
			}
			if dead > forgiven {
				w.t.fail("unheard", "%s fails for ever at %s: %v", q.id, body, err)
				return nil
			}
			w.t.counts.dead++
			delay = time.Duration(1+w.t.s.Choose(w.t.work.redriven)) * 12 * time.Hour
			w.t.note("a dead letter, redriven after %v", delay)
		}
	}
}

var (
	errFailed = errors.New("failed")
	errDown   = errors.New("the function fails for days")
)

// delivery learns from the log why a message failed: its handler tells Lambda only that it did.
type delivery struct{ err error }

type deliveryKey struct{}

// reasons is the log of the functions.
type reasons struct{ slog.Handler }

func (reasons) Enabled(context.Context, slog.Level) bool { return true }

func (reasons) Handle(ctx context.Context, r slog.Record) error {
	d, ok := ctx.Value(deliveryKey{}).(*delivery)
	if !ok {
		return nil
	}
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			d.err = err
		}
		return true
	})
	return nil
}

func (h reasons) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h reasons) WithGroup(string) slog.Handler      { return h }
