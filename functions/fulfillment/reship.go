package fulfillment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
)

// Why a parcel is sent again.
const (
	Lost    = "lost"
	Damaged = "damaged"
)

// Reship is an operator's word that a parcel is sent again, whose customer pays nothing for it.
type Reship struct {
	OrderID, ShipmentID string
	Cause               string // Lost or Damaged
	Force               bool   // though its time is not over, the carrier says that it came, or its money was given back
}

var (
	// ErrNotSent refuses to send again what was not sent, or not paid.
	ErrNotSent = fault.New(fault.Conflict, "parcel_not_sent", "the parcel has not left, or will not be paid")
	// ErrOnTime refuses to send again what may still come, or has, unless it is forced.
	ErrOnTime = fault.New(fault.Conflict, "parcel_on_time", "the parcel may still come in its time; force it to send it again all the same")
	// ErrArrived refuses to send again what the carrier delivered whole, unless it is forced.
	ErrArrived = fault.New(fault.Conflict, "parcel_delivered", "the carrier says that it came; force it to send it again all the same")
	// ErrGivenBack refuses to send again what was paid back, unless it is forced.
	ErrGivenBack = fault.New(fault.Conflict, "order_refunded", "all that was paid was given back; force it to send it again all the same")
	// ErrNothingToSend refuses to send again what its customer sends back.
	ErrNothingToSend = fault.New(fault.Conflict, "nothing_to_send", "all units of the parcel were asked to be sent back")
	// ErrResent refuses to send a parcel again twice: if that is lost too, the parcel of that order is sent again.
	ErrResent = fault.New(fault.Conflict, "parcel_resent", "the parcel was sent again before")
)

// Goods are what parcels are sent again of.
type Goods interface {
	Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error)
	// Sell takes the units of an order from stock and places it, both or neither. Errors: hold_committed if it is placed,
	// item_unavailable.
	Sell(ctx context.Context, o orders.Order, plan inventory.Plan) error
}

// ReshipService sends parcels again.
type ReshipService struct {
	Orders    Orders
	Shipments interface {
		Get(ctx context.Context, orderID, shipmentID string) (Shipment, bool, error)
	}
	Returns interface {
		Asked(ctx context.Context, orderID, shipmentID string) (Units, error)
	}
	Payments Payments
	Goods    Goods
	Now      func() time.Time
}

// ReshipID is the id of the order that sends a parcel again: a parcel is sent again once, under whatever keys.
func ReshipID(orderID, shipmentID string) string {
	return ids.Derive(ids.Order, "reship", orderID, shipmentID)
}

// Reship sends a parcel again, by an order of its own that costs nothing. The same key again returns the same. Errors: order_not_found,
// shipment_not_found, parcel_not_sent, parcel_on_time, parcel_delivered, order_refunded, nothing_to_send, item_unavailable,
// parcel_resent, idempotency_key_reused.
func (s *ReshipService) Reship(ctx context.Context, key string, want Reship) (o orders.Order, replayed bool, err error) {
	id, call := ReshipID(want.OrderID, want.ShipmentID), ids.Derive(ids.Checkout, "reship", want.OrderID, want.ShipmentID, key)
	if made, there, err := s.Orders.Get(ctx, id); err != nil || there {
		return replayReship(made, call, want, err)
	}
	was, there, err := s.Orders.Get(ctx, want.OrderID)
	if err != nil || !there {
		return orders.Order{}, false, cmp.Or(err, error(orders.ErrNotFound))
	}
	x, err := s.sent(ctx, want)
	if err != nil {
		return orders.Order{}, false, err
	}
	asked, err := s.Returns.Asked(ctx, want.OrderID, want.ShipmentID)
	if err != nil {
		return orders.Order{}, false, err
	}
	again, err := newAgain(was, x, asked)
	if err != nil {
		return orders.Order{}, false, err
	}
	stock, err := s.Goods.Stock(ctx, again.skus()...)
	if err != nil {
		return orders.Order{}, false, err
	}
	plan, err := inventory.Route(id, again.wants(), inventory.Reaching(stock, was.Marketplace),
		inventory.Destination{Country: x.Country, Region: x.Region})
	if err != nil {
		return orders.Order{}, false, err
	}
	o, err = again.order(id, call, want.Cause, plan, s.Now().UTC())
	if err != nil {
		return orders.Order{}, false, err
	}
	if err = s.Goods.Sell(ctx, o, plan); errors.Is(err, inventory.ErrCommitted) { // by another call meanwhile, or by this one before
		made, _, err := s.Orders.Get(ctx, id)
		return replayReship(made, call, want, err)
	}
	return o, false, err
}

func replayReship(made orders.Order, call string, want Reship, err error) (orders.Order, bool, error) {
	switch {
	case err != nil:
		return orders.Order{}, false, err
	case made.CheckoutID != call:
		return orders.Order{}, false, ErrResent.With(fault.Field{Pointer: "/orders/" + made.ID, Code: ErrResent.Code, Message: "sends it again"})
	case made.ReshipOf == nil || made.ReshipOf.Cause != want.Cause:
		return orders.Order{}, false, ErrKeyReused
	}
	return made, true, nil
}

// sent returns a parcel that may be sent again.
func (s *ReshipService) sent(ctx context.Context, want Reship) (Shipment, error) {
	x, found, err := s.Shipments.Get(ctx, want.OrderID, want.ShipmentID)
	if err != nil || !found {
		return x, cmp.Or(err, error(ErrNoShipment))
	}
	if err := x.resendable(want, s.Now().UTC()); err != nil {
		return x, err
	}
	paid, refunded, err := s.Payments.Balance(ctx, want.OrderID)
	if err == nil && paid > 0 && refunded >= paid && !want.Force {
		err = ErrGivenBack
	}
	return x, err
}

// resendable refuses to send a parcel again that has not left, or, unless it is forced, that may still come or has come.
func (s Shipment) resendable(want Reship, now time.Time) error {
	switch s.State {
	case Delivered:
		if want.Cause != Damaged && !want.Force {
			return ErrArrived
		}
	case Shipped, InTransit, OutForDelivery:
		if now.Format(time.DateOnly) <= s.EstimatedDelivery && !want.Force {
			return ErrOnTime
		}
	default:
		return ErrNotSent
	}
	return nil
}

// again is the units of a parcel that are sent again.
type again struct {
	of     orders.Order
	parcel Shipment
	lines  []againLine
}

// againLine is units of a line, which its order has and of which its group says what was paid: those from the first that was not asked to
// be sent back.
type againLine struct {
	orders.Line
	part orders.ShipmentLine
}

func newAgain(o orders.Order, x Shipment, asked Units) (again, error) {
	a := again{of: o, parcel: x}
	for _, l := range x.Lines {
		from := asked.Of[l.Line]
		if from >= l.Quantity {
			continue
		}
		held, _, err := shipped(o, x.Group, l.Line)
		if err != nil {
			return a, err
		}
		part, err := held.Between(from, l.Quantity)
		if err != nil {
			return a, err
		}
		n := slices.IndexFunc(o.Lines, func(y orders.Line) bool { return y.Line == l.Line })
		a.lines = append(a.lines, againLine{o.Lines[n], part})
	}
	if a.lines == nil {
		return a, ErrNothingToSend
	}
	return a, nil
}

func (a again) skus() (out []inventory.SKU) {
	for _, l := range a.lines {
		out = append(out, inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID})
	}
	return out
}

func (a again) wants() (out []inventory.Want) {
	for i, l := range a.lines {
		out = append(out, inventory.Want{Line: l.Line.Line, SKU: a.skus()[i], Quantity: l.part.Quantity})
	}
	return out
}

// order is the order that sends them: at the price of then, all of which is taken off. Of what Rialto carries that is Rialto's to bear, and
// the seller is owed for these units as for the first; a seller who carries bears it.
func (a again) order(id, call, cause string, plan inventory.Plan, now time.Time) (orders.Order, error) {
	none := money.Zero(a.of.Totals.Total.Currency)
	o := orders.Order{ID: id, CustomerID: a.of.CustomerID, PlacedBy: a.of.PlacedBy, CheckoutID: call, Marketplace: a.of.Marketplace, PlacedAt: now,
		Delivery: a.of.Delivery, ReshipOf: &orders.ReshipOf{OrderID: a.of.ID, ShipmentID: a.parcel.ID, Cause: cause},
		Totals: orders.Totals{Items: none, Discount: none, Shipping: none, Tax: none, Total: none, TaxIncluded: a.of.Totals.TaxIncluded}}
	if to := a.parcel.ShipTo; to != nil {
		o.Delivery.AddressID, o.Delivery.Sealed, o.Delivery.Country, o.Delivery.Region = to.AddressID, to.Sealed, a.parcel.Country, a.parcel.Region
		if o.PlacedBy = to.OwnerID; to.OwnerID == o.CustomerID {
			o.PlacedBy = ""
		}
	}
	place := map[string]int{}
	for _, planned := range plan.Lines {
		n := slices.IndexFunc(a.lines, func(l againLine) bool { return l.Line.Line == planned.Line })
		if n < 0 {
			return o, fmt.Errorf("the plan has a line %s that the parcel has not", planned.Line)
		}
		l, err := a.lines[n].free()
		if err != nil {
			return o, err
		}
		o.Lines, o.Totals.Items.Minor = append(o.Lines, l), o.Totals.Items.Minor+l.Amount.Minor
		parts, err := a.lines[n].parts(planned.Picks, l.Amount, a.parcel.BySeller())
		if err != nil {
			return o, err
		}
		for i, pick := range planned.Picks {
			k, there := place[pick.Centre]
			if !there {
				k = len(o.Shipments)
				place[pick.Centre] = k
				free := orders.Charge{Amount: none, Tax: none}
				o.Shipments = append(o.Shipments, orders.Shipment{Group: fmt.Sprintf("g%d", k+1), SellerID: a.parcel.SellerID, Centre: pick.Centre,
					Amount: none, Shipping: free, Delivery: free, Fulfilment: a.parcel.Fulfilment, Days: a.days()})
			}
			o.Shipments[k].Lines = append(o.Shipments[k].Lines, parts[i])
		}
	}
	o.Totals.Discount = o.Totals.Items
	return o, o.Check()
}

// days are those that its seller promised for it.
func (a again) days() int {
	n := slices.IndexFunc(a.of.Shipments, func(g orders.Shipment) bool { return g.Group == a.parcel.Group })
	return a.of.Shipments[n].Days // whose lines were found in it
}

// free is the line of the units, for nothing.
func (l againLine) free() (orders.Line, error) {
	out := l.Line
	out.Quantity, out.Tax = l.part.Quantity, money.Zero(l.Amount.Currency)
	var err error
	out.Amount, err = l.UnitPrice.Times(out.Quantity)
	out.Discount = out.Amount
	return out, err
}

// parts are the units by where they leave from, with what Rialto bears of each: what they were sold for, without tax. Of units with a
// discount what was paid and what was taken off are rounded apart, and may come to a cent more than their price: that is not borne.
func (l againLine) parts(picks []inventory.Pick, price money.Amount, bySeller bool) (out []orders.ShipmentLine, err error) {
	none := money.Zero(l.Amount.Currency)
	borne := money.Of(min(price.Minor, l.part.Paid.Minor-l.part.Tax.Minor+l.part.Discount.Minor), l.Amount.Currency)
	if bySeller {
		borne = none
	}
	units := make([]int64, len(picks))
	for i, p := range picks {
		units[i] = p.Quantity
	}
	shares, err := borne.Allocate(units...)
	if err != nil {
		return nil, err
	}
	for i, p := range picks {
		out = append(out, orders.ShipmentLine{Line: l.Line.Line, Quantity: p.Quantity, Paid: none, Tax: none, Discount: shares[i]})
	}
	return out, nil
}
