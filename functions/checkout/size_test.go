package checkout

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/promotions"
	"rialto/functions/tax"
	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

// claims keeps the draft of the one record that there is.
type claims struct{ SagaStore }

func (claims) Claim(_ context.Context, ref Ref, d *Draft, at time.Time) (Record, error) {
	return Record{Ref: ref, State: Open, Draft: d, ExpiresAt: at}, nil
}

// largest is what the reading steps find for a full cart whose texts are as long as they may be, three bytes a
// character, and whose goods are in ten centres.
func largest() Prepared {
	usd := money.Of(1_000_000_000, "USD")
	q := carts.Quote{
		CartID:      ids.Derive(ids.Cart, "c"),
		CartVersion: 1,
		Marketplace: "US",
		Currency:    "USD",
		Items:       money.Of(48_000_000_000, "USD"),
		Shipping:    money.Of(48_000_000_000, "USD"),
	}
	p := Prepared{Delivery: customers.Delivery{AddressID: ids.Derive(ids.Checkout, "a"), Country: "US", Region: "CA", Sealed: make([]byte, 4<<10),
		Shipping: customers.ShippingOption{ID: "standard", Price: usd}, Method: customers.PaymentMethod{Token: "pm_1"}}}
	for i := range carts.MaxLines {
		sku := inventory.SKU{ProductID: ids.Derive(ids.Product, fmt.Sprint(i)), SellerID: ids.Derive(ids.Seller, "s")}
		line := carts.LineID(sku.ProductID, sku.SellerID)
		q.Lines = append(q.Lines, carts.QuotedLine{Line: line, ProductID: sku.ProductID, SellerID: sku.SellerID, SellerName: strings.Repeat("あ", 100),
			Title: strings.Repeat("あ", 500), Quantity: 1, UnitPrice: usd, Amount: usd, Category: strings.Repeat("c", 64),
			Fulfilment: orders.BySeller, Condition: "refurbished", Days: 30})
		for c := range 10 {
			q.Stock = append(
				q.Stock,
				inventory.Stock{SKU: sku, Centre: fmt.Sprintf("us-west-%d", c), Available: 1_000_000, Received: 1_000_000, Version: 1_000_000, Divided: true},
			)
		}
		q.Lines[i].Discount, q.Lines[i].Shipping = money.Of(900_000_000, "USD"), usd
		p.Tax.Lines = append(p.Tax.Lines, tax.LineTax{Line: line, Jurisdiction: "US-CA", Rate: 725, RatePPM: 72_500, Tax: money.Of(0, "USD"),
			ShippingTax: money.Of(0, "USD"), DiscountTax: money.Of(0, "USD")})
	}
	q.Coupon, q.Discount = &promotions.Terms{
		Ref:         promotions.Ref{Marketplace: "US", Code: strings.Repeat("S", 32)},
		PerCustomer: 1,
	}, money.Of(
		43_200_000_000,
		"USD",
	)
	p.Quote, p.Tax.DeliveryTax, p.Tax.Total = q, money.Of(0, "USD"), money.Of(0, "USD")
	return p
}

// fullCart is the cart of a quote as it travels with a run.
func fullCart(q carts.Quote) carts.Cart {
	c := carts.Cart{ID: q.CartID, OwnerID: ids.Derive(ids.Customer, "c"), Marketplace: q.Marketplace, State: carts.Open, Version: q.CartVersion,
		Coupon: q.Coupon.Code, Keys: slices.Repeat([]string{strings.Repeat("k", 200)}, 20)}
	for _, l := range q.Lines {
		c.Lines = append(c.Lines, carts.Line{ProductID: l.ProductID, SellerID: l.SellerID, Quantity: l.Quantity, Title: l.Title, SellerName: l.SellerName,
			Condition: l.Condition, UnitPrice: l.UnitPrice, Shipping: l.Shipping, AddedAt: time.Date(2026, 11, 27, 8, 0, 0, 1, time.UTC)})
	}
	return c.Bare()
}

// A run that hands on too much ends without an answer, and nothing catches that. Seen to catch: a Claim whose result
// is kept beside what it was made from; a cart with its texts.
func TestTheLargestCartFitsTheMachine(t *testing.T) {
	t.Parallel()
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	steps := &Steps{Store: claims{}, Now: func() time.Time { return time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC) }}
	found := largest()
	answers := map[string]any{"carts-quote": found.Quote, "customers-locate": found.Delivery, "tax-assess": found.Tax,
		"payments-authorize": Authorization{Status: "authorized"}, "inventory-hold": struct{}{}, "promotions-redeem": struct{}{}}
	ref := Ref{ID: ids.Derive(ids.Checkout, "k"), OrderID: ids.Derive(ids.Order, "k"), Epoch: 1, Run: ids.Derive(ids.Run, "k")}
	cart := fullCart(found.Quote)
	input, err := json.Marshal(Input{Mode: "place", Checkout: ref, Request: Asked{Request{Marketplace: "US"}, &cart}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := machine.Run(context.Background(), interpreter.Host{Call: func(ctx context.Context, _, function string, in []byte) ([]byte, error) {
		switch function {
		case "checkout-claim":
			var c ClaimInput
			if err := json.Unmarshal(in, &c); err != nil {
				return nil, err
			}
			claimed, err := steps.Claim(ctx, c)
			if err != nil {
				return nil, err
			}
			return json.Marshal(claimed)
		case "checkout-place":
			var p PlaceInput
			if err := json.Unmarshal(in, &p); err != nil {
				return nil, err
			}
			return json.Marshal(Record{Ref: ref, State: Placed, ClosedTotal: &p.Claimed.Draft.Order.Totals.Total}.Answer())
		}
		answer, ok := answers[function]
		if !ok {
			return nil, fmt.Errorf("%s was called", function)
		}
		return json.Marshal(answer)
	}}, input)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := AnswerIn(out); !ok || a.State != Placed || a.Total == nil || a.Total.Minor != 53_800_000_000 {
		t.Errorf("%+v %v", a, ok)
	}
}

// What a seller ships is a shipment of its own, though its seller's other goods lie in the same centre. Seen to catch:
// a grouping that looks at seller and centre alone.
func TestWhatASellerShipsIsAShipmentOfItsOwn(t *testing.T) {
	t.Parallel()
	p := largest()
	p.Quote.Lines, p.Tax.Lines = p.Quote.Lines[:3], p.Tax.Lines[:3]
	p.Quote.Lines[1].Fulfilment = ""
	p.Quote.Items.Minor, p.Quote.Discount.Minor, p.Quote.Shipping.Minor = 3_000_000_000, 2_700_000_000, 3_000_000_000
	d, err := NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "US"}, p)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]int{}
	for _, s := range d.Order.Shipments {
		by[s.Fulfilment] += len(s.Lines)
	}
	if len(d.Order.Shipments) != 2 || by[orders.BySeller] != 2 || by[""] != 1 {
		t.Errorf("%+v", d.Order.Shipments)
	}
}
