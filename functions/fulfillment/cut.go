package fulfillment

import (
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/payments"
)

// Cut is units of a shipment's line that were cancelled before it was packed, and by whom. They are the last of the line's units, so
// that those that are left are counted from 0 as ever.
type Cut struct {
	Line     string `dynamodbav:"line"`
	Quantity int64  `dynamodbav:"quantity"`
	By       Actor  `dynamodbav:"by"`
}

// ErrRestTooSmall refuses to leave of a parcel what is too cheap to be paid.
var ErrRestTooSmall = fault.New(fault.Conflict, "rest_too_small",
	"what would be left of the parcel costs less than can be paid: cancel all of it, or fewer units")

// cutOf is how many units of a line were cancelled of a shipment that is not cancelled whole.
func (s Shipment) cutOf(line string) (units int64) {
	for _, c := range s.Cut {
		if c.Line == line {
			units += c.Quantity
		}
	}
	return units
}

// unitsOf is how many units of a line are in it.
func (s Shipment) unitsOf(line string) int64 {
	if n := slices.IndexFunc(s.Lines, func(l Line) bool { return l.Line == line }); n >= 0 {
		return s.Lines[n].Quantity
	}
	return 0
}

// cancelled is what was cut of it, each line once, and of its shipping the minor units.
func (s Shipment) cancelled() (out []Line) {
	for _, c := range s.Cut {
		if !slices.ContainsFunc(out, func(l Line) bool { return l.Line == c.Line }) {
			out = append(out, Line{c.Line, s.cutOf(c.Line)})
		}
	}
	if s.CutShipping > 0 {
		out = append(out, Line{orders.ShippingCharge, s.CutShipping})
	}
	return out
}

// Short tells whether its seller could not ship all of it.
func (s Shipment) Short() bool {
	return slices.ContainsFunc(s.Cut, func(c Cut) bool { return c.By == Seller })
}

// open tells whether units of it can be cancelled.
func (s Shipment) open() bool { return s.State == Pending || s.State == Picked }

// without is a shipment that more units are cancelled of, but not all, with the event of that. Of the group that it is of it costs its
// units and what its seller asks for shipping these; its delivery costs what it did, as it is delivered all the same. Errors:
// rest_too_small.
func (s Shipment) without(g orders.Shipment, more []Line, cause Cause, now time.Time) (Shipment, Event, error) {
	now = later(now, s.UpdatedAt)
	s.Cut, s.Cuts, s.UpdatedAt = slices.Clone(s.Cut), s.Cuts+1, now
	for _, l := range more {
		s.Cut = append(s.Cut, Cut{l.Line, l.Quantity, cause.By()})
	}
	was, shippedFor := s.Amount, []money.Amount(nil)
	shippedFor, err := g.ShippedFor()
	if err != nil {
		return s, Event{}, err
	}
	s.Lines, s.CutShipping, s.Amount = nil, 0, g.Delivery.Amount
	for n, l := range g.Lines {
		kept := l.Quantity - s.cutOf(l.Line)
		if kept > 0 {
			s.Lines = append(s.Lines, Line{l.Line, kept})
		}
		part, err := l.Between(0, kept)
		if err != nil {
			return s, Event{}, err
		}
		shipping, err := shippedFor[n].Between(0, kept, l.Quantity)
		if err != nil {
			return s, Event{}, err
		}
		s.Amount.Minor += part.Paid.Minor + shipping.Minor
		s.CutShipping += shippedFor[n].Minor - shipping.Minor
	}
	if was.Minor > 0 && s.Amount.Minor < payments.LeastAmount(s.Amount.Currency) {
		return s, Event{}, ErrRestTooSmall
	}
	return s, Event{ShipmentID: s.ID, At: now, Status: string(s.State), Description: cutSays[cause], By: cause.By()}, nil
}

// cutSays is what the shopper reads of units that are cancelled, by why.
var cutSays = map[Cause]string{
	Withdrawn:     "Some units are cancelled as the customer asked, and nothing is charged for them",
	Unfulfillable: "Some units are cancelled: the seller cannot ship them, and nothing is charged for them",
	Stopped:       "Some units are cancelled by Rialto, and nothing is charged for them",
}
