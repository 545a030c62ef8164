package fulfillment

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

var (
	// ErrNotCancellable refuses to cancel what is packed, or has left.
	ErrNotCancellable = fault.New(fault.Conflict, "order_not_cancellable", "it is packed already, or has left")
	// ErrShipTogether refuses to cancel a line and not the others of its parcel.
	ErrShipTogether = fault.New(fault.Conflict, "lines_ship_together", "the line is in one parcel with others: cancel all of that parcel's lines")
)

// Cancel cancels what a customer wants no more, parcel by parcel, as long as it is not packed: all of the order or, with lines,
// the parcels that these fill. Money, stock, shipping and tax of a parcel follow from its event. What was cancelled before is a
// success again. Errors: order_not_found, invalid_cancellation, lines_ship_together, and order_not_cancellable if nothing of what
// was asked for is cancelled.
func (s *OrderService) Cancel(ctx context.Context, customerID, orderID string, lines []Line) (Life, error) {
	o, err := s.own(ctx, customerID, orderID)
	if err != nil {
		return Life{}, err
	}
	groups, err := groupsOf(o, lines)
	if err != nil {
		return Life{}, err
	}
	cancelled := 0
	for _, g := range groups {
		done, err := s.cancel(ctx, o, g)
		if err != nil {
			return Life{}, err
		}
		if done {
			cancelled++
		}
	}
	if cancelled == 0 {
		return Life{}, ErrNotCancellable
	}
	return s.Order(ctx, customerID, orderID)
}

// opened returns one parcel. An order is there before its parcels are: one that is not opened yet is opened first, and whoever opens
// parcels finds it so.
func (s *OrderService) opened(ctx context.Context, o orders.Order, g orders.Shipment) (Shipment, error) {
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

// cancel cancels one parcel, and tells whether it is cancelled.
func (s *OrderService) cancel(ctx context.Context, o orders.Order, g orders.Shipment) (bool, error) {
	for {
		x, err := s.opened(ctx, o, g)
		if err != nil {
			return false, err
		}
		next, event, ok := Advance(x, Withdrawn, s.Now().UTC(), untimed)
		if !ok {
			return x.State == Cancelled, nil
		}
		if moved, err := s.Shipments.Move(ctx, x.State, next, event); err != nil || moved {
			return moved, err
		} // it went on meanwhile
	}
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

// groupsOf are the parcels of an order that lines fill, all of them without lines.
func groupsOf(o orders.Order, lines []Line) (out []orders.Shipment, err error) {
	if len(lines) == 0 {
		return o.Shipments, nil
	}
	if err := checkLines(o, lines); err != nil {
		return nil, err
	}
	named := func(l orders.ShipmentLine) bool {
		return slices.ContainsFunc(lines, func(x Line) bool { return x.Line == l.Line })
	}
	for _, g := range o.Shipments {
		if !slices.ContainsFunc(g.Lines, named) {
			continue
		}
		if slices.ContainsFunc(g.Lines, func(l orders.ShipmentLine) bool { return !named(l) }) {
			return nil, ErrShipTogether
		}
		out = append(out, g)
	}
	return out, nil
}

// checkLines returns invalid_cancellation with what is wrong with lines that are to be cancelled.
func checkLines(o orders.Order, lines []Line) error {
	var fields []fault.Field
	for i, l := range lines {
		at := "/lines/" + strconv.Itoa(i)
		n := slices.IndexFunc(o.Lines, func(x orders.Line) bool { return x.Line == l.Line })
		switch {
		case n < 0:
			fields = append(fields, fault.Field{Pointer: at + "/line", Code: "not_found", Message: "must be a line of the order"})
		case slices.ContainsFunc(lines[:i], func(x Line) bool { return x.Line == l.Line }):
			fields = append(fields, fault.Field{Pointer: at + "/line", Code: "not_unique", Message: "must be given once"})
		case l.Quantity != o.Lines[n].Quantity:
			fields = append(fields, fault.Field{Pointer: at + "/quantity", Code: "out_of_range",
				Message: "must be all units of the line: a line is cancelled as a whole"})
		}
	}
	if fields == nil {
		return nil
	}
	return fault.New(fault.Invalid, "invalid_cancellation", "the cancellation has fields that are not accepted").With(fields...)
}

// Cancel takes a seller's word that it cannot ship a parcel, which counts against the seller. The same again is a success. Errors:
// shipment_not_found, fulfilled_by_rialto, order_not_cancellable, invalid_cancellation.
func (s *SellerService) Cancel(ctx context.Context, seller, orderID, shipmentID, reason string) (Shipment, error) {
	if !isReason(reason) {
		return Shipment{}, fault.New(fault.Invalid, "invalid_cancellation", "the cancellation has fields that are not accepted").
			With(fault.Field{Pointer: "/reason", Code: "bad_text", Message: "must be text of 1 to 500 characters"})
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
		case x.State == Cancelled:
			return x, nil
		}
		next, event, ok := Advance(x, Unfulfillable, s.Now().UTC(), untimed)
		if !ok {
			return Shipment{}, ErrNotCancellable
		}
		next.Note = reason
		if moved, err := s.Shipments.Move(ctx, x.State, next, event); err != nil || moved {
			return next, err
		} // it went on meanwhile
	}
}

// isReason tells whether a text is one that people may read.
func isReason(s string) bool {
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= MaxReason && utf8.ValidString(s) && !strings.ContainsFunc(s, bad)
}
