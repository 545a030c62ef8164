package customers

import (
	"context"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Snapshot is what a checkout needs of a customer, as of a version of the record. That of an erased customer
// is empty.
type Snapshot struct {
	CustomerID string
	Version    int64
	Addresses  []SealedAddress
	Methods    []PaymentMethod
	Erased     bool
}

// Snapshots keeps the newest snapshot of each customer.
type Snapshots interface {
	// Get returns an empty snapshot of version 0 where there is none.
	Get(ctx context.Context, customerID string) (Snapshot, error)
	// Put stores a snapshot unless a newer one, or one of the same version, is there.
	Put(ctx context.Context, s Snapshot) error
}

var (
	errAddress = fault.New(fault.NotFound, "address_not_found", "there is no such address of yours")
	errMethod  = fault.New(fault.NotFound, "payment_method_not_found", "there is no such payment method of yours")
	errReach   = fault.New(fault.Invalid, "address_undeliverable", "this marketplace does not ship to the address's country")
)

// Locate finds a choice in the snapshot; one without a payment method, as a quote may be asked for, has none. It fails with
// address_not_found, payment_method_not_found, address_undeliverable, shipping_option_unknown and unknown_marketplace.
func (s Snapshot) Locate(c Choice) (Delivery, error) {
	market, err := marketplaces.Lookup(c.Marketplace)
	if err != nil {
		return Delivery{}, err
	}
	shipping, err := option(c.Marketplace, c.ShippingOptionID)
	if err != nil {
		return Delivery{}, err
	}
	var d *Delivery
	for _, a := range s.Addresses {
		if a.ID == c.AddressID {
			d = &Delivery{AddressID: a.ID, Country: a.Country, Region: a.Region, PostalPrefix: a.PostalPrefix, Sealed: a.Sealed, Shipping: shipping}
		}
	}
	if d == nil {
		return Delivery{}, errAddress
	}
	if !market.ShipsTo(d.Country) {
		return Delivery{}, errReach
	}
	if c.PaymentMethodID == "" {
		return *d, nil
	}
	for _, m := range s.Methods {
		if m.ID == c.PaymentMethodID {
			d.Method = m
			return *d, nil
		}
	}
	return Delivery{}, errMethod
}

// Locator is the use case of the checkout's step. It reads one item and opens nothing.
type Locator struct{ Snapshots Snapshots }

// Locate finds what a shopper chose.
func (l Locator) Locate(ctx context.Context, c Choice) (Delivery, error) {
	s, err := l.Snapshots.Get(ctx, c.CustomerID)
	if err != nil {
		return Delivery{}, err
	}
	return s.Locate(c)
}
