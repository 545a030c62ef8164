package fulfillment

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

// ErrNotCancellable refuses to cancel what is packed, or has left.
var ErrNotCancellable = fault.New(fault.Conflict, "order_not_cancellable", "it is packed already, or has left")

// Cancel cancels what a customer wants no more, as long as it is not packed: all of the order or, with lines, units of these. A line's
// quantity is how many of its units are cancelled in all, those counted that were before, so that the same again changes nothing. Money,
// stock, shipping and tax follow from the events of the parcels. Errors: order_not_found, invalid_cancellation, rest_too_small, and
// order_not_cancellable if not all units of the lines can be cancelled or, without lines, none of the order.
func (s *OrderService) Cancel(ctx context.Context, customerID, orderID string, lines []Line) (Life, error) {
	return s.cancel(ctx, customerID, orderID, lines, Withdrawn)
}

// Stop is Cancel by an operator's word.
func (s *OrderService) Stop(ctx context.Context, customerID, orderID string, lines []Line) (Life, error) {
	return s.cancel(ctx, customerID, orderID, lines, Stopped)
}

func (s *OrderService) cancel(ctx context.Context, customerID, orderID string, lines []Line, cause Cause) (Life, error) {
	o, err := s.own(ctx, customerID, orderID)
	if err != nil {
		return Life{}, err
	}
	if err := checkLines(o, lines); err != nil {
		return Life{}, err
	}
	for again := true; again; {
		parcels, err := s.opened(ctx, o)
		if err != nil {
			return Life{}, err
		}
		cuts, missing, cancelled := cutsOf(o, parcels, lines)
		if missing > 0 && (len(lines) > 0 || !cancelled) {
			return Life{}, ErrNotCancellable
		}
		if again, err = s.cut(ctx, o, parcels, cuts, cause); err != nil {
			return Life{}, err
		}
	}
	return s.Order(ctx, customerID, orderID)
}

// opened returns an order's parcels, in its order. An order is there before its parcels are: one that is not opened yet is opened first,
// and whoever opens parcels finds it so.
func (s *OrderService) opened(ctx context.Context, o orders.Order) (parcels []Shipment, err error) {
	for _, g := range o.Shipments {
		x, err := s.openedOne(ctx, o, g)
		if err != nil {
			return nil, err
		}
		parcels = append(parcels, x)
	}
	return parcels, nil
}

func (s *OrderService) openedOne(ctx context.Context, o orders.Order, g orders.Shipment) (Shipment, error) {
	for {
		x, found, err := s.Shipments.Get(ctx, o.ID, ShipmentID(o.ID, g.Group))
		if err != nil || found {
			return x, err
		}
		x, first := Open(o.Placed(), g, s.Now().UTC(), s.Pace)
		if err := s.Shipments.Open(ctx, x, first); err != nil {
			return Shipment{}, err
		}
	}
}

// cutsOf shares units that are to be cancelled out over an order's parcels: what of each is cancelled now, how many units are missing
// since they are packed or have left, and whether any of the order's are cancelled then. Without lines it is all of the order.
func cutsOf(o orders.Order, parcels []Shipment, lines []Line) (cuts [][]Line, missing int64, cancelled bool) {
	if len(lines) == 0 {
		for _, l := range o.Lines {
			lines = append(lines, Line{l.Line, l.Quantity})
		}
	}
	cuts = make([][]Line, len(parcels))
	for _, l := range lines {
		for _, x := range parcels {
			n := x.cutOf(l.Line)
			if x.State == Cancelled {
				n += x.unitsOf(l.Line)
			}
			l.Quantity -= n
			cancelled = cancelled || n > 0
		}
		for k, x := range parcels {
			if n := min(l.Quantity, x.unitsOf(l.Line)); n > 0 && x.open() {
				cuts[k], cancelled = append(cuts[k], Line{l.Line, n}), true
				l.Quantity -= n
			}
		}
		missing += max(0, l.Quantity)
	}
	return cuts, missing, cancelled
}

// cut cancels units of parcels, all or none unless some of it is packed meanwhile, and tells whether that is to be looked at again.
func (s *OrderService) cut(ctx context.Context, o orders.Order, parcels []Shipment, cuts [][]Line, cause Cause) (again bool, err error) {
	type change struct {
		now Shipment
		e   Event
	}
	changes := make([]change, len(parcels))
	for k, x := range parcels {
		if len(cuts[k]) > 0 {
			now, e, err := x.cancelling(o.Shipments[k], cuts[k], cause, s.Now().UTC())
			if err != nil {
				return false, err
			}
			changes[k] = change{now, e}
		}
	}
	for k, x := range parcels {
		if len(cuts[k]) == 0 {
			continue
		}
		done, err := keep(ctx, s.Shipments, x, changes[k].now, changes[k].e)
		if err != nil {
			return false, err
		}
		again = again || !done // it went on meanwhile
	}
	return again, nil
}

// cancelling is a parcel that units of it are cancelled of, or all that is left of it, with the event of that. Errors: rest_too_small.
func (s Shipment) cancelling(g orders.Shipment, more []Line, cause Cause, now time.Time) (Shipment, Event, error) {
	left := int64(0)
	for _, l := range s.Lines {
		left += l.Quantity
	}
	for _, l := range more {
		left -= l.Quantity
	}
	if left > 0 {
		return s.without(g, more, cause, now)
	}
	next, e, ok := Advance(s, cause, now, untimed)
	if !ok {
		return s, e, ErrNotCancellable
	}
	return next, e, nil
}

// keep stores what became of a parcel, and tells whether it was as it had been.
func keep(ctx context.Context, in Shipments, was, now Shipment, e Event) (bool, error) {
	if now.State == was.State {
		return in.Reduce(ctx, was, now, e)
	}
	return in.Move(ctx, was.State, now, e)
}

// Cancelled looks whether with a parcel all of its order is cancelled, and if so notes that on the order's first, once. The event of
// each parcel asks: of those that are cancelled together, the last to ask finds all of them so. Errors: order_not_found.
func (s *ShipmentService) Cancelled(ctx context.Context, orderID string) error {
	o, there, err := s.Orders.Get(ctx, orderID)
	if err == nil && !there {
		err = orders.ErrNotFound
	}
	if err != nil {
		return err
	}
	parcels, err := s.Shipments.Shipments(ctx, orderID)
	if err != nil || len(parcels) < len(o.Shipments) || slices.ContainsFunc(parcels, func(x Shipment) bool { return x.State != Cancelled }) {
		return err
	}
	return s.Shipments.Close(ctx, ShipmentID(orderID, o.Shipments[0].Group), OrderCancelled{o.ID, o.CustomerID, o.Marketplace, o.Coupon})
}

// checkLines returns invalid_cancellation with what is wrong with lines of an order that are to be cancelled.
func checkLines(o orders.Order, lines []Line) error {
	var sold []Line
	for _, l := range o.Lines {
		sold = append(sold, Line{l.Line, l.Quantity})
	}
	return checkCuts(sold, lines)
}

// checkCuts returns invalid_cancellation with what is wrong with lines that are to be cancelled of what was sold.
func checkCuts(sold, lines []Line) error {
	var fields []fault.Field
	for i, l := range lines {
		at := "/lines/" + strconv.Itoa(i)
		n := slices.IndexFunc(sold, func(x Line) bool { return x.Line == l.Line })
		switch {
		case n < 0:
			fields = append(fields, fault.Field{Pointer: at + "/line", Code: "not_found", Message: "must be a line of what is cancelled"})
		case slices.ContainsFunc(lines[:i], func(x Line) bool { return x.Line == l.Line }):
			fields = append(fields, fault.Field{Pointer: at + "/line", Code: "not_unique", Message: "must be given once"})
		case l.Quantity < 1 || l.Quantity > sold[n].Quantity:
			fields = append(fields, fault.Field{Pointer: at + "/quantity", Code: "out_of_range", Message: "must be 1 to the line's units"})
		}
	}
	if fields == nil {
		return nil
	}
	return invalidCancellation(fields...)
}

func invalidCancellation(fields ...fault.Field) error {
	return fault.New(fault.Invalid, "invalid_cancellation", "the cancellation has fields that are not accepted").With(fields...)
}

// Cancel takes a seller's word that it cannot ship a parcel or, with lines, units of these, which counts against the seller. A line's
// quantity is how many of its units in the parcel are cancelled in all, so that the same again is a success. Errors: shipment_not_found,
// fulfilled_by_rialto, order_not_cancellable, invalid_cancellation, rest_too_small.
func (s *SellerService) Cancel(ctx context.Context, seller, orderID, shipmentID, reason string, lines []Line) (Shipment, error) {
	if code, message := reasonFlaw(reason); code != "" {
		return Shipment{}, invalidCancellation(fault.Field{Pointer: "/reason", Code: code, Message: message})
	}
	for {
		x, found, err := s.Shipments.Get(ctx, orderID, shipmentID)
		switch {
		case err != nil:
			return Shipment{}, err
		case !found || x.SellerID != seller:
			return Shipment{}, ErrNoShipment
		case !x.BySeller():
			return Shipment{}, ErrByRialto
		}
		more, err := x.more(lines)
		if err != nil || len(more) == 0 {
			return x, err
		}
		if !x.open() {
			return Shipment{}, ErrNotCancellable
		}
		var g orders.Shipment
		if len(lines) > 0 {
			if g, err = s.group(ctx, x); err != nil {
				return Shipment{}, err
			}
		}
		next, event, err := x.cancelling(g, more, Unfulfillable, s.Now().UTC())
		if err != nil {
			return Shipment{}, err
		}
		next.Note = reason
		if done, err := keep(ctx, s.Shipments, x, next, event); err != nil || done {
			return next, err
		} // it went on meanwhile
	}
}

// more is what is to be cancelled of a parcel for so many units of its lines to be cancelled in all; without lines, all that is left.
func (s Shipment) more(lines []Line) (out []Line, err error) {
	if s.State == Cancelled {
		return nil, nil
	}
	if len(lines) == 0 {
		return s.Lines, nil
	}
	var sold []Line
	for _, l := range append(slices.Clone(s.Lines), s.cancelled()...) {
		if l.Line != orders.ShippingCharge {
			sold = append(sold, Line{l.Line, s.unitsOf(l.Line) + s.cutOf(l.Line)})
		}
	}
	if err := checkCuts(sold, lines); err != nil {
		return nil, err
	}
	for _, l := range lines {
		if n := l.Quantity - s.cutOf(l.Line); n > 0 {
			out = append(out, Line{l.Line, n})
		}
	}
	return out, nil
}

// group is what the order says of a parcel.
func (s *SellerService) group(ctx context.Context, x Shipment) (orders.Shipment, error) {
	o, found, err := s.Orders.Get(ctx, x.OrderID)
	if err != nil {
		return orders.Shipment{}, err
	}
	n := slices.IndexFunc(o.Shipments, func(g orders.Shipment) bool { return g.Group == x.Group })
	if !found || n < 0 {
		return orders.Shipment{}, orders.ErrNotFound
	}
	return o.Shipments[n], nil
}

// reasonFlaw returns a code and a message for what is wrong with a text that the other side reads, or "".
func reasonFlaw(s string) (code, message string) {
	code, message = display.Flaw(s)
	if code == "" && (display.Blank(s) || utf8.RuneCountInString(s) > MaxReason) {
		return display.BadText, "must be text of 1 to 500 characters"
	}
	return code, message
}
