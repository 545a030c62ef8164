package fulfillment

import "time"

// machine says what moves a shipment where, and what the shopper reads. It is the only place that does.
var machine = []step{
	{Pending, Elapsed, Picked, atCentre, "Items picked at the fulfilment centre"},
	{Picked, Elapsed, Packed, atCentre, "Packed and ready for the carrier"},
	{Pending, Confirmed, Packed, atCentre, "The seller has packed it and given it to the carrier"},
	{Pending, Overdue, Cancelled, nowhere, "Cancelled: the seller did not ship it in time, and nothing is charged for it"},
	{Pending, Withdrawn, Cancelled, nowhere, "Cancelled as the customer asked, and nothing is charged for it"},
	{Picked, Withdrawn, Cancelled, nowhere, "Cancelled as the customer asked, and nothing is charged for it"},
	{Pending, Stopped, Cancelled, nowhere, "Cancelled by Rialto, and nothing is charged for it"},
	{Picked, Stopped, Cancelled, nowhere, "Cancelled by Rialto, and nothing is charged for it"},
	{HeldBack, Stopped, Cancelled, nowhere, "Cancelled by Rialto: the payment could not be completed, and nothing is charged for it"},
	{Pending, Unfulfillable, Cancelled, nowhere, "Cancelled: the seller cannot ship it, and nothing is charged for it"},
	{Packed, MoneyTaken, Shipped, atCentre, "Handed over to the carrier"},
	{Packed, MoneyRefused, HeldBack, atCentre, "Held back: the payment could not be completed"},
	{HeldBack, Retried, Packed, atCentre, "The payment is tried again"},
	{HeldBack, GivenUp, Cancelled, nowhere, "Cancelled: the payment could not be completed, and nothing is charged for it"},
	{HeldBack, GoodsGone, WrittenOff, onTheWay, "Sent, though the payment could not be completed"},
	{Shipped, Elapsed, InTransit, onTheWay, "On its way"},
	{InTransit, Elapsed, OutForDelivery, atDoor, "Out for delivery"},
	{OutForDelivery, Elapsed, Delivered, atDoor, "Delivered"},
}

// State is where a shipment stands.
type State string

// The states of a shipment.
const (
	Pending        State = "PENDING"
	Picked         State = "PICKED"
	Packed         State = "PACKED" // waits for its money to be taken
	Shipped        State = "SHIPPED"
	InTransit      State = "IN_TRANSIT"
	OutForDelivery State = "OUT_FOR_DELIVERY"
	Delivered      State = "DELIVERED"
	HeldBack       State = "HELD_BACK"   // its payment is tried again, and given up in the end
	WrittenOff     State = "WRITTEN_OFF" // its goods are gone, and its payment is Rialto's loss
	Cancelled      State = "CANCELLED"   // its units are free again, and its money too
)

// Placed is the status of an order before its shipments exist, and the first event of each shipment.
const Placed = "PLACED"

// Cause is what moves a shipment.
type Cause string

// The causes.
const (
	Elapsed      Cause = "elapsed"       // the time of its state is over
	MoneyTaken   Cause = "money_taken"   // PaymentCaptured
	MoneyRefused Cause = "money_refused" // PaymentCaptureFailed
	Confirmed    Cause = "confirmed"     // its seller says so; only what the seller ships, which no timer moves before
	Overdue      Cause = "overdue"       // its seller did not say so until CancelBy
	Retried      Cause = "retried"       // its payment is asked for once more
	GivenUp      Cause = "given_up"      // its goods are still here
	GoodsGone    Cause = "goods_gone"    // its seller has sent it already; never what Rialto ships
	Withdrawn    Cause = "withdrawn"     // its customer wants it no more, before it is packed
	// Unfulfillable is its seller's word that it cannot be shipped; never of what Rialto ships.
	Unfulfillable Cause = "unfulfillable"
	Stopped       Cause = "stopped" // an operator's word, before it is packed or while it is held back
)

// Actor is who does something to a shipment.
type Actor string

// The actors.
const (
	Shopper  Actor = "shopper"
	Seller   Actor = "seller"
	Operator Actor = "operator"
	System   Actor = "system" // nobody: its time was over, or its money was not to be had
)

// By is who gives a cause.
func (c Cause) By() Actor {
	switch c {
	case Withdrawn:
		return Shopper
	case Confirmed, Unfulfillable:
		return Seller
	case Stopped:
		return Operator
	}
	return System
}

// CancelledBy is who cancelled it, "" unless it is cancelled.
func (s Shipment) CancelledBy() Actor {
	if s.State != Cancelled {
		return ""
	}
	return s.CancelledFor.By()
}

type step struct {
	from  State
	cause Cause
	to    State
	where func(Shipment) string
	says  string
}

func atCentre(s Shipment) string { return s.Centre }
func onTheWay(s Shipment) string { return s.Country }
func nowhere(Shipment) string    { return "" }

func atDoor(s Shipment) string {
	if s.Region == "" {
		return s.Country
	}
	return s.Country + "-" + s.Region
}

// stepFrom finds the step that a cause takes a shipment from a state.
func (s Shipment) stepFrom(from State, cause Cause) (step, bool) {
	sellers := cause == Confirmed || cause == Overdue || cause == GoodsGone || cause == Unfulfillable
	if sellers && !s.BySeller() || cause == Elapsed && s.BySeller() && (from == Pending || from == Picked) {
		return step{}, false
	}
	for _, t := range machine {
		if t.from == from && t.cause == cause {
			return t, true
		}
	}
	return step{}, false
}

// Advance moves a shipment by one step, or tells that the cause does not move it. pace is how long a state
// lasts that time ends. A shipment's events follow each other in time, even if a clock does not.
func Advance(s Shipment, cause Cause, now time.Time, pace time.Duration) (Shipment, Event, bool) {
	t, ok := s.stepFrom(s.State, cause)
	if !ok {
		return s, Event{}, false
	}
	now = later(now, s.UpdatedAt)
	s.State, s.UpdatedAt = t.to, now
	switch {
	case cause == Confirmed:
		s.ConfirmedAt = now
	case cause == Retried:
		s.Attempt++
	case t.to == Cancelled:
		s.CancelledFor = cause
	}
	s.schedule(now, pace)
	e := Event{ShipmentID: s.ID, At: now, Status: string(t.to), Location: t.where(s), Description: t.says}
	if t.to == Cancelled {
		e.By = cause.By()
	}
	return s, e, true
}

// untimed is the pace of a step into a state that time does not end.
const untimed = time.Duration(0)

func later(now, than time.Time) time.Time {
	if now.After(than) {
		return now
	}
	return than.Add(time.Millisecond)
}

// schedule sets when the state is over, or that time does not end it.
func (s *Shipment) schedule(now time.Time, pace time.Duration) {
	s.DueAt = time.Time{}
	if _, timed := s.stepFrom(s.State, Elapsed); timed {
		s.DueAt = now.Add(pace)
	}
}

// Timed tells whether time alone moves the shipment on.
func (s Shipment) Timed() bool { return !s.DueAt.IsZero() }

// progress orders what an order shows for all its shipments together: the least advanced one.
var progress = []State{HeldBack, Pending, Picked, Packed, Shipped, InTransit, OutForDelivery, Delivered, WrittenOff, Cancelled}

// Aggregate is the status of an order: that of its shipment which is least far, HELD_BACK if one is, CANCELLED if all
// are, PLACED if there is none yet.
func Aggregate(shipments []Shipment) string {
	for _, state := range progress {
		for _, s := range shipments {
			if s.State == state {
				return string(state)
			}
		}
	}
	return Placed
}
