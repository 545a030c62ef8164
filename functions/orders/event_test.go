package orders

import (
	"reflect"
	"testing"
	"time"

	"rialto/functions/internal/money"
)

// What the ledger books follows from OrderPlaced alone, so the event says of every line what the order says. Seen to catch:
// a line told without its discount, without its tax, with another line's.
func TestOrderPlacedTellsWhatTheOrderSays(t *testing.T) {
	t.Parallel()
	usd := func(minor int64) money.Amount { return money.Of(minor, "USD") }
	o := Order{ID: "ord_1", CustomerID: "cus_1", Marketplace: "US", PlacedAt: time.Unix(1, 0), Coupon: "SAVE",
		ExchangeOf: &ExchangeOf{OrderID: "ord_0", ReturnID: "ret_0"}, ReshipOf: &ReshipOf{OrderID: "ord_0", ShipmentID: "shp_0", Cause: "lost"},
		Totals: Totals{Items: usd(300), Discount: usd(30), Shipping: usd(5), Tax: usd(27), Total: usd(302)},
		Lines: []Line{
			{Line: "a", ProductID: "p", SellerID: "s", Title: "A", Quantity: 2, UnitPrice: usd(50), Amount: usd(100), Discount: usd(10), Tax: usd(9)},
			{Line: "b", ProductID: "q", SellerID: "t", Title: "B", Quantity: 1, UnitPrice: usd(200), Amount: usd(200), Discount: usd(20), Tax: usd(18)},
		},
		Shipments: []Shipment{{Group: "g1", SellerID: "s", Amount: usd(302), Lines: []ShipmentLine{{Line: "a", Quantity: 2}, {Line: "b", Quantity: 1}}}}}
	p := o.Placed()
	if p.OrderID != o.ID || p.Currency != "USD" || p.Total != o.Totals.Total || p.Tax != o.Totals.Tax || p.Coupon != o.Coupon ||
		p.ExchangeOf != o.ExchangeOf || p.ReshipOf != o.ReshipOf ||
		len(p.Lines) != len(o.Lines) || !reflect.DeepEqual(p.Shipments, o.Shipments) {
		t.Errorf("%+v", p)
	}
	for i, l := range o.Lines {
		want := PlacedLine{Line: l.Line, ProductID: l.ProductID, SellerID: l.SellerID, Title: l.Title, Quantity: l.Quantity, UnitPrice: l.UnitPrice,
			Amount: l.Amount, Discount: l.Discount, Tax: l.Tax}
		if p.Lines[i] != want {
			t.Errorf("%+v, want %+v", p.Lines[i], want)
		}
	}
}
