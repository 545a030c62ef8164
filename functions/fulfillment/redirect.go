package fulfillment

import (
	"context"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

// ShipTo is where a parcel goes instead of where its order says: an address sealed under its owner's key.
type ShipTo struct {
	OwnerID   string    `dynamodbav:"owner_id"`
	AddressID string    `dynamodbav:"address_id"`
	Sealed    []byte    `dynamodbav:"sealed"`
	At        time.Time `dynamodbav:"at"` // when that was said
}

// Places finds where a customer's choice of an address goes, as a checkout does. Errors: address_not_found, address_undeliverable.
type Places interface {
	Locate(ctx context.Context, c customers.Choice) (customers.Delivery, error)
}

var (
	// ErrPacked refuses another address for an order of which all is packed, has left or is cancelled.
	ErrPacked = fault.New(fault.Conflict, "order_packed", "all of it is packed already, has left or is cancelled")
	// ErrOtherArea refuses an address to which the order would cost another total.
	ErrOtherArea = fault.New(fault.Conflict, "address_changes_total",
		"other taxes are due at that address, and the order would cost another total: cancel it, and order anew")
)

// Redirect sends all parcels of an order that are not packed to another address of its customer, where the order costs the same. The same
// again is a success. Errors: order_not_found, address_not_found, address_undeliverable, address_changes_total, order_packed.
func (s *OrderService) Redirect(ctx context.Context, customerID, orderID, addressID string) (Life, error) {
	o, err := s.own(ctx, customerID, orderID)
	if err != nil {
		return Life{}, err
	}
	d, err := s.Places.Locate(ctx, customers.Choice{CustomerID: customerID, AddressID: addressID, Marketplace: o.Marketplace,
		ShippingOptionID: o.Delivery.ShippingOptionID})
	if err != nil {
		return Life{}, err
	}
	was, there, err := s.Addresses.OpenAddress(ctx, o.Sealer(), o.Delivery.AddressID, o.Delivery.Sealed)
	if err != nil {
		return Life{}, err
	}
	if !there || !tax.SameArea(saleTo(o, was.Country, was.Region, was.PostalPrefix()), saleTo(o, d.Country, d.Region, d.PostalPrefix)) {
		return Life{}, ErrOtherArea
	}
	to := ShipTo{OwnerID: customerID, AddressID: d.AddressID, Sealed: d.Sealed, At: s.Now().UTC()}
	redirected := 0
	for _, g := range o.Shipments {
		done, err := s.redirect(ctx, o, g, to, d)
		if err != nil {
			return Life{}, err
		}
		if done {
			redirected++
		}
	}
	if redirected == 0 {
		return Life{}, ErrPacked
	}
	return s.Order(ctx, customerID, orderID)
}

// redirect sends one parcel elsewhere, and tells whether it goes there.
func (s *OrderService) redirect(ctx context.Context, o orders.Order, g orders.Shipment, to ShipTo, d customers.Delivery) (bool, error) {
	for {
		x, err := s.openedOne(ctx, o, g)
		if err != nil {
			return false, err
		}
		switch {
		case x.State != Pending && x.State != Picked:
			return false, nil
		case x.ShipTo != nil && x.ShipTo.AddressID == to.AddressID && string(x.ShipTo.Sealed) == string(to.Sealed):
			return true, nil
		}
		next := x
		next.ShipTo, next.Redirects, next.Country, next.Region = &to, x.Redirects+1, d.Country, d.Region
		e := Event{ShipmentID: x.ID, At: later(s.Now().UTC(), x.UpdatedAt), Status: string(x.State),
			Description: "It goes to another address, as the customer asked"}
		if saved, err := s.Shipments.Redirect(ctx, x, next, e); err != nil || saved {
			return saved, err
		} // it went on meanwhile, or goes elsewhere
	}
}

// saleTo is what is taxed of an order at a destination.
func saleTo(o orders.Order, country, region, postal string) tax.Sale {
	s := tax.Sale{Marketplace: o.Marketplace, Country: country, Region: region, Postal: postal, Delivery: o.Totals.Shipping}
	for _, l := range o.Lines {
		s.Lines = append(s.Lines, tax.Line{Line: l.Line, Amount: l.Amount, Quantity: l.Quantity, Discount: l.Discount})
	}
	return s
}

// address opens where a parcel of an order goes; there is false once who it is of is erased.
func (s Shipment) address(ctx context.Context, from Addresses, o orders.Order) (a customers.Address, there bool, err error) {
	if to := s.ShipTo; to != nil {
		return from.OpenAddress(ctx, to.OwnerID, to.AddressID, to.Sealed)
	}
	return from.OpenAddress(ctx, o.Sealer(), o.Delivery.AddressID, o.Delivery.Sealed)
}
