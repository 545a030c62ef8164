package payments

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/sweep"
)

// Due says that a payment is looked at on a day (RFC 3339 full-date, UTC), or with Refund the attempt of that name to give it back.
type Due struct {
	OrderID string `dynamodbav:"of_order"`
	Group   string `dynamodbav:"of_group"`
	Refund  string `dynamodbav:"of_refund,omitempty"`
	Day     string `dynamodbav:"day"`
}

// Watchlist keeps what is due by day.
type Watchlist interface {
	// Watch puts a payment on the list; again is the same.
	Watch(ctx context.Context, d Due) error
	// Due lists a day's.
	Due(ctx context.Context, day string) ([]Due, error)
	Unwatch(ctx context.Context, d Due) error
	// Book puts what was booked on a day's list, to be held against the gateway's books (Reconciler).
	Book(ctx context.Context, d Due) error
	sweep.Mark
}

// OrderPlaced is the data of orders' event of that name, as far as it is read here.
type OrderPlaced struct {
	OrderID   string `json:"order_id"`
	Shipments []struct {
		Group         string    `json:"group"`
		CaptureBefore time.Time `json:"capture_before"`
	} `json:"shipments"`
}

// Watcher keeps authorizations from ending before their goods leave.
type Watcher struct {
	*Service
	List Watchlist
}

// HandleEvent puts the payments of a placed order on the list, refunds that were given, and what is to be found in the gateway's books.
// Errors: unknown_event, malformed_event.
func (w *Watcher) HandleEvent(ctx context.Context, event string, data []byte) error {
	switch event {
	case "OrderPlaced":
		return eventdata.Handle(ctx, event, data, w.placed)
	case EventRefunded:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, e PaymentRefunded) error {
			if e.Amount.Minor == 0 {
				return nil // without the gateway
			}
			name := Refund{ID: e.RefundID, Attempt: e.Attempt}.Name()
			if !e.Before {
				if err := w.List.Book(ctx, w.dueAt(e.OrderID, e.Group, name, w.Now())); err != nil {
					return err
				}
			}
			return w.List.Watch(ctx, w.dueAt(e.OrderID, e.Group, name, w.Now().Add(turnedBackAfter[0])))
		})
	case EventCaptured:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, e PaymentCaptured) error {
			if e.IntentID == "" {
				return nil // without the gateway
			}
			return w.List.Book(ctx, w.dueAt(e.OrderID, e.Group, "", w.Now()))
		})
	}
	return fault.New(fault.Malformed, "unknown_event", "payments does not watch %s", event)
}

func (w *Watcher) placed(ctx context.Context, o OrderPlaced) error {
	var failed error
	for _, x := range o.Shipments {
		if !x.CaptureBefore.IsZero() {
			failed = errors.Join(failed, w.List.Watch(ctx, w.dueAt(o.OrderID, x.Group, "", x.CaptureBefore.Add(-renewBefore))))
		}
	}
	return failed
}

// dueAt is on the day of a time, and never on one that is over: no sweep would come there any more.
func (w *Watcher) dueAt(orderID, group, refund string, at time.Time) Due {
	if now := w.Now(); at.Before(now) {
		at = now
	}
	return Due{orderID, group, refund, at.UTC().Format(time.DateOnly)}
}

// SweepInput says how many days to look back at least; 0 stands for 2. A sweep begins where everything before is done, if that is
// longer ago.
type SweepInput struct {
	Days int `json:"days"`
}

// SweepOutput counts what was due, what of it is done or due on another day, and what is not known yet.
type SweepOutput struct {
	Due     int `json:"due"`
	Done    int `json:"done"`
	Unknown int `json:"unknown"`
}

// Sweep looks at what is due: see Renew. What one payment meets does not keep it from the others. Errors: of the list, and
// Unavailable if an outcome is not known, for the next sweep.
func (w *Watcher) Sweep(ctx context.Context, in SweepInput) (out SweepOutput, err error) {
	days := in.Days
	if days <= 0 {
		days = 2
	}
	var mu sync.Mutex
	due, err := sweep.Days(ctx, w.List, w.Now(), sweep.Options{Back: days, AtOnce: w.atOnce()},
		func(ctx context.Context, d Due) (bool, error) {
			done, err := w.look(ctx, d)
			mu.Lock()
			defer mu.Unlock()
			if done {
				out.Done++
			}
			if err != nil {
				out.Unknown++
			}
			return done, err
		})
	out.Due = due
	return out, err
}

// look does what is due of a payment, and takes it off the day unless more is due on it.
func (w *Watcher) look(ctx context.Context, d Due) (done bool, err error) {
	var next time.Time
	if d.Refund == "" {
		next, err = w.Renew(ctx, d.OrderID, d.Group)
	} else {
		next, err = w.lookAtRefund(ctx, RefundRef{d.OrderID, d.Group, d.Refund})
	}
	if err != nil {
		return false, err
	}
	if !next.IsZero() {
		then := w.dueAt(d.OrderID, d.Group, d.Refund, next)
		if then.Day == d.Day {
			return false, nil
		}
		if err := w.List.Watch(ctx, then); err != nil {
			return false, err
		}
	}
	return true, w.List.Unwatch(ctx, d)
}

// turnedBackAfter are the times after a refund was given at which it is looked at again, whatever the gateway has told: a bank may
// turn one back for a month (docs.stripe.com/refunds, failed refunds: up to 30 days).
var turnedBackAfter = []time.Duration{3 * 24 * time.Hour, 10 * 24 * time.Hour, 31 * 24 * time.Hour}

// lookAtRefund looks whether a refund that was given was turned back, and returns when to look again, zero for never.
func (w *Watcher) lookAtRefund(ctx context.Context, ref RefundRef) (next time.Time, err error) {
	if err := w.RefundChanged(ctx, ref); err != nil {
		return time.Time{}, err
	}
	p, _, err := w.Store.Get(ctx, ref.OrderID, ref.Group)
	if err != nil {
		return time.Time{}, err
	}
	n := slices.IndexFunc(p.Refunds, func(r Refund) bool { return r.Name() == ref.Name && r.State == RefundDone })
	if n < 0 {
		return time.Time{}, nil
	}
	for _, after := range turnedBackAfter {
		if at := p.Refunds[n].DoneAt.Add(after); at.After(w.Now()) {
			return at, nil
		}
	}
	return time.Time{}, nil
}
