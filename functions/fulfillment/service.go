package fulfillment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/sweep"
	"rialto/functions/orders"
)

// Shipments keeps shipments and their tracking.
type Shipments interface {
	// Open stores a new shipment with its first event, unless it exists.
	Open(ctx context.Context, s Shipment, e Event) error
	Get(ctx context.Context, orderID, shipmentID string) (Shipment, bool, error)
	// Move stores s and e together if the stored shipment is still in the state from, and tells whether it was.
	Move(ctx context.Context, from State, s Shipment, e Event) (moved bool, err error)
	// Correct stores another carrier and tracking number with the event of that, if the stored shipment has those of s and is in
	// its state, and tells whether it was.
	Correct(ctx context.Context, s Shipment, carrier, number string, e Event) (corrected bool, err error)
	// Redirect stores where a shipment goes now with the event of that, if the stored one is in its state and goes where it went, and
	// tells whether it does.
	Redirect(ctx context.Context, was, now Shipment, e Event) (redirected bool, err error)
	// Reduce stores what is left of a shipment with the event of that, if the stored one is in its state and as whole as it was, and
	// tells whether it did.
	Reduce(ctx context.Context, was, now Shipment, e Event) (reduced bool, err error)
	// Secure notes until when a shipment's money is held, unless it is known to be held for longer. It tells whether there is
	// such a shipment.
	Secure(ctx context.Context, orderID, shipmentID string, until time.Time) (found bool, err error)
	// Shipments returns an order's shipments.
	Shipments(ctx context.Context, orderID string) ([]Shipment, error)
	// Lose notes that a shipment's money is held until then and no longer, unless it is known to be held for longer. It tells
	// whether there is such a shipment.
	Lose(ctx context.Context, orderID, shipmentID string, until time.Time) (found bool, err error)
	// Close notes on a parcel that is cancelled that all of its order is, unless that is noted.
	Close(ctx context.Context, shipmentID string, c OrderCancelled) error
	// Tracking returns an order's shipments, and its events by time.
	Tracking(ctx context.Context, orderID string) ([]Shipment, []Event, error)
}

// SellerOrders keeps what sellers see of orders, and counts what they made of them.
type SellerOrders interface {
	// Record keeps a seller's part of an order with its counts, unless it is kept.
	Record(ctx context.Context, o SellerOrder) error
	// Order returns a seller's part of an order that was placed then, or orders.ErrNotFound.
	Order(ctx context.Context, seller, orderID string, placedAt time.Time) (SellerOrder, error)
	// Day lists a seller's orders of a day (RFC 3339 full-date, UTC), the latest first, after a place ("" for the
	// first); next is "" at the day's end.
	Day(ctx context.Context, seller, day, after string, limit int) (list []SellerOrder, next string, err error)
	// Opened writes down that a seller was shown where an order goes.
	Opened(ctx context.Context, o Opening) error
	// Counts sums a seller's counts of orders placed on the days from one to another.
	Counts(ctx context.Context, seller, from, to string) (Counts, error)
	// Due lists shipments that are cancelled on a day (RFC 3339 full-date, UTC) unless they were confirmed, until RemoveDue
	// takes them off.
	Due(ctx context.Context, day string) ([]Due, error)
	RemoveDue(ctx context.Context, d Due) error
	sweep.Mark
}

// SKUs finds what a seller calls its offer of a product in a marketplace, "" if it calls it nothing, or has none.
type SKUs interface {
	SKU(ctx context.Context, product, marketplace, seller string) (string, error)
}

// Exchanges note which order was placed in exchange for a return.
type Exchanges interface {
	Exchanged(ctx context.Context, of orders.ExchangeOf, by string) error
}

// Timers send a message to ourselves, after a delay at the earliest. They may cut the delay to what they can
// hold.
type Timers interface {
	Send(ctx context.Context, t Timer, delay time.Duration) error
}

// Timer says that a shipment's time in a state is over.
type Timer struct {
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
	From       State  `json:"from"`
}

// ShipmentService opens shipments and moves them on. Pace is how long a state lasts that time ends.
type ShipmentService struct {
	Shipments Shipments
	Sellers   SellerOrders
	Orders    Orders
	SKUs      SKUs
	Exchanges Exchanges
	Timers    Timers
	Now       func() time.Time
	Pace      time.Duration
}

var (
	errUnknown = fault.New(fault.NotFound, "shipment_unknown", "there is no such shipment")
	errEarly   = fault.New(fault.Conflict, "shipment_not_packed", "the shipment is not packed yet")
)

// early is how much before its time a timer counts as due: queues count whole seconds.
const early = time.Second

// HandleEvent does what an event of orders asks for. Errors: unknown_event, malformed_event, those of Start.
func (s *ShipmentService) HandleEvent(ctx context.Context, event string, data []byte) error {
	if event != "OrderPlaced" {
		return fault.New(fault.Malformed, "unknown_event", "fulfillment does not take %s", event)
	}
	var o orders.Placed
	if err := eventdata.Decode(event, data, &o); err != nil {
		return err
	}
	return s.Start(ctx, o)
}

// Start opens the shipments of a placed order, and starts their clocks. Repeated, it only starts clocks that
// may not run yet.
func (s *ShipmentService) Start(ctx context.Context, o orders.Placed) error {
	var failed error
	if o.ExchangeOf != nil {
		if err := s.Exchanges.Exchanged(ctx, *o.ExchangeOf, o.OrderID); err != nil {
			failed = fmt.Errorf("exchange: %w", err)
		}
	}
	for _, part := range Parts(o) {
		if err := s.record(ctx, part); err != nil {
			failed = errors.Join(failed, fmt.Errorf("seller's order: %w", err))
		}
	}
	for _, g := range o.Shipments {
		if err := s.start(ctx, o, g); err != nil {
			failed = errors.Join(failed, fmt.Errorf("group %s: %w", g.Group, err))
		}
	}
	return failed
}

// record keeps a seller's part of an order, with the seller's own names of what was sold.
func (s *ShipmentService) record(ctx context.Context, part SellerOrder) (err error) {
	for i := range part.Lines {
		l := &part.Lines[i]
		if l.SKU, err = s.SKUs.SKU(ctx, l.ProductID, part.Marketplace, part.SellerID); err != nil {
			return err
		}
	}
	return s.Sellers.Record(ctx, part)
}

func (s *ShipmentService) start(ctx context.Context, o orders.Placed, g orders.Shipment) error {
	shipment, event := Open(o, g, s.Now().UTC(), s.Pace)
	if err := s.Shipments.Open(ctx, shipment, event); err != nil {
		return err
	}
	stored, ok, err := s.Shipments.Get(ctx, shipment.OrderID, shipment.ID)
	if err != nil {
		return err
	}
	if !ok {
		return errUnknown
	}
	if stored.State != Pending {
		return nil
	}
	return s.wait(ctx, stored)
}

// Elapse takes the step of a timer that is due.
func (s *ShipmentService) Elapse(ctx context.Context, t Timer) error {
	shipment, ok, err := s.Shipments.Get(ctx, t.OrderID, t.ShipmentID)
	switch {
	case err != nil:
		return err
	case !ok:
		return errUnknown
	case shipment.State == t.From && s.Now().Add(early).Before(shipment.DueAt):
		return s.wait(ctx, shipment)
	}
	return s.take(ctx, shipment, t.From, Elapsed)
}

// Paid takes the step of a captured payment, Unpaid that of one that could not be captured. One that comes
// before its shipment is packed is an error: taken for done, it would be missing later.
func (s *ShipmentService) Paid(ctx context.Context, orderID, group string) error {
	return s.paymentEnded(ctx, orderID, group, MoneyTaken, 0)
}

// Unpaid is described at Paid. The answer to an earlier attempt than the shipment's last says nothing.
func (s *ShipmentService) Unpaid(ctx context.Context, orderID, group string, attempt int) error {
	return s.paymentEnded(ctx, orderID, group, MoneyRefused, attempt)
}

// Renewed notes that a shipment's money is held for longer.
func (s *ShipmentService) Renewed(ctx context.Context, orderID, group string, until time.Time) error {
	found, err := s.Shipments.Secure(ctx, orderID, ShipmentID(orderID, group), until)
	if err == nil && !found {
		return errUnknown
	}
	return err
}

// Lost notes that the bank refuses to hold a shipment's money for longer. The shopper is told; what its seller confirms is refused
// then, and is cancelled when its time is over.
func (s *ShipmentService) Lost(ctx context.Context, orderID, group string, until time.Time) error {
	found, err := s.Shipments.Lose(ctx, orderID, ShipmentID(orderID, group), until)
	if err == nil && !found {
		return errUnknown
	}
	return err
}

func (s *ShipmentService) paymentEnded(ctx context.Context, orderID, group string, cause Cause, attempt int) error {
	shipment, ok, err := s.Shipments.Get(ctx, orderID, ShipmentID(orderID, group))
	switch {
	case err != nil:
		return err
	case !ok:
		return errUnknown
	case shipment.State == Pending || shipment.State == Picked:
		return errEarly
	case cause == MoneyRefused && attempt != shipment.Attempt:
		return nil
	}
	return s.take(ctx, shipment, Packed, cause)
}

// take takes the step from a state. If it was taken before, the timer of the next may not have been sent.
func (s *ShipmentService) take(ctx context.Context, shipment Shipment, from State, cause Cause) error {
	if shipment.State == from {
		next, event, ok := Advance(shipment, cause, s.Now().UTC(), s.Pace)
		if !ok {
			return nil // no step of ours: an old message of another version
		}
		moved, err := s.Shipments.Move(ctx, from, next, event)
		if err != nil {
			return err
		}
		if moved {
			return s.wait(ctx, next)
		}
		var found bool
		if shipment, found, err = s.Shipments.Get(ctx, shipment.OrderID, shipment.ID); err != nil || !found {
			return err
		}
	}
	if t, ok := shipment.stepFrom(from, cause); ok && shipment.State == t.to {
		return s.wait(ctx, shipment)
	}
	return nil
}

// wait sends the timer of the shipment's state, if time ends it.
func (s *ShipmentService) wait(ctx context.Context, shipment Shipment) error {
	if !shipment.Timed() {
		return nil
	}
	delay := max(0, shipment.DueAt.Sub(s.Now()))
	if err := s.Timers.Send(ctx, Timer{shipment.OrderID, shipment.ID, shipment.State}, delay); err != nil {
		return fmt.Errorf("send timer: %w", err)
	}
	return nil
}
