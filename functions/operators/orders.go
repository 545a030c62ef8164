package operators

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Placed reads orders as they were placed.
type Placed interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// Lives are what customers can ask and say of their orders.
type Lives interface {
	Order(ctx context.Context, customerID, orderID string) (fulfillment.Life, error)
	History(ctx context.Context, customerID string, of fulfillment.Filter, limit int, after orders.Position) ([]fulfillment.Life, orders.Position, error)
	Stop(ctx context.Context, customerID, orderID string, lines []fulfillment.Line) (fulfillment.Life, error)
}

// Refunds give money of captured payments back.
type Refunds interface {
	// GiveBack gives back a part of what was taken for a group, all that is left for 0. What is refused is a Refund with a code.
	GiveBack(ctx context.Context, r Refund) (Refund, error)
}

// Refund is money of one parcel that is given back by an operator's word.
type Refund struct {
	ID      string
	OrderID string
	Group   string
	Minor   int64        // 0 asks for all that is left
	Lines   []RefundLine // that it is for; none for what is of no line
	State   string       // DONE, PENDING, or FAILED at the gateway
	Code    string       // why it failed

	Currency string // the order's, of what was given
}

// RefundLine is units of a parcel's line, which holds Of of them.
type RefundLine struct {
	Line         string
	Quantity, Of int64
}

// RefundRequest says what is given back of an order: units of lines, an amount of one parcel or, with neither, all that is left.
type RefundRequest struct {
	Lines      []fulfillment.Line
	Amount     money.Amount
	ShipmentID string // that an amount is of; of an order of one parcel it need not be said
}

// Orders is what operators see and do of orders.
type Orders struct {
	Placed  Placed
	Lives   Lives
	Refunds Refunds
}

// owned returns an order, whoever's. Errors: order_not_found.
func (s *Orders) owned(ctx context.Context, orderID string) (orders.Order, error) {
	o, found, err := s.Placed.Get(ctx, orderID)
	if err == nil && !found {
		err = orders.ErrNotFound
	}
	return o, err
}

// Order returns an order, whoever's, with what became of it. Errors: order_not_found.
func (s *Orders) Order(ctx context.Context, orderID string) (fulfillment.Life, error) {
	o, err := s.owned(ctx, orderID)
	if err != nil {
		return fulfillment.Life{}, err
	}
	return s.Lives.Order(ctx, o.CustomerID, orderID)
}

// History returns orders of a customer, the latest first, and where the next page begins.
func (s *Orders) History(ctx context.Context, customerID string, limit int, after orders.Position) ([]fulfillment.Life, orders.Position, error) {
	return s.Lives.History(ctx, customerID, fulfillment.Filter{}, limit, after)
}

// Cancel cancels an order, or units of some lines, as its customer may. Errors: order_not_found and those of
// fulfillment.OrderService.Stop.
func (s *Orders) Cancel(ctx context.Context, orderID string, lines []fulfillment.Line) (fulfillment.Life, error) {
	o, err := s.owned(ctx, orderID)
	if err != nil {
		return fulfillment.Life{}, err
	}
	return s.Lives.Stop(ctx, o.CustomerID, orderID, lines)
}

// Refund gives money of an order back, parcel by parcel, under a key: the same key and request again goes on with what stands. Nobody's
// goods come back for it, and Rialto bears it until they do. Errors: order_not_found, invalid_refund, nothing_left if nothing was taken,
// and those of payments.
func (s *Orders) Refund(ctx context.Context, key, orderID string, want RefundRequest) ([]Refund, error) {
	o, err := s.owned(ctx, orderID)
	if err != nil {
		return nil, err
	}
	parts, err := want.parts(o)
	if err != nil {
		return nil, err
	}
	var given []Refund
	var refused error
	for _, r := range parts {
		r.ID, r.OrderID = ids.Derive(ids.Refund, orderID, r.Group, key), orderID
		done, err := s.Refunds.GiveBack(ctx, r)
		switch f := fault.Of(err); {
		case err == nil:
			done.Currency = o.Totals.Total.Currency
			given = append(given, done)
		case len(want.Lines) == 0 && (errors.Is(err, ErrNotCaptured) || errors.Is(err, ErrNothingLeft)):
			refused = f // of all that is left, a parcel may have nothing
		default:
			return given, err
		}
	}
	if given == nil && refused == nil { // units that nothing was paid for
		refused = ErrNothingLeft
	}
	if given == nil {
		return nil, refused
	}
	return given, nil
}

var (
	// ErrNotCaptured refuses to give back what was not taken: it is cancelled instead.
	ErrNotCaptured = fault.New(fault.Conflict, "payment_not_captured", "no money was taken for it yet: cancel it instead")
	// ErrNothingLeft refuses to give back what was given back.
	ErrNothingLeft = fault.New(fault.Conflict, "nothing_left", "nothing is left of what was taken")
)

// parts is what a request asks of each parcel of an order.
func (q RefundRequest) parts(o orders.Order) (list []Refund, err error) {
	var flaws []fault.Field
	unless := func(ok bool, pointer, code, message string) {
		if !ok {
			flaws = append(flaws, fault.Field{Pointer: pointer, Code: code, Message: message})
		}
	}
	unless(len(q.Lines) == 0 || q.Amount == (money.Amount{}), "/amount", "not_allowed", "must not be given with lines")
	unless(q.ShipmentID == "" || q.Amount != (money.Amount{}), "/shipment_id", "not_allowed", "is given with an amount alone")
	switch {
	case flaws != nil:
	case len(q.Lines) > 0:
		list, err = q.ofLines(o, unless)
	case q.Amount != (money.Amount{}):
		n := 0
		if q.ShipmentID != "" {
			n = slices.IndexFunc(o.Shipments, func(g orders.Shipment) bool { return fulfillment.ShipmentID(o.ID, g.Group) == q.ShipmentID })
		}
		unless(n >= 0, "/shipment_id", "not_found", "must be a parcel of the order")
		unless(q.ShipmentID != "" || len(o.Shipments) == 1, "/shipment_id", "required", "must say which of the order's parcels")
		unless(q.Amount.Minor > 0, "/amount/amount", "out_of_range", "must be more than nothing")
		unless(q.Amount.Currency == o.Totals.Total.Currency, "/amount/currency", "out_of_range", "must be the order's currency")
		if flaws == nil {
			list = []Refund{{Group: o.Shipments[n].Group, Minor: q.Amount.Minor}}
		}
	default:
		for _, g := range o.Shipments {
			list = append(list, Refund{Group: g.Group})
		}
	}
	if flaws != nil {
		return nil, fault.New(fault.Invalid, "invalid_refund", "the refund has fields that are not accepted").With(flaws...)
	}
	return list, err
}

// ofLines shares units of lines out over the parcels that hold them, and says what was paid for them there.
func (q RefundRequest) ofLines(o orders.Order, unless func(ok bool, pointer, code, message string)) (list []Refund, err error) {
	wanted := map[string]int64{}
	for i, l := range q.Lines {
		at := "/lines/" + strconv.Itoa(i)
		n := slices.IndexFunc(o.Lines, func(x orders.Line) bool { return x.Line == l.Line })
		unless(n >= 0, at+"/line", "not_found", "must be a line of the order")
		unless(wanted[l.Line] == 0, at+"/line", "not_unique", "must be given once")
		unless(n < 0 || l.Quantity > 0 && l.Quantity <= o.Lines[n].Quantity, at+"/quantity", "out_of_range", "must be 1 to the line's units")
		wanted[l.Line] = l.Quantity
	}
	for _, g := range o.Shipments {
		r := Refund{Group: g.Group}
		for _, l := range g.Lines {
			n := min(wanted[l.Line], l.Quantity)
			if n <= 0 {
				continue
			}
			part, err := l.Between(0, n)
			if err != nil {
				return nil, err
			}
			r.Minor += part.Paid.Minor
			r.Lines = append(r.Lines, RefundLine{l.Line, n, l.Quantity})
			wanted[l.Line] -= n
		}
		if r.Minor > 0 {
			list = append(list, r)
		}
	}
	return list, nil
}
