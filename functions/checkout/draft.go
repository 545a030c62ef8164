package checkout

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/promotions"
	"rialto/functions/tax"
)

// MaxActions is how many writes one DynamoDB transaction can hold
// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html). The pivot needs one for
// the record, one for the order, one for the cart, one for a coupon's redemption and one for each hold.
const MaxActions = 100

// ErrCartChanged reports that the order would not cost what the shopper saw.
var ErrCartChanged = fault.New(fault.Conflict, "cart_changed", "the cart no longer costs what was shown")

// Draft is the order as it will be placed, with what the later steps need. It travels with its run; the record holds
// its hash, so that no run goes on with another one, and the draft itself only while no run has it: while a
// 3-D Secure challenge waits for the shopper.
type Draft struct {
	Order       orders.Order   `json:"order"`
	CartID      string         `json:"cart_id"`
	CartVersion int64          `json:"cart_version"`
	Plan        inventory.Plan `json:"plan"`
	MethodToken string         `json:"method_token"`
	// Coupon is what the order redeems, nil for nothing.
	Coupon *promotions.Terms `json:"coupon,omitempty"`
}

// Effects are what a run may cause once it has claimed its record, and so what a recovery undoes. They stand in the
// record before the first of them happens, and never change.
type Effects struct {
	Plan        inventory.Plan
	Groups      []string // of payments
	CartVersion int64    // whose lines it takes from the request's cart
	Coupon      string   // the code of the coupon that is redeemed, "" for none
}

// Effects lists what placing the draft takes.
func (d Draft) Effects() Effects {
	e := Effects{Plan: d.Plan, CartVersion: d.CartVersion}
	if d.Coupon != nil {
		e.Coupon = d.Coupon.Code
	}
	for _, g := range d.Groups() {
		e.Groups = append(e.Groups, g.Group)
	}
	return e
}

// Hash is the same for the same draft.
func (d Draft) Hash() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write draft: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// Prepared is what the reading steps found.
type Prepared struct {
	Quote    carts.Quote        `json:"quote"`
	Delivery customers.Delivery `json:"delivery"`
	Tax      tax.Assessment     `json:"tax"`
}

// Group is one authorization: what one shipment costs.
type Group struct {
	Group  string       `json:"group"`
	Amount money.Amount `json:"amount"`
}

// Groups lists the draft's authorizations; they sum to its total. A shipment that costs nothing needs none.
func (d Draft) Groups() []Group {
	gs := []Group{}
	for _, s := range d.Order.Shipments {
		if s.Amount.Minor > 0 {
			gs = append(gs, Group{s.Group, s.Amount})
		}
	}
	return gs
}

// NewDraft puts an order together and plans where it ships from. Errors: item_unavailable, ErrCartChanged if it costs something
// else than its shopper agreed to, too_many_lines if the pivot would not fit a transaction, amount_too_small if a shipment would
// cost less than the payment gateway takes.
func NewDraft(ref Ref, req Request, p Prepared) (Draft, error) {
	d, err := draft(ref, req.Marketplace, p, payments.LeastAmount(p.Quote.Currency))
	if err != nil {
		return Draft{}, err
	}
	return d, req.agreed(d.Order, p.Quote.Lines)
}

// draft is NewDraft of an order whose shipments cost so much at least, whatever its shopper expects.
func draft(ref Ref, marketplace string, p Prepared, least int64) (Draft, error) {
	plan, err := inventory.Route(
		ref.OrderID,
		p.Quote.Wants(),
		p.Quote.Stock,
		inventory.Destination{Country: p.Delivery.Country, Region: p.Delivery.Region},
	)
	if err != nil {
		return Draft{}, err
	}
	holds := 0
	for _, l := range plan.Lines {
		holds += len(l.Picks)
	}
	if holds == 0 || holds+4 > MaxActions {
		return Draft{}, fault.New(fault.Invalid, "too_many_lines", "the cart would need %d holds, %d are possible", holds, MaxActions-4)
	}
	if err := kept(marketplace, p.Delivery.Shipping, p.Quote.Lines); err != nil {
		return Draft{}, err
	}
	o := orders.Order{ID: ref.OrderID, CustomerID: ref.CustomerID, CheckoutID: ref.ID, Marketplace: marketplace,
		ExchangeOf: (*orders.ExchangeOf)(p.Quote.ExchangeOf),
		Delivery: orders.Delivery{AddressID: p.Delivery.AddressID, Country: p.Delivery.Country, Region: p.Delivery.Region, Sealed: p.Delivery.Sealed,
			ShippingOptionID: p.Delivery.Shipping.ID, Days: p.Delivery.Shipping.Days}}
	taxes := map[string]tax.LineTax{}
	for _, t := range p.Tax.Lines {
		taxes[t.Line] = t
	}
	for _, l := range p.Quote.Lines {
		t, ok := taxes[l.Line]
		if !ok {
			return Draft{}, fmt.Errorf("line %s was not taxed", l.Line)
		}
		o.Lines = append(o.Lines, orders.Line{Line: l.Line, ProductID: l.ProductID, SellerID: l.SellerID, SellerName: l.SellerName, Title: l.Title,
			Condition: l.Condition, Quantity: l.Quantity, UnitPrice: l.UnitPrice, Amount: l.Amount, Discount: l.Discount,
			Tax: t.Tax, TaxRate: t.Rate, Jurisdiction: t.Jurisdiction})
	}
	if p.Quote.Coupon != nil {
		o.Coupon = p.Quote.Coupon.Code
	}
	if o.Totals, err = totals(p); err != nil {
		return Draft{}, err
	}
	o.Taxes = several(p.Tax)
	if o.Shipments, err = shipments(o, plan, p, least); err != nil {
		return Draft{}, fmt.Errorf("split into shipments: %w", err)
	}
	if err := o.Check(); err != nil {
		return Draft{}, fmt.Errorf("order does not add up: %w", err)
	}
	return Draft{
		Order:       o,
		CartID:      p.Quote.CartID,
		CartVersion: p.Quote.CartVersion,
		Plan:        plan,
		MethodToken: p.Delivery.Method.Token,
		Coupon:      p.Quote.Coupon,
	}, nil
}

// several are the taxes of an assessment if there are more than one: one is known by the lines and the total.
func several(a tax.Assessment) []tax.JurisdictionTax {
	levied := slices.DeleteFunc(slices.Clone(a.Jurisdictions), func(j tax.JurisdictionTax) bool { return j.Tax.Minor == 0 })
	if len(levied) < 2 {
		return nil
	}
	return levied
}

func totals(p Prepared) (orders.Totals, error) {
	shipping, err := p.Quote.Shipping.Add(p.Delivery.Shipping.Price)
	if err != nil {
		return orders.Totals{}, err
	}
	t := orders.Totals{Items: p.Quote.Items, Discount: p.Quote.Discount, Shipping: shipping, Tax: p.Tax.Total, TaxIncluded: p.Tax.Included}
	parts := []money.Amount{t.Items, money.Of(-t.Discount.Minor, t.Items.Currency), t.Shipping}
	if !t.TaxIncluded {
		parts = append(parts, t.Tax)
	}
	t.Total, err = money.Sum(t.Items.Currency, parts...)
	return t, err
}
