package orders

import (
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/tax"
)

// ErrNotFound reports an order that does not exist or is another customer's.
var ErrNotFound = fault.New(fault.NotFound, "order_not_found", "there is no such order")

// ErrCursor refuses a place that a page of another period ended at.
var ErrCursor = fault.New(fault.Invalid, "invalid_cursor", "the cursor is not one that this API gave").
	With(fault.Field{Pointer: "query.cursor", Code: "bad_format", Message: "must be the next_cursor of a page of the same period"})

// Position is where a page of a customer's orders ends; the zero Position is the start, and the end.
type Position struct {
	OrderID  string `json:"o,omitempty"`
	PlacedAt string `json:"p,omitempty"`
}

// Order is a placed order.
type Order struct {
	ID          string    `json:"order_id"`
	CustomerID  string    `json:"customer_id"`
	CheckoutID  string    `json:"checkout_id"`
	Marketplace string    `json:"marketplace"`
	PlacedAt    time.Time `json:"placed_at"`
	Lines       []Line    `json:"lines"`
	Coupon      string    `json:"coupon,omitempty"` // the code that took the discount off
	Totals      Totals    `json:"totals"`
	// ExchangeOf is the return in exchange for which it was placed, nil for all other orders.
	ExchangeOf *ExchangeOf `json:"exchange_of,omitempty"`
	// ReshipOf is the parcel that it sends again for nothing, nil for all other orders.
	ReshipOf *ReshipOf `json:"reship_of,omitempty"`
	// Taxes are what Totals.Tax is made of where several taxes or rates are; else the lines say whose it is.
	Taxes     []tax.JurisdictionTax `json:"taxes,omitempty"`
	Shipments []Shipment            `json:"shipments"`
	Delivery  Delivery              `json:"delivery"`
	// PlacedBy is the guest who placed it, if it was taken to an account since; empty otherwise.
	PlacedBy string `json:"placed_by,omitempty"`
}

// Sealer is whose key seals the order's address: who placed it.
func (o Order) Sealer() string {
	if o.PlacedBy != "" {
		return o.PlacedBy
	}
	return o.CustomerID
}

// Line is one offer bought. Amount is UnitPrice x Quantity, of which Discount is not paid; Tax is within the rest where
// prices include tax.
type Line struct {
	Line       string       `json:"line"`
	ProductID  string       `json:"product_id"`
	SellerID   string       `json:"seller_id"`
	SellerName string       `json:"seller_name"`
	Title      string       `json:"title"`
	Condition  string       `json:"condition,omitempty"` // of what was offered; empty for what is new
	Quantity   int64        `json:"quantity"`
	UnitPrice  money.Amount `json:"unit_price"`
	Amount     money.Amount `json:"amount"`
	Discount   money.Amount `json:"discount,omitzero"` // none without a currency
	Tax        money.Amount `json:"tax"`
	// TaxRate is in basis points; Jurisdiction is whose.
	TaxRate      int64  `json:"tax_rate_bp"`
	Jurisdiction string `json:"tax_jurisdiction"`
}

// ExchangeOf names a return of an order.
type ExchangeOf struct {
	OrderID  string `json:"order_id"`
	ReturnID string `json:"return_id"`
}

// ReshipOf names a parcel of an order that was lost or damaged.
type ReshipOf struct {
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
	Cause      string `json:"cause" enum:"lost,damaged"`
}

// Totals is what the customer pays: items less the discount, shipping and, unless TaxIncluded, tax.
type Totals struct {
	Items       money.Amount `json:"items"`
	Discount    money.Amount `json:"discount,omitzero"`
	Shipping    money.Amount `json:"shipping"`
	Tax         money.Amount `json:"tax"`
	TaxIncluded bool         `json:"tax_included"`
	Total       money.Amount `json:"total"`
}

// Shipment is what leaves one centre for one seller together, by the same shipper. Its amount is authorized and captured as one
// payment; Group names both. What it costs is decided once, when the order is drafted: everybody after reads it here.
type Shipment struct {
	Group    string `json:"group"`
	SellerID string `json:"seller_id"`
	Centre   string `json:"fulfillment_center_id"`
	// Amount is what the customer pays for it: the lines, Shipping and Delivery.
	Amount   money.Amount   `json:"amount"`
	Shipping Charge         `json:"shipping"` // what its seller asks for shipping these units
	Delivery Charge         `json:"delivery"` // its part of what the delivery option costs, which is who ships it's
	Lines    []ShipmentLine `json:"lines"`
	// Fulfilment is BySeller where the seller ships it, and empty where Rialto does.
	Fulfilment string `json:"fulfillment,omitempty"`
	// Days are those that the seller who ships it promised, from the order to the door; 0 where Rialto ships.
	Days int `json:"days,omitempty"`
	// CaptureBefore is when the authorization of the amount ends, to the second; zero where the gateway did not say.
	CaptureBefore time.Time `json:"capture_before,omitzero"`
}

// Dispatch is what the days are told by on which it leaves and arrives, of an order that is delivered in so many days.
func (s Shipment) Dispatch(days int) marketplaces.Dispatch {
	return marketplaces.Dispatch{Centre: s.Centre, Days: days, BySeller: s.Fulfilment == BySeller, SellerDays: s.Days}
}

// BySeller marks a shipment that its seller ships.
const BySeller = "seller"

// Charge is what a shipment costs beside its goods: what the customer pays for it, and the tax in that.
type Charge struct {
	Amount money.Amount `json:"amount"`
	Tax    money.Amount `json:"tax"`
}

// What refunds call a shipment's charges where they name its lines. Their units are minor units of the charge.
const (
	ShippingCharge = "shipping" // what its seller is paid for shipping it and, where the seller delivers it too, the delivery
	DeliveryCharge = "delivery" // what Rialto is paid for delivering it
)

// ShipmentLine is how many units of a line a shipment holds, and what they cost.
type ShipmentLine struct {
	Line     string       `json:"line"`
	Quantity int64        `json:"quantity"`
	Paid     money.Amount `json:"paid"`     // what the customer pays for them, tax in it
	Tax      money.Amount `json:"tax"`      // in Paid
	Discount money.Amount `json:"discount"` // what a coupon took off that Rialto bears, without tax; nothing of a seller's coupon
	// Shipping is what of the shipment's is for these units, tax in it; none without a currency, as in a shipment of one line.
	Shipping money.Amount `json:"shipping,omitzero"`
}

// Between returns the line for the units from one to another (not included). Units that are taken one after another, in
// whatever order, cost the same together as all at once. The tax goes by what is paid, so that no unit is taxed more than it costs.
func (l ShipmentLine) Between(from, to int64) (ShipmentLine, error) {
	out := ShipmentLine{Line: l.Line, Quantity: to - from}
	before, err := l.Paid.Between(0, from, l.Quantity)
	if err != nil {
		return ShipmentLine{}, fmt.Errorf("line %s: %w", l.Line, err)
	}
	if out.Paid, err = l.Paid.Between(from, to, l.Quantity); err != nil {
		return ShipmentLine{}, fmt.Errorf("line %s: %w", l.Line, err)
	}
	if out.Tax, err = l.Tax.Between(before.Minor, before.Minor+out.Paid.Minor, l.Paid.Minor); err != nil {
		return ShipmentLine{}, fmt.Errorf("tax of line %s: %w", l.Line, err)
	}
	if out.Discount, err = l.Discount.Between(from, to, l.Quantity); err != nil {
		return ShipmentLine{}, fmt.Errorf("discount of line %s: %w", l.Line, err)
	}
	return out, nil
}

// ShippedFor is what of a shipment's shipping is for each of its lines. Orders from before the lines said so, and those of one line,
// share it out by the units.
func (s Shipment) ShippedFor() ([]money.Amount, error) {
	var units []int64
	said := make([]money.Amount, len(s.Lines))
	for n, l := range s.Lines {
		units = append(units, l.Quantity)
		said[n] = l.Shipping
	}
	if sum, err := money.Sum(s.Shipping.Amount.Currency, said...); err == nil && sum == s.Shipping.Amount {
		return said, nil
	}
	return s.Shipping.Amount.Allocate(units...)
}

// Cost is what the parts of a shipment sum to.
func (s Shipment) Cost() (money.Amount, error) {
	parts := []money.Amount{s.Shipping.Amount, s.Delivery.Amount}
	for _, l := range s.Lines {
		parts = append(parts, l.Paid)
	}
	return money.Sum(s.Shipping.Amount.Currency, parts...)
}

// Delivery is where to and how fast. Sealed is the address under the customer's key.
type Delivery struct {
	AddressID        string `json:"address_id"`
	Country          string `json:"country"`
	Region           string `json:"region"`
	Sealed           []byte `json:"sealed"`
	ShippingOptionID string `json:"shipping_option_id"`
	Days             int    `json:"days"`
}

// amounts lists all that the order says of money.
func (o Order) amounts() []money.Amount {
	as := []money.Amount{o.Totals.Items, o.Totals.Shipping, o.Totals.Tax, o.Totals.Total}
	for _, l := range o.Lines {
		as = append(as, l.UnitPrice, l.Amount, l.Tax)
	}
	for _, s := range o.Shipments {
		as = append(as, s.Amount, s.Shipping.Amount, s.Shipping.Tax, s.Delivery.Amount, s.Delivery.Tax)
		for _, l := range s.Lines {
			as = append(as, l.Paid, l.Tax, l.Discount)
		}
	}
	for _, l := range o.Lines {
		if l.Discount != (money.Amount{}) {
			as = append(as, l.Discount)
		}
	}
	if o.Totals.Discount != (money.Amount{}) {
		as = append(as, o.Totals.Discount)
	}
	return as
}

// Check reports an order whose parts do not sum to its whole, are not all in one currency, or ship other units than
// were bought.
func (o Order) Check() error {
	c := o.Totals.Total.Currency
	for _, a := range o.amounts() {
		if a.Currency != c {
			return fmt.Errorf("an amount in %s, the total is in %s", a.Currency, c)
		}
	}
	if err := o.checkTotals(); err != nil {
		return err
	}
	return o.checkShipments()
}

func (o Order) checkTotals() (err error) {
	t := o.Totals
	c := t.Total.Currency
	items, off := money.Zero(c), money.Zero(c)
	for _, l := range o.Lines {
		if items, err = items.Add(l.Amount); err != nil {
			return err
		}
		if l.Discount.Minor < 0 || l.Discount.Minor > l.Amount.Minor {
			return fmt.Errorf("line %s: %d off %d", l.Line, l.Discount.Minor, l.Amount.Minor)
		}
		if off, err = off.Add(money.Of(l.Discount.Minor, c)); err != nil {
			return err
		}
	}
	if off.Minor != t.Discount.Minor || off.Minor > 0 && o.Coupon == "" && o.ReshipOf == nil {
		return fmt.Errorf("lines' discounts sum to %d, the order's is %d by coupon %q", off.Minor, t.Discount.Minor, o.Coupon)
	}
	taxes := money.Zero(c)
	for _, x := range o.Taxes {
		if taxes, err = taxes.Add(x.Tax); err != nil {
			return err
		}
	}
	if len(o.Taxes) > 0 && taxes != t.Tax {
		return fmt.Errorf("taxes sum to %d, the total's is %d", taxes.Minor, t.Tax.Minor)
	}
	if items != t.Items {
		return fmt.Errorf("lines sum to %d, items say %d", items.Minor, t.Items.Minor)
	}
	parts := []money.Amount{t.Items, money.Of(-off.Minor, c), t.Shipping}
	if !t.TaxIncluded {
		parts = append(parts, t.Tax)
	}
	total, err := money.Sum(c, parts...)
	if err != nil {
		return err
	}
	if total != t.Total {
		return fmt.Errorf("parts sum to %d, total says %d", total.Minor, t.Total.Minor)
	}
	return nil
}
