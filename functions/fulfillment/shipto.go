package fulfillment

import (
	"context"
	"slices"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

// Addresses opens addresses as they were sealed into orders; there is false once the customer is erased.
type Addresses interface {
	OpenAddress(ctx context.Context, customerID, addressID string, sealed []byte) (a customers.Address, there bool, err error)
}

// Opening is written down each time that a seller is shown where an order goes.
type Opening struct {
	OrderID    string    `dynamodbav:"order_id"`
	CustomerID string    `dynamodbav:"customer_id"`
	SellerID   string    `dynamodbav:"seller_id"`
	At         time.Time `dynamodbav:"at"`
}

// addressKept is how long after its delivery the seller of a parcel may still see where it went: as long as it may come back.
const addressKept = ReturnWindow

// addressOpen tells whether a parcel's seller may see where it goes: from the order on, if the seller ships it, until a while after
// it was delivered.
func (s Shipment) addressOpen(now time.Time) bool {
	switch {
	case !s.BySeller() || s.State == Cancelled:
		return false
	case s.State == Delivered || s.State == WrittenOff:
		return now.Before(s.UpdatedAt.Add(addressKept))
	}
	return true
}

// ErrShipToClosed refuses to show where a parcel goes, or went.
var ErrShipToClosed = fault.New(fault.Conflict, "ship_to_closed",
	"where it goes is for who ships it, until 30 days after it was delivered, and unless its customer is erased")

// shipTo opens for a seller where a parcel goes, and writes that down before. It is nil for a customer who is erased.
func (s *SellerService) shipTo(ctx context.Context, seller string, x Shipment) (*customers.Address, error) {
	o, there, err := s.Orders.Get(ctx, x.OrderID)
	if err == nil && !there {
		err = orders.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if err := s.Sellers.Opened(ctx, Opening{OrderID: o.ID, CustomerID: o.CustomerID, SellerID: seller, At: s.Now().UTC()}); err != nil {
		return nil, err
	}
	a, there, err := x.address(ctx, s.Addresses, o)
	if err != nil || !there {
		return nil, err
	}
	return &a, nil
}

// Slip is what lies in a parcel: where it goes, and what is in it.
type Slip struct {
	Sold
	Shipment Shipment
}

// PackingSlip returns the slip of a seller's parcel. Errors: order_not_found, shipment_not_found, ship_to_closed.
func (s *SellerService) PackingSlip(ctx context.Context, seller, orderID, shipmentID string) (Slip, error) {
	o, err := s.sold(ctx, seller, orderID)
	if err != nil {
		return Slip{}, err
	}
	n := slices.IndexFunc(o.Shipments, func(x Shipment) bool { return x.ID == shipmentID })
	if n < 0 {
		return Slip{}, ErrNoShipment
	}
	x := o.Shipments[n]
	if !x.addressOpen(s.Now()) {
		return Slip{}, ErrShipToClosed
	}
	if o.ShipTo, err = s.shipTo(ctx, seller, x); err == nil && o.ShipTo == nil {
		err = ErrShipToClosed
	}
	return Slip{o, x}, err
}
