package checkout

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/promotions"
	"rialto/functions/tax"
)

// goods are a line of a cart: units of one product of one seller, in one centre.
type goods struct {
	seller, category, by            string
	units, price, discount, shipped int64 // shipped is what its seller asks for all units
}

// prepared is what the reading steps find for a cart, taxed as the tables say.
func prepared(t *testing.T, s tax.Sale, delivery int64, of ...goods) Prepared {
	t.Helper()
	currency := map[string]string{"US": "USD", "DE": "EUR"}[s.Marketplace]
	amount := func(minor int64) money.Amount { return money.Of(minor, currency) }
	q := carts.Quote{Marketplace: s.Marketplace, Currency: currency, Items: amount(0), Shipping: amount(0)}
	for i, g := range of {
		sku := inventory.SKU{ProductID: fmt.Sprint("prd_", i), SellerID: g.seller}
		l := carts.QuotedLine{Line: sku.String(), ProductID: sku.ProductID, SellerID: g.seller, Quantity: g.units, UnitPrice: amount(g.price),
			Amount: amount(g.price * g.units), Shipping: amount(g.shipped), Category: g.category, Fulfilment: g.by}
		if g.discount > 0 {
			l.Discount = amount(g.discount)
			q.Discount = amount(q.Discount.Minor + g.discount)
			q.Coupon = &promotions.Terms{Ref: promotions.Ref{Marketplace: s.Marketplace, Code: "SAVE"}}
		}
		q.Lines, q.Items.Minor, q.Shipping.Minor = append(q.Lines, l), q.Items.Minor+l.Amount.Minor, q.Shipping.Minor+g.shipped
		q.Stock = append(q.Stock, inventory.Stock{SKU: sku, Centre: "c1", Available: 100, Received: 100, Version: 1})
		s.Lines = append(s.Lines, tax.Line{Line: l.Line, Amount: l.Amount, Category: l.Category, Discount: l.Discount, Shipping: l.Shipping})
	}
	s.Delivery = amount(delivery)
	assessed, err := tax.Assess(s)
	if err != nil {
		t.Fatal(err)
	}
	return Prepared{Quote: q, Tax: assessed, Delivery: customers.Delivery{Country: s.Country, Region: s.Region,
		Shipping: customers.ShippingOption{ID: "standard", Price: amount(delivery)}}}
}

var (
	oregon  = tax.Sale{Marketplace: "US", Country: "US", Region: "OR"}
	germany = tax.Sale{Marketplace: "DE", Country: "DE"}
)

// What lies in a cart for a return is an order in exchange for it, also as the state machine hands it on. Seen to catch: a quote that
// does not say so.
func TestAnOrderSaysWhatItIsInExchangeFor(t *testing.T) {
	t.Parallel()
	p := prepared(t, oregon, 599, goods{seller: "sel_a", units: 1, price: 1000})
	for _, want := range []*orders.ExchangeOf{nil, {OrderID: "ord_0", ReturnID: "ret_0"}} {
		p.Quote.ExchangeOf = (*carts.ExchangeOf)(want)
		b, err := json.Marshal(p)
		var handed Prepared
		if err = errors.Join(err, json.Unmarshal(b, &handed)); err != nil {
			t.Fatal(err)
		}
		d, err := NewDraft(Ref{OrderID: "ord_1"}, Request{Marketplace: "US"}, handed)
		if err != nil || !reflect.DeepEqual(d.Order.ExchangeOf, want) {
			t.Errorf("%+v %v", d.Order.ExchangeOf, err)
		}
	}
}

// A sends goods of 1.00 for 49.99, B goods of 99.00 for nothing, and the delivery is 5.99. Each parcel costs its own: if A
// never ships, nobody pays for its shipping. Seen to catch: shipping shared out by the goods (A 1.56, B 154.42).
func TestEachParcelCostsItsOwnShipping(t *testing.T) {
	t.Parallel()
	d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "US"}, prepared(t, oregon, 599,
		goods{seller: "sel_a", units: 1, price: 100, shipped: 4_999}, goods{seller: "sel_b", units: 1, price: 9_900}))
	if err != nil {
		t.Fatal(err)
	}
	if s := d.Order.Shipments; len(s) != 2 || s[0].Amount.Minor != 100+4_999+300 || s[0].Shipping.Amount.Minor != 4_999 ||
		s[1].Amount.Minor != 9_900+299 || s[1].Shipping.Amount.Minor != 0 {
		t.Errorf("%+v", s)
	}
}

// A book at 7 % and a tent at 19 %, each shipped by its seller for 1.19, and delivered for 3.00: each charge has its tax.
func TestTaxGoesWithWhatItIsOn(t *testing.T) {
	t.Parallel()
	d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "DE"}, prepared(t, germany, 300,
		goods{seller: "sel_a", units: 1, price: 10_700, category: "books", shipped: 107},
		goods{seller: "sel_b", units: 1, price: 11_900, shipped: 119, by: orders.BySeller}))
	if err != nil {
		t.Fatal(err)
	}
	book, tent := d.Order.Shipments[0], d.Order.Shipments[1]
	if book.Lines[0].Tax.Minor != 700 || book.Shipping.Tax.Minor != 7 || tent.Lines[0].Tax.Minor != 1_900 || tent.Shipping.Tax.Minor != 19 {
		t.Errorf("%+v", d.Order.Shipments)
	}
	// 1.42 of the delivery at 7 % and 1.58 at 19 %: 9 and 25, half of it on each parcel
	if book.Delivery.Tax.Minor != 17 || tent.Delivery.Tax.Minor != 17 || book.Delivery.Amount.Minor != 150 {
		t.Errorf("%+v %+v", book.Delivery, tent.Delivery)
	}
}

// A coupon pays a line of 119.00 in full, and nothing is delivered for a price: the order is placed, nothing is to be paid for
// it, and its seller is owed 100.00. Seen to catch: a discount's tax by what was paid (division by zero), a group of nothing.
func TestAnOrderThatCostsNothing(t *testing.T) {
	t.Parallel()
	d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "DE"}, prepared(t, germany, 0,
		goods{seller: "sel_a", units: 2, price: 5_950, discount: 11_900}))
	if err != nil {
		t.Fatal(err)
	}
	if l := d.Order.Shipments[0].Lines[0]; l.Paid.Minor != 0 || l.Tax.Minor != 0 || l.Discount.Minor != 10_000 || d.Order.Totals.Total.Minor != 0 {
		t.Errorf("%+v", d.Order)
	}
	if g := d.Groups(); g == nil || len(g) != 0 || d.Effects().Groups != nil {
		t.Errorf("%+v", g)
	}
}

// Of two lines of 119.00 the first has 11.90 off by its seller's coupon: that seller is paid what the customer pays, and Rialto bears
// nothing. By the marketplace's coupon it is paid as if there were none. Seen to catch: a seller's coupon that Rialto pays.
func TestASellersCouponIsTheSellersToBear(t *testing.T) {
	t.Parallel()
	for seller, borne := range map[string]int64{"": 1_000, "sel_a": 0} {
		p := prepared(t, germany, 0, goods{seller: "sel_a", units: 2, price: 5_950, discount: 1_190}, goods{seller: "sel_b", units: 1, price: 11_900})
		p.Quote.Coupon.SellerID = seller
		d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "DE"}, p)
		if err != nil {
			t.Fatal(err)
		}
		// 107.10 with 17.10 of tax: 90.00 are sold, or 100.00 where the marketplace bears the 10.00 that are off without tax
		if l := d.Order.Shipments[0].Lines[0]; l.Paid.Minor != 10_710 || l.Tax.Minor != 1_710 || l.Discount.Minor != borne ||
			d.Order.Totals.Discount.Minor != 1_190 {
			t.Errorf("%q: %+v %+v", seller, l, d.Order.Totals)
		}
	}
}

// Seen to catch: a parcel of 0.30 that no gateway takes, in a cart that can never be bought.
func TestSmallParcelsAreFilledFromTheDelivery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price   int64
		costs   []int64
		want    []int64
		missing int64
	}{
		{599, []int64{100, 9_900}, []int64{300, 299}, 0},
		{599, []int64{1, 1, 9_900}, []int64{200, 200, 199}, 0},
		{60, []int64{1, 9_900}, []int64{49, 11}, 0},
		{60, []int64{20, 40, 9_900}, []int64{30, 15, 15}, 0},
		{40, []int64{1, 9_900}, nil, 9},
		{0, []int64{30}, nil, 20},
		{0, []int64{0, 30}, nil, 20},
		{599, []int64{0, 9_900}, []int64{300, 299}, 0},
		{40, []int64{0, 9_900}, []int64{0, 40}, 0},
		{60, []int64{0, 0}, []int64{60, 0}, 0},
		{40, []int64{0, 0}, nil, 10},
		{0, []int64{0, 0}, []int64{0, 0}, 0},
	} {
		parts, missing, err := shareDelivery(money.Of(c.price, "USD"), c.costs, 50)
		var got []int64
		for _, p := range parts {
			got = append(got, p.Minor)
		}
		if err != nil || missing != c.missing || !slices.Equal(got, c.want) {
			t.Errorf("%d over %v: %v, %d missing, %v", c.price, c.costs, got, missing, err)
		}
	}
}

func TestACartBelowTheLeastAmountIsRefused(t *testing.T) {
	t.Parallel()
	_, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "US"}, prepared(t, oregon, 0, goods{seller: "sel_a", units: 1, price: 30},
		goods{seller: "sel_b", units: 1, price: 9_900}))
	if f := fault.Of(err); fault.Code(err) != "amount_too_small" || f.Kind != fault.Invalid ||
		!strings.Contains(f.Fields[0].Message, "20 minor units of USD") {
		t.Error(err)
	}
	if f := FailureOf("amount_too_small"); f.Code != "amount_too_small" {
		t.Error("the shopper is told", f)
	}
}

// A line that leaves from two centres has its shipping in both parcels, by units. Seen to catch: all of it in the first.
func TestALinesShippingFollowsItsUnits(t *testing.T) {
	t.Parallel()
	p := prepared(t, oregon, 0, goods{seller: "sel_a", units: 3, price: 100, shipped: 600})
	p.Quote.Stock[0].Available, p.Quote.Stock[0].Received = 1, 1
	other := p.Quote.Stock[0]
	other.Centre, other.Available, other.Received = "c2", 2, 2
	p.Quote.Stock = append(p.Quote.Stock, other)
	d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "US"}, p)
	if err != nil || len(d.Order.Shipments) != 2 {
		t.Fatalf("%+v %v", d.Order.Shipments, err)
	}
	for _, s := range d.Order.Shipments {
		units := s.Lines[0].Quantity
		if s.Shipping.Amount.Minor != 200*units || s.Lines[0].Paid.Minor != 100*units || s.Amount.Minor != 300*units {
			t.Errorf("%d units: %+v", units, s)
		}
	}
}

// Of a delivery of 0.60 a parcel of 0.01 takes 0.49 to be payable, and with it its part of the tax of 0.10. Seen to catch: tax shared
// out evenly.
func TestTheDeliverysTaxFollowsItsParts(t *testing.T) {
	t.Parallel()
	d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "DE"}, prepared(t, germany, 60,
		goods{seller: "sel_a", units: 1, price: 1}, goods{seller: "sel_b", units: 1, price: 9_900}))
	if err != nil {
		t.Fatal(err)
	}
	small, large := d.Order.Shipments[0].Delivery, d.Order.Shipments[1].Delivery
	if small.Amount.Minor != 49 || small.Tax.Minor != 8 || large.Amount.Minor != 11 || large.Tax.Minor != 2 {
		t.Errorf("%+v %+v", small, large)
	}
}

// Seen to catch: a guest who keeps as much from others as a customer.
func TestWhatMayWaitUnpaid(t *testing.T) {
	t.Parallel()
	for free, want := range map[int64][2]int64{0: {2, 5}, 11: {2, 5}, 12: {3, 6}, 40: {10, 20}} {
		if got := [2]int64{mayWaitWith(free, true), mayWaitWith(free, false)}; got != want {
			t.Errorf("of %d free a guest and a customer may wait with %d", free, got)
		}
	}
}
