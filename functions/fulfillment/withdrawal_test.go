package fulfillment_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/money"
	"rialto/functions/laboratory/memory"
	"rialto/functions/orders"
)

// euros is a parcel of two units for 10.00 each and a delivery, delivered at noon of a Wednesday, and a second parcel of the order.
func euros(t *testing.T, change func(*orders.Order)) *counter {
	t.Helper()
	eur := func(n int64) money.Amount { return money.Of(n, "EUR") }
	c := &counter{db: memory.New(), now: noon, order: orders.Order{ID: "ord_a", CustomerID: "cus_a", Marketplace: "DE",
		Delivery: orders.Delivery{ShippingOptionID: "standard"}, Lines: []orders.Line{{Line: line, ProductID: "prd_a", Quantity: 2}},
		Shipments: []orders.Shipment{{Group: "g1", SellerID: "sel_a", Shipping: orders.Charge{Amount: eur(0)}, Delivery: orders.Charge{Amount: eur(399)},
			Lines: []orders.ShipmentLine{{Line: line, Quantity: 2, Paid: eur(2_000), Tax: eur(319), Discount: eur(0)}}}}}}
	change(&c.order)
	c.store = fulfillmentstore.Store{DB: c.db}
	for n, state := range []fulfillment.State{fulfillment.Delivered, fulfillment.Cancelled} {
		id := fmt.Sprint("shp_", n+1)
		if err := c.store.Open(context.Background(), fulfillment.Shipment{ID: id, OrderID: "ord_a", Group: fmt.Sprint("g", n+1), SellerID: "sel_a",
			Fulfilment: c.order.Shipments[0].Fulfilment, Amount: eur(2_399), State: state, UpdatedAt: noon,
			Lines: []fulfillment.Line{{Line: line, Quantity: 2}}}, fulfillment.Event{ShipmentID: id, At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	c.ReturnService = &fulfillment.ReturnService{Shipments: c.store, Orders: c, Returns: c.store, Now: func() time.Time { return c.now }}
	c.ReceivingService = &fulfillment.ReceivingService{Returns: c.store, Now: func() time.Time { return c.now }}
	return c
}

// Delivered on Wednesday the 4th of March, the last day is the 18th. Seen to catch: shipping given back twice, for a part of a
// parcel, after its time, or where no law asks for it.
func TestAWithdrawalGivesShippingBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	deliver := func(on string) func(*counter) {
		return func(c *counter) {
			at, err := time.Parse(time.RFC3339, on)
			if err != nil {
				t.Fatal(err)
			}
			c.now = at
		}
	}
	none := func(*orders.Order) {}
	for name, c := range map[string]struct {
		change           func(*orders.Order)
		at               func(*counter)
		amount, shipping int64
	}{
		"in time":         {none, deliver("2026-03-18T22:00:00Z"), 2_399, 399},
		"too late":        {none, deliver("2026-03-19T12:00:01Z"), 2_000, 0},
		"by no law":       {func(o *orders.Order) { o.Marketplace = "US" }, deliver("2026-03-05T12:00:00Z"), 2_000, 0},
		"express":         {express, deliver("2026-03-05T12:00:00Z"), 2_399, 399},
		"by the seller":   {bySeller, deliver("2026-03-05T12:00:00Z"), 2_899, 899},
		"of another kind": {func(o *orders.Order) { o.Delivery.ShippingOptionID = "gone" }, deliver("2026-03-05T12:00:00Z"), 2_399, 399},
	} {
		x := euros(t, c.change)
		c.at(x)
		r, _, err := x.Request(ctx, "key-0001", requestOf(units(line, 2)))
		if err != nil || r.Amount.Minor != c.amount || r.Shipping().Minor != c.shipping {
			t.Errorf("%s: %v of which %v for shipping, %v", name, r.Amount, r.Shipping(), err)
		}
	}
	// In parts: with the last of them, unless one was not taken.
	for rejected, want := range map[bool]int64{false: 1_399, true: 1_000} {
		x := euros(t, none)
		first, _, err := x.Request(ctx, "key-0001", requestOf(units(line, 1)))
		if err != nil || first.Amount.Minor != 1_000 {
			t.Fatal(first, err)
		}
		if rejected {
			if _, err := x.Reject(ctx, "sel_a", "ord_a", first.ID, "worn"); err != nil {
				t.Fatal(err)
			}
		}
		if second, _, err := x.Request(ctx, "key-0002", requestOf(units(line, 1))); err != nil || second.Amount.Minor != want {
			t.Error(rejected, second, err)
		}
	}
}

func express(o *orders.Order) {
	o.Delivery.ShippingOptionID, o.Shipments[0].Delivery.Amount.Minor = "express", 899
}

func bySeller(o *orders.Order) {
	o.Shipments[0].Fulfilment, o.Shipments[0].Shipping.Amount.Minor = orders.BySeller, 500
}
