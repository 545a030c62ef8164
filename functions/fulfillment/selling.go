package fulfillment

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

var (
	// ErrNoShipment reports a shipment that is not there or is another seller's.
	ErrNoShipment = fault.New(fault.NotFound, "shipment_not_found", "there is no such shipment")
	// ErrByRialto refuses to confirm what Rialto ships.
	ErrByRialto = fault.New(fault.Conflict, "fulfilled_by_rialto", "Rialto ships this, and needs no confirmation")
	// ErrCancelled refuses to confirm a shipment that waited for it too long.
	ErrCancelled = fault.New(fault.Conflict, "shipment_cancelled", "the shipment was not confirmed in time, and is cancelled")
	// ErrNotSecured refuses to confirm a shipment whose authorization is about to end, or has: the goods stay.
	ErrNotSecured = fault.New(fault.Conflict, "payment_not_secured",
		"the shipment's payment is not secured just now: keep the goods, and confirm again when it is")
	// ErrConfirmed refuses to correct the carrier or number of a shipment that has come to its end.
	ErrConfirmed = fault.New(fault.Conflict, "shipment_confirmed",
		"the shipment was confirmed with another carrier or number, and has come to its end")
)

// Ratings tells how customers rate a seller, in hundredths of a star, and how many do; 0 and 0 if nobody has.
type Ratings interface {
	Rating(ctx context.Context, seller string) (rating, count int64, err error)
}

// SellerService is what sellers ask and say of their orders.
type SellerService struct {
	Shipments Shipments
	Sellers   SellerOrders
	Ratings   Ratings
	Orders    Orders
	Addresses Addresses
	Now       func() time.Time
}

// Confirm takes a seller's word that a shipment is with a carrier. Its money is then taken, and it goes on as any
// other. The same again is a success; another carrier or number corrects what was said, until the shipment is delivered. The number
// may be as it was pasted (trackingNumber). Errors: shipment_not_found, fulfilled_by_rialto, shipment_confirmed,
// shipment_cancelled, payment_not_secured, invalid_confirmation.
func (s *SellerService) Confirm(ctx context.Context, seller, orderID, shipmentID, carrier, number string) (Shipment, error) {
	carrier, number, err := confirmation(carrier, number)
	if err != nil {
		return Shipment{}, err
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
			return Shipment{}, ErrCancelled
		case x.State != Pending && strings.EqualFold(x.Carrier, carrier) && x.TrackingNumber == number:
			return x, nil
		case x.State == Delivered || x.State == WrittenOff:
			return Shipment{}, ErrConfirmed
		case x.State != Pending:
			if corrected, err := s.Shipments.Correct(ctx, x, carrier, number, x.corrected(s.Now().UTC())); err != nil || corrected {
				x.Carrier, x.TrackingNumber = carrier, number
				return x, err
			}
			continue // it went on, or was corrected by another
		case !x.Secured(s.Now()):
			return Shipment{}, ErrNotSecured
		}
		next, event, ok := Advance(x, Confirmed, s.Now().UTC(), untimed)
		if !ok {
			return Shipment{}, errUnknown
		}
		next.Carrier, next.TrackingNumber = carrier, number
		moved, err := s.Shipments.Move(ctx, Pending, next, event)
		if err != nil || moved {
			return next, err
		} // it left Pending, for good
	}
}

// confirmation returns a carrier and a tracking number in one form, or invalid_confirmation.
func confirmation(carrier, number string) (string, string, error) {
	var flaws []fault.Field
	carrier = strings.Join(strings.Fields(carrier), " ")
	if utf8.RuneCountInString(carrier) > mostCarrier || !carrierName.MatchString(carrier) {
		flaws = append(flaws, fault.Field{Pointer: "/carrier", Code: "bad_format", Message: "must be a name of 1 to 60 letters, digits and signs"})
	}
	number, ok := trackingNumber(carrier, number)
	if !ok {
		flaws = append(flaws, fault.Field{Pointer: "/tracking_number", Code: "bad_format",
			Message: "must be one number of 4 to 40 letters, digits and hyphens, or the address of a carrier's page with one in it"})
	}
	if flaws != nil {
		return "", "", fault.New(fault.Invalid, "invalid_confirmation", "the confirmation has fields that are not accepted").With(flaws...)
	}
	return carrier, number, nil
}

// corrected is what the shopper reads of a correction.
func (s Shipment) corrected(now time.Time) Event {
	return Event{ShipmentID: s.ID, At: later(now, s.UpdatedAt), Status: string(s.State),
		Description: "The seller corrected the carrier or the tracking number"}
}

// Sold is a seller's order with where its shipments are.
type Sold struct {
	SellerOrder
	Shipments []Shipment
	ShipTo    *customers.Address // nil where it is not to be known
}

// Order returns a seller's part of an order, and where it goes: if its parcels go to several addresses, that of one to be packed yet.
// Errors: orders.ErrNotFound, for an order without a line of theirs too.
func (s *SellerService) Order(ctx context.Context, seller, orderID string) (Sold, error) {
	o, err := s.sold(ctx, seller, orderID)
	if err != nil {
		return o, err
	}
	n := slices.IndexFunc(o.Shipments, func(x Shipment) bool { return x.BySeller() && x.State == Pending })
	if n < 0 {
		n = slices.IndexFunc(o.Shipments, func(x Shipment) bool { return x.addressOpen(s.Now()) })
	}
	if n >= 0 {
		o.ShipTo, err = s.shipTo(ctx, seller, o.Shipments[n])
	}
	return o, err
}

func (s *SellerService) sold(ctx context.Context, seller, orderID string) (Sold, error) {
	all, _, err := s.Shipments.Tracking(ctx, orderID)
	if err != nil {
		return Sold{}, err
	}
	mine := slices.DeleteFunc(all, func(x Shipment) bool { return x.SellerID != seller })
	if len(mine) == 0 {
		return Sold{}, orders.ErrNotFound
	}
	o, err := s.Sellers.Order(ctx, seller, orderID, mine[0].PlacedAt)
	return Sold{SellerOrder: o, Shipments: mine}, err
}

// Position is where a list of a seller's orders goes on.
type Position struct {
	Day   string `json:"day"`             // RFC 3339 full-date, UTC
	After string `json:"after,omitempty"` // in the day
}

const (
	oldest = 90 // days back that orders are listed
	ahead  = 7  // days that one page looks through
	atOnce = 8  // orders whose shipments are read together
)

// Sold lists a seller's orders, the latest first, from a place on, the zero Position for today. next is nil after the
// last: 90 days back. A page looks through a week at most and may be empty before the end. Errors: invalid_cursor.
func (s *SellerService) Sold(ctx context.Context, seller string, at Position, limit int) (list []Sold, next *Position, err error) {
	today := s.Now().UTC()
	day := today
	if at.Day != "" {
		if day, err = time.Parse(time.DateOnly, at.Day); err != nil || day.After(today) {
			return nil, nil, fault.ErrCursor
		}
	}
	end := today.AddDate(0, 0, -oldest).Format(time.DateOnly)
	at.Day = day.Format(time.DateOnly)
	var found []SellerOrder
	for range ahead {
		part, after, err := s.Sellers.Day(ctx, seller, at.Day, at.After, limit-len(found))
		if err != nil {
			return nil, nil, err
		}
		found = append(found, part...)
		if at.After = after; after == "" {
			day = day.AddDate(0, 0, -1)
			at.Day = day.Format(time.DateOnly)
		}
		if len(found) == limit || at.Day < end {
			break
		}
	}
	if at.Day >= end {
		next = &at
	}
	list = make([]Sold, len(found))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, o := range found {
		g.Go(func() error {
			all, _, err := s.Shipments.Tracking(ctx, o.OrderID)
			list[i] = Sold{SellerOrder: o, Shipments: slices.DeleteFunc(all, func(x Shipment) bool { return x.SellerID != seller })}
			return err
		})
	}
	return list, next, g.Wait()
}
