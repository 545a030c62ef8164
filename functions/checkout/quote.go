package checkout

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/tax"
)

// Quote is what a cart would cost if it were checked out now: the order as it would be placed.
type Quote struct {
	// ID is what a checkout asks for this price by, until ExpiresAt; "" while something that Warnings name keeps the cart from
	// being bought as it is (that it comes later than the shipping option says, does not).
	ID        string
	ExpiresAt time.Time
	Order     orders.Order
	Promises  []marketplaces.Promise // of the order's shipments
	Shipping  customers.ShippingOption
	Taxes     []tax.JurisdictionTax
	Warnings  []fault.Field
	// Changes are what is another than the request asked for, or than the cart showed last.
	Changes []Change
}

// Quoter runs the saga's reading steps and its drafting in process: a quote costs what a checkout would charge, since both are
// made by the same code. It writes nothing and holds nothing.
type Quoter struct {
	Carts  CartQuotes
	Places Places
	Assess func(context.Context, tax.Sale) (tax.Assessment, error)
	Now    func() time.Time
}

// CartQuotes prices a cart for a checkout, as the state Quote does.
type CartQuotes interface {
	// Preview prices what of a cart can be bought, and says what cannot.
	Preview(ctx context.Context, in carts.QuoteInput) (carts.Quote, []fault.Field, error)
}

// Places finds where an order goes and how it is paid, as the state Locate does.
type Places interface {
	Locate(ctx context.Context, c customers.Choice) (customers.Delivery, error)
}

// Quote says what a request would come to. Errors: those that keep a checkout from any total at all (cart_not_found,
// cart_empty, address_not_found, address_undeliverable, shipping_option_unknown, tax_unsupported, …), and item_unavailable or
// offer_unavailable and quantity_limited if they are true of all lines.
func (s *Quoter) Quote(ctx context.Context, customerID string, req Request) (Quote, error) {
	var p Prepared
	found, warnings, err := s.Carts.Preview(ctx, carts.QuoteInput{CartID: req.CartID, CustomerID: customerID, Marketplace: req.Marketplace})
	if err != nil {
		return Quote{}, err
	}
	p.Quote = found
	var slower bool
	if p.Delivery, slower, err = s.located(ctx, customerID, req, found); err != nil {
		return Quote{}, err
	}
	sale, err := p.sale(req.Marketplace)
	if err != nil {
		return Quote{}, err
	}
	if p.Tax, err = s.Assess(ctx, sale); err != nil {
		return Quote{}, err
	}
	ref := Ref{CustomerID: customerID}
	d, err := draft(ref, req.Marketplace, p, payments.LeastAmount(found.Currency))
	if fault.Code(err) == tooSmallCode {
		warnings = append(warnings, fault.Of(err).Fields...)
		d, err = draft(ref, req.Marketplace, p, 0)
	}
	if err != nil {
		return Quote{}, err
	}
	q := Quote{ExpiresAt: s.Now().Add(QuoteFor).Truncate(time.Second).UTC(), Order: d.Order, Shipping: p.Delivery.Shipping, Taxes: p.Tax.Jurisdictions,
		Warnings: warnings, Changes: req.changes(d.Order, found.Lines)}
	if warnings == nil {
		q.ID = newQuoteID(d.Order, q.ExpiresAt).String()
	}
	if slower {
		q.Warnings = append(q.Warnings, errNotKept.Fields...)
	}
	m, err := marketplaces.Lookup(req.Marketplace)
	if err != nil {
		return Quote{}, err
	}
	for _, x := range d.Order.Shipments {
		q.Promises = append(q.Promises, m.Promise(s.Now(), x.Dispatch(d.Order.Delivery.Days)))
	}
	return q, nil
}

// located is where a request goes, in the way that it is shipped then, and whether that is slower than was asked for.
func (s *Quoter) located(ctx context.Context, customerID string, req Request, q carts.Quote) (d customers.Delivery, slower bool, err error) {
	find := func() (customers.Delivery, error) {
		return s.Places.Locate(ctx, customers.Choice{CustomerID: customerID, AddressID: req.AddressID, PaymentMethodID: req.MethodID,
			Marketplace: req.Marketplace, ShippingOptionID: req.ShippingOptionID})
	}
	if d, err = find(); err != nil {
		return d, false, err
	}
	if req, slower = req.settle(d.Shipping, q.Lines); slower {
		d, err = find()
	}
	return d, slower, err
}

// Settle is the request as it is checked out: with another shipping option, if none of the cart could keep the one that was
// asked for. What else is wrong with it its checkout tells.
func (s *Quoter) Settle(ctx context.Context, customerID string, req Request) Request {
	if usual, err := customers.Options(req.Marketplace); err != nil || usual[0].ID == req.ShippingOptionID {
		return req
	}
	found, _, err := s.Carts.Preview(ctx, carts.QuoteInput{CartID: req.CartID, CustomerID: customerID, Marketplace: req.Marketplace})
	if err != nil {
		return req
	}
	d, slower, err := s.located(ctx, customerID, req, found)
	if err == nil && slower {
		req.ShippingOptionID = d.Shipping.ID
	}
	return req
}

// sale is what the state Assess is given, made as the machine makes it: of what the reading steps found, as JSON.
func (p Prepared) sale(marketplace string) (tax.Sale, error) {
	b, err := json.Marshal(map[string]any{"marketplace": marketplace, "country": p.Delivery.Country, "region": p.Delivery.Region,
		"postal_prefix": p.Delivery.PostalPrefix, "lines": p.Quote.Lines, "delivery": p.Delivery.Shipping.Price})
	var sale tax.Sale
	if err == nil {
		err = json.Unmarshal(b, &sale)
	}
	if err != nil {
		return tax.Sale{}, fmt.Errorf("describe the sale: %w", err)
	}
	return sale, nil
}
