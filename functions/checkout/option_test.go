package checkout

import (
	"context"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/customers"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

// basket is a cart of one line for each seller who ships, by the days that each promises, 0 for what Rialto ships.
type basket []int

func (b basket) Preview(context.Context, carts.QuoteInput) (carts.Quote, []fault.Field, error) {
	usd := func(n int64) money.Amount { return money.Of(n, "USD") }
	q := carts.Quote{CartID: "crt_1", CartVersion: 1, Marketplace: "US", Currency: "USD", Items: usd(0), Shipping: usd(0)}
	for n, days := range b {
		sku := inventory.SKU{ProductID: "prd_" + string(rune('a'+n)), SellerID: "sel_" + string(rune('a'+n))}
		l := carts.QuotedLine{Line: sku.String(), ProductID: sku.ProductID, SellerID: sku.SellerID, Quantity: 1, UnitPrice: usd(2000), Amount: usd(2000),
			Shipping: usd(0), Days: days}
		if days > 0 {
			l.Fulfilment = orders.BySeller
		}
		q.Lines, q.Items = append(q.Lines, l), usd(q.Items.Minor+2000)
		q.Stock = append(q.Stock, inventory.Stock{SKU: sku, Centre: "us-west-2", Available: 5})
	}
	return q, nil, nil
}

type home struct{}

func (home) Locate(_ context.Context, c customers.Choice) (customers.Delivery, error) {
	return customers.Snapshot{Addresses: []customers.SealedAddress{{ID: "adr_1", Country: "US", Region: "OR"}}}.Locate(c)
}

func quoterOf(b basket) *Quoter {
	return &Quoter{Carts: b, Places: home{}, Assess: func(_ context.Context, s tax.Sale) (tax.Assessment, error) { return tax.Assess(s) },
		Now: func() time.Time { return time.Date(2026, 12, 1, 18, 0, 0, 0, time.UTC) }}
}

// Express is taken, and paid for, where a parcel can keep it; a seller's promise counts for what the seller ships. Seen to catch:
// express in two days from a seller who promises fifteen; a price for a speed that there is not; no express for what Rialto
// ships, as another seller is slow.
func TestExpressIsPaidWhereItIsKept(t *testing.T) {
	t.Parallel()
	const standard, express = 599, 1499
	for _, c := range []struct {
		basket basket
		option string
		price  int64
		warns  bool
		to     []string
	}{
		{basket{0}, "express", express, false, []string{"2026-12-03"}},
		{basket{0}, "", standard, false, []string{"2026-12-08"}},
		{basket{15}, "express", standard, true, []string{"2026-12-22"}},
		{basket{15}, "", standard, false, []string{"2026-12-22"}},
		{basket{3}, "express", standard, true, []string{"2026-12-04"}},
		{basket{3}, "standard", standard, false, []string{"2026-12-04"}},
		{basket{2}, "express", express, false, []string{"2026-12-03"}},
		{basket{15, 0}, "express", express, false, []string{"2026-12-22", "2026-12-03"}},
		{basket{15, 9}, "express", standard, true, []string{"2026-12-22", "2026-12-14"}},
	} {
		req := Request{CartID: "crt_1", AddressID: "adr_1", ShippingOptionID: c.option, Marketplace: "US"}
		q, err := quoterOf(c.basket).Quote(context.Background(), "cus_1", req)
		if err != nil || q.ID == "" || q.Order.Totals.Shipping.Minor != c.price || (len(q.Warnings) > 0) != c.warns {
			t.Errorf("%v %q: %+v %+v %v", c.basket, c.option, q.Order.Totals, q.Warnings, err)
			continue
		}
		for i, p := range q.Promises {
			if got := p.To.Format(time.DateOnly); got != c.to[i] || !p.ShipBy.Before(p.To.Add(24*time.Hour)) {
				t.Errorf("%v %q: parcel %d is there on %s, want %s, ship by %s", c.basket, c.option, i, got, c.to[i], p.ShipBy)
			}
		}
		settled := quoterOf(c.basket).Settle(context.Background(), "cus_1", req)
		if again, err := quoterOf(c.basket).Quote(context.Background(), "cus_1", settled); err != nil || again.ID != q.ID || len(again.Warnings) != 0 {
			t.Errorf("%v %q: checked out as %+v %v", c.basket, c.option, settled, err)
		}
	}
}

// Between the choice and the draft the only fast line may become slow: then nothing is charged.
func TestADraftKeepsItsOption(t *testing.T) {
	t.Parallel()
	q, _, _ := basket{15}.Preview(context.Background(), carts.QuoteInput{})
	options, err := customers.Options("US")
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewDraft(Ref{OrderID: "ord_a"}, Request{Marketplace: "US"}, Prepared{Quote: q, Delivery: customers.Delivery{Shipping: options[1]}})
	if fault.Code(err) != "shipping_option_not_kept" {
		t.Error(err)
	}
}
