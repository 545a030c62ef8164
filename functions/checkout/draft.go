package checkout

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/promotions"
	"rialto/functions/tax"
)

// MaxActions is how many writes one DynamoDB transaction can hold
// (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html). The pivot needs one for
// the record, one for the order, one for the cart, one for a coupon's redemption and one for each hold.
const MaxActions = 100

// ErrCartChanged reports that the total is not the one that the shopper saw.
var ErrCartChanged = fault.New(fault.Conflict, "cart_changed", "the total is no longer the expected one")

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

// Groups lists the draft's authorizations; they sum to its total.
func (d Draft) Groups() []Group {
	var gs []Group
	for _, s := range d.Order.Shipments {
		gs = append(gs, Group{s.Group, s.Amount})
	}
	return gs
}

// NewDraft puts an order together and plans where it ships from. Errors: item_unavailable, ErrCartChanged if the total is not the expected one,
// too_many_lines if the pivot would not fit a transaction.
func NewDraft(ref Ref, req Request, p Prepared) (Draft, error) {
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
	o := orders.Order{ID: ref.OrderID, CustomerID: ref.CustomerID, CheckoutID: ref.ID, Marketplace: req.Marketplace,
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
			Quantity: l.Quantity, UnitPrice: l.UnitPrice, Amount: l.Amount, Discount: l.Discount, Tax: t.Tax, TaxRate: t.Rate, Jurisdiction: t.Jurisdiction})
	}
	if p.Quote.Coupon != nil {
		o.Coupon = p.Quote.Coupon.Code
	}
	if o.Totals, err = totals(p); err != nil {
		return Draft{}, err
	}
	if req.ExpectedTotal != nil && *req.ExpectedTotal != o.Totals.Total {
		return Draft{}, ErrCartChanged
	}
	if o.Shipments, err = shipments(o, plan, p.Quote.Lines); err != nil {
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

// shipments groups the plan by seller, centre and who ships, and shares the total out: what is paid for a line and its tax by units,
// what belongs to the whole order by the goods of each shipment.
func shipments(o orders.Order, plan inventory.Plan, quoted []carts.QuotedLine) ([]orders.Shipment, error) {
	type at struct{ seller, centre, by string }
	by := map[string]string{}
	for _, l := range quoted {
		by[l.Line] = l.Fulfilment
	}
	place := map[at]int{}
	var out []orders.Shipment
	var goods []int64
	lines := map[string]orders.Line{}
	for _, l := range o.Lines {
		lines[l.Line] = l
	}
	for _, pl := range plan.Lines {
		line, ok := lines[pl.Line]
		if !ok {
			return nil, fmt.Errorf("the plan has a line %s that the order has not", pl.Line)
		}
		cost := money.Of(line.Amount.Minor-line.Discount.Minor, line.Amount.Currency)
		if !o.Totals.TaxIncluded {
			var err error
			if cost, err = cost.Add(line.Tax); err != nil {
				return nil, err
			}
		}
		weights := make([]int64, len(pl.Picks))
		for i, p := range pl.Picks {
			weights[i] = p.Quantity
		}
		parts, err := cost.Allocate(weights...)
		if err != nil {
			return nil, err
		}
		for i, p := range pl.Picks {
			k := at{pl.SellerID, p.Centre, by[pl.Line]}
			n, ok := place[k]
			if !ok {
				n = len(out)
				place[k] = n
				out = append(
					out,
					orders.Shipment{
						Group:      fmt.Sprintf("g%d", n+1),
						SellerID:   k.seller,
						Centre:     k.centre,
						Fulfilment: k.by,
						Amount:     money.Zero(o.Totals.Total.Currency),
					},
				)
				goods = append(goods, 0)
			}
			if out[n].Amount, err = out[n].Amount.Add(parts[i]); err != nil {
				return nil, err
			}
			goods[n] = out[n].Amount.Minor
			out[n].Lines = append(out[n].Lines, orders.ShipmentLine{Line: pl.Line, Quantity: p.Quantity})
		}
	}
	return withShared(o, out, goods)
}

// withShared adds the shipping and its tax to the shipments.
func withShared(o orders.Order, out []orders.Shipment, goods []int64) ([]orders.Shipment, error) {
	shared := o.Totals.Total
	for _, s := range out {
		var err error
		if shared, err = shared.Sub(s.Amount); err != nil {
			return nil, err
		}
	}
	var sum int64
	for _, g := range goods {
		sum += g
	}
	if sum == 0 {
		for i := range goods {
			goods[i] = 1
		}
	}
	parts, err := shared.Allocate(goods...)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Amount, err = out[i].Amount.Add(parts[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
