package fulfillment

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/sweep"
)

// Due names a shipment that a sweep looks at on a day (RFC 3339 full-date, UTC): its seller must have confirmed it by then, or
// its payment is tried again.
type Due struct {
	OrderID    string `dynamodbav:"order_id"`
	ShipmentID string `dynamodbav:"shipment_id"`
	ReturnID   string `dynamodbav:"return_id,omitempty"` // of a return of the shipment's units, which ends unless somebody has received it
	Day        string `dynamodbav:"day"`
}

// OverdueInput says how many days to look back at least; 0 stands for 2. A sweep begins where everything before is done, if that is
// longer ago. An operator may name one shipment instead, which is cancelled at once unless its seller confirmed it.
type OverdueInput struct {
	Days       int    `json:"days"`
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
}

// OverdueOutput counts what was due, and what of it was cancelled, asked to be paid again, and written off.
type OverdueOutput struct {
	Due        int `json:"due"`
	Cancelled  int `json:"cancelled"`
	Retried    int `json:"retried,omitempty"`
	WrittenOff int `json:"written_off,omitempty"`
	Expired    int `json:"expired,omitempty"` // returns
}

func (o *OverdueOutput) add(due int, did ...Cause) {
	o.Due += due
	for _, c := range did {
		switch c {
		case Overdue, GivenUp, Stopped:
			o.Cancelled++
		case Retried:
			o.Retried++
		case GoodsGone:
			o.WrittenOff++
		case unreceived:
			o.Expired++
		}
	}
}

const (
	// retryAfter is how long after a payment failed it is tried again, and retries how often: three days in all.
	retryAfter = 24 * time.Hour
	retries    = 2
)

// RetryAt is when the payment of a shipment that is held back is tried again, or given up; zero for others.
func (s Shipment) RetryAt() time.Time {
	if s.State != HeldBack {
		return time.Time{}
	}
	return s.UpdatedAt.Add(retryAfter)
}

// nextTry is how a shipment that is held back goes on: its payment is tried again, and in the end given up, for what the seller
// has sent already as a loss.
func (s Shipment) nextTry() Cause {
	switch {
	case s.Attempt < retries:
		return Retried
	case s.BySeller():
		return GoodsGone
	}
	return GivenUp
}

// ResolveInput is an operator's word on a shipment that is held back: As is "retry", "cancel" where its goods are still there, or
// "write_off" where its seller has sent them.
type ResolveInput struct {
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
	As         string `json:"as"`
}

// ErrNotHeldBack refuses to resolve what is not held back, or not in this way.
var ErrNotHeldBack = fault.New(fault.Conflict, "shipment_not_held_back", "the shipment is not held back, or cannot end so")

// Resolve ends what holds a shipment back, before its time. Errors: shipment_not_found, shipment_not_held_back, malformed_input.
func (s *Sweeper) Resolve(ctx context.Context, in ResolveInput) (Shipment, error) {
	cause, ok := map[string]Cause{"retry": Retried, "cancel": Stopped, "write_off": GoodsGone}[in.As]
	if !ok {
		return Shipment{}, fault.New(fault.Malformed, "malformed_input", "as must be retry, cancel or write_off")
	}
	x, found, err := s.Shipments.Get(ctx, in.OrderID, in.ShipmentID)
	if err != nil || !found {
		return Shipment{}, cmp.Or(err, error(ErrNoShipment))
	}
	if x.State != HeldBack {
		return Shipment{}, ErrNotHeldBack
	}
	if did, err := s.move(ctx, x, cause); err != nil || did == "" {
		return Shipment{}, cmp.Or(err, error(ErrNotHeldBack))
	}
	x, _, err = s.Shipments.Get(ctx, in.OrderID, in.ShipmentID)
	return x, err
}

// Sweeper ends what waited for its seller, or for its money, too long. AtOnce bounds the records that it works on together; 0 is
// the usual.
type Sweeper struct {
	Shipments Shipments
	Sellers   SellerOrders
	Returns   Returns
	Now       func() time.Time
	AtOnce    int
}

// Overdue cancels what sellers have not confirmed by the end of its grace, and goes on with what is held back. Something written
// off is an error once all is done, for somebody to be told. Errors: shipments_written_off. The event of that frees the units and the
// authorization. A day's list is read by a sweep and not told by timers: waiting for nine days, a quarter of an hour at
// a time, a shipment would cost hundreds of messages.
func (s *Sweeper) Overdue(ctx context.Context, in OverdueInput) (out OverdueOutput, err error) {
	if in.OrderID != "" {
		x, found, err := s.Shipments.Get(ctx, in.OrderID, in.ShipmentID)
		if err != nil || !found || !x.BySeller() {
			return out, cmp.Or(err, error(ErrNoShipment))
		}
		if x.State != Pending {
			return OverdueOutput{Due: 1}, nil
		}
		did, _, err := s.end(ctx, Due{OrderID: x.OrderID, ShipmentID: x.ID, Day: x.CancelBy().UTC().Format(time.DateOnly)})
		out.add(1, did)
		return out, err
	}
	days := in.Days
	if days <= 0 {
		days = 2
	}
	var mu sync.Mutex
	due, err := sweep.Days(ctx, s.Sellers, s.Now(), sweep.Options{Back: days, AtOnce: cmp.Or(s.AtOnce, atOnce)},
		func(ctx context.Context, d Due) (bool, error) {
			did, done, err := s.end(ctx, d)
			mu.Lock()
			defer mu.Unlock()
			out.add(1, did)
			return done, err
		})
	if out.Due = due; err == nil && out.WrittenOff > 0 {
		err = fault.New(fault.Conflict, "shipments_written_off", "%d shipments left and will not be paid", out.WrittenOff)
	}
	return out, err
}

// end ends what a shipment waits for, if it has waited for long enough, and takes it off the day.
func (s *Sweeper) end(ctx context.Context, d Due) (cause Cause, done bool, err error) {
	if d.ReturnID != "" {
		return s.expire(ctx, d)
	}
	x, found, err := s.Shipments.Get(ctx, d.OrderID, d.ShipmentID)
	if err != nil {
		return "", false, fmt.Errorf("overdue shipment: %w", err)
	}
	if found {
		switch {
		case x.State == HeldBack && s.Now().Before(x.RetryAt()):
			return "", false, nil // it stays on the list
		case x.State == HeldBack:
			cause = x.nextTry()
		case x.State == Pending:
			cause = Overdue
		}
		if cause, err = s.move(ctx, x, cause); err != nil {
			return "", false, err
		}
	}
	return cause, true, s.Sellers.RemoveDue(ctx, d)
}

// unreceived is why a return ends by itself.
const unreceived Cause = "unreceived"

// expire ends a return that nobody has received in time, and takes it off the day.
func (s *Sweeper) expire(ctx context.Context, d Due) (cause Cause, done bool, err error) {
	r, err := s.Returns.Return(ctx, d.OrderID, d.ReturnID)
	if err != nil {
		return "", false, fmt.Errorf("return that is due: %w", err)
	}
	if r.State == Requested {
		now := s.Now().UTC()
		if now.Before(r.ExpiresAt()) {
			return "", false, nil // it stays on the list
		}
		was := r
		r.State, r.UpdatedAt = Expired, now
		saved, err := s.Returns.Resolve(ctx, was, r)
		if err != nil {
			return "", false, err
		}
		if saved {
			cause = unreceived
		}
	}
	return cause, true, s.Sellers.RemoveDue(ctx, d)
}

// move takes a step, and returns its cause, "" if it was not taken.
func (s *Sweeper) move(ctx context.Context, x Shipment, cause Cause) (Cause, error) {
	next, event, ok := Advance(x, cause, s.Now().UTC(), untimed)
	if !ok {
		return "", nil
	}
	moved, err := s.Shipments.Move(ctx, x.State, next, event)
	if err != nil || !moved {
		return "", err
	}
	return cause, nil
}
