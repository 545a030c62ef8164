package ordersstore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

func example(id string, at time.Time) orders.Order {
	usd := func(n int64) money.Amount { return money.Of(n, "USD") }
	charge := func(amount, tax int64) orders.Charge { return orders.Charge{Amount: usd(amount), Tax: usd(tax)} }
	return orders.Order{ID: id, CustomerID: "cus_1", CheckoutID: "chk_1", Marketplace: "US", PlacedAt: at,
		Lines: []orders.Line{
			{Line: "p#s", ProductID: "p", SellerID: "s", SellerName: "North", Title: "A thing", Quantity: 3, UnitPrice: usd(100),
				Amount: usd(300), Discount: usd(30), Tax: usd(21), TaxRate: 700, Jurisdiction: "US-CA"},
			{Line: "gift", ProductID: "q", SellerID: "z", Title: "Another", Condition: "used", Quantity: 1, UnitPrice: usd(50), Amount: usd(50), Tax: usd(0)}},
		Coupon: "SAVE-30", ExchangeOf: &orders.ExchangeOf{OrderID: "ord_0", ReturnID: "ret_0"},
		Totals: orders.Totals{Items: usd(350), Discount: usd(30), Shipping: usd(18), Tax: usd(23), Total: usd(361)},
		Taxes: []tax.JurisdictionTax{{Jurisdiction: "US-CA", Name: "Sales tax", RatePPM: 70_000, Taxable: usd(286), Tax: usd(20)},
			{Jurisdiction: "US-CA Los Angeles", Name: "Sales tax", RatePPM: 10_000, Taxable: usd(286), Tax: usd(3)}},
		Shipments: []orders.Shipment{
			{Group: "g1", SellerID: "s", Centre: "c1", Amount: usd(201), Shipping: charge(7, 1), Delivery: charge(0, 0),
				CaptureBefore: time.Date(2026, 12, 4, 8, 0, 1, 0, time.UTC),
				Lines:         []orders.ShipmentLine{{Line: "p#s", Quantity: 2, Paid: usd(194), Tax: usd(14), Discount: usd(20)}}},
			{Group: "g2", SellerID: "s", Centre: "c2", Fulfilment: orders.BySeller, Days: 15, Amount: usd(108), Shipping: charge(3, 0), Delivery: charge(8, 1),
				CaptureBefore: time.Date(2026, 12, 5, 8, 0, 0, 0, time.UTC),
				Lines:         []orders.ShipmentLine{{Line: "p#s", Quantity: 1, Paid: usd(97), Tax: usd(7), Discount: usd(10)}}},
			{Group: "g3", SellerID: "carrier", Centre: "c2", Amount: usd(52), Shipping: charge(0, 0), Delivery: charge(2, 0),
				Lines: []orders.ShipmentLine{{Line: "gift", Quantity: 1, Paid: usd(50), Tax: usd(0), Discount: usd(0)}}}},
		Delivery: orders.Delivery{AddressID: "adr_1", Country: "US", Region: "CA", Sealed: []byte{1, 2}, ShippingOptionID: "standard", Days: 3}}
}

// Seen to catch: a shipment's seller left out although its line has another; a line known by its position read as the
// next one; a history that begins with the oldest, or a page that goes on from its first.
func TestAnOrderComesBackAsItWasPlaced(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), Store{DB: db}
		t0 := time.Date(2026, 11, 27, 8, 0, 0, 123456789, time.UTC)
		var want []orders.Order
		for n := range 5 {
			o := example(fmt.Sprint("ord_", n), t0.Add(time.Duration(n)*time.Second))
			if n == 4 {
				o.ReshipOf = &orders.ReshipOf{OrderID: "ord_0", ShipmentID: "shp_0", Cause: "lost"}
			}
			if err := o.Check(); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Apply(ctx, Place(o)); err != nil {
				t.Fatal(err)
			}
			want = append([]orders.Order{o}, want...)
		}
		if _, err := db.Apply(ctx, Place(want[0])); err == nil {
			t.Fatal("an order was placed over another")
		}
		got, ok, err := s.Get(ctx, "ord_4")
		if diff := cmp.Diff(want[0], got); err != nil || !ok || diff != "" {
			t.Fatal(ok, err, diff)
		}
		var history []orders.Order
		var after orders.Position
		for range 3 {
			page, next, err := s.History(ctx, "cus_1", orders.Period{}, 2, after)
			if err != nil {
				t.Fatal(err)
			}
			history, after = append(history, page...), next
		}
		if diff := cmp.Diff(want, history); diff != "" || after != (orders.Position{}) {
			t.Fatal(after, diff)
		}
		periods(t, s, t0, want)
	})
}

// periods reads orders of which one was placed each second from a time on, the latest first. Seen to catch: an end that is within, a
// place outside the period that the database refuses.
func periods(t *testing.T, s Store, t0 time.Time, all []orders.Order) {
	t.Helper()
	at := func(seconds int) time.Time { return t0.Add(time.Duration(seconds) * time.Second) }
	for _, c := range []struct {
		in   orders.Period
		want []orders.Order
	}{
		{orders.Period{From: at(3)}, all[:2]},
		{orders.Period{To: at(1)}, all[4:]},
		{orders.Period{From: at(1), To: at(3)}, all[2:4]},
		{orders.Period{From: at(5)}, nil},
		{orders.Period{From: at(3), To: at(3)}, nil},
		{orders.Period{From: at(3), To: at(1)}, nil},
	} {
		got, _, err := s.History(context.Background(), "cus_1", c.in, 10, orders.Position{})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Error(c.in, err, diff)
		}
	}
	_, next, err := s.History(context.Background(), "cus_1", orders.Period{From: at(1)}, 2, orders.Position{})
	if err != nil {
		t.Fatal(err)
	}
	if rest, _, err := s.History(context.Background(), "cus_1", orders.Period{From: at(1)}, 5, next); err != nil || len(rest) != 2 {
		t.Error(rest, err)
	}
	if _, _, err := s.History(context.Background(), "cus_1", orders.Period{To: at(1)}, 2, next); fault.Code(err) != "invalid_cursor" {
		t.Error(err)
	}
}

// Seen to catch: a line's amount in another currency, which the record would turn into the order's.
func TestAnOrderHasOneCurrency(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*orders.Order){
		"unit price": func(o *orders.Order) { o.Lines[0].UnitPrice.Currency = "EUR" },
		"line tax":   func(o *orders.Order) { o.Lines[1].Tax.Currency = "EUR" },
		"total tax":  func(o *orders.Order) { o.Totals.Tax.Currency = "EUR" },
		"shipment":   func(o *orders.Order) { o.Shipments[0].Amount.Currency = "EUR" },
		"shipping":   func(o *orders.Order) { o.Shipments[0].Shipping.Tax.Currency = "EUR" },
		"discount":   func(o *orders.Order) { o.Shipments[0].Lines[0].Discount.Currency = "EUR" },
	} {
		o := example("ord_1", time.Now())
		spoil(&o)
		if o.Check() == nil {
			t.Errorf("%s in another currency passed", name)
		}
	}
}

// What shipments say of money sums to what the order says, part by part. Seen to catch: a check of the amounts alone.
func TestShipmentsAreTheOrdersParts(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*orders.Order){
		"an amount that its parts are not": func(o *orders.Order) { o.Shipments[0].Amount.Minor++; o.Shipments[1].Amount.Minor-- },
		"a line paid in another shipment": func(o *orders.Order) {
			o.Shipments[0].Lines[0].Paid.Minor++
			o.Shipments[0].Shipping.Amount.Minor--
		},
		"a line's tax on its shipping":    func(o *orders.Order) { o.Shipments[0].Lines[0].Tax.Minor--; o.Shipments[0].Shipping.Tax.Minor++ },
		"a tax of nobody":                 func(o *orders.Order) { o.Totals.Tax.Minor--; o.Totals.Shipping.Minor++ },
		"more off than the coupon took":   func(o *orders.Order) { o.Shipments[0].Lines[0].Discount.Minor++ },
		"less off than the coupon took":   func(o *orders.Order) { o.Shipments[0].Lines[0].Discount.Minor-- },
		"more tax than it costs":          func(o *orders.Order) { o.Shipments[0].Delivery.Tax.Minor++; o.Shipments[1].Delivery.Tax.Minor-- },
		"a unit that was not bought":      func(o *orders.Order) { o.Shipments[2].Lines[0].Quantity++ },
		"a line that the order has not":   func(o *orders.Order) { o.Shipments[2].Lines[0].Line = "other" },
		"a line twice in a shipment":      func(o *orders.Order) { o.Shipments[0].Lines = append(o.Shipments[0].Lines, o.Shipments[1].Lines[0]) },
		"shipping that is not the totals": func(o *orders.Order) { o.Totals.Shipping.Minor--; o.Totals.Items.Minor++ },
		"a unit that no shipment has":     func(o *orders.Order) { o.Shipments[0].Lines[0].Quantity-- },
		"less tax than its line":          func(o *orders.Order) { o.Shipments[0].Lines[0].Tax.Minor-- },
		"half a line twice":               func(o *orders.Order) { halve(&o.Shipments[0]) },
		"a discount without a coupon":     func(o *orders.Order) { o.Coupon = "" },
		"a tax of no jurisdiction":        func(o *orders.Order) { o.Taxes[1].Tax.Minor-- },
		"a tax within, of nobody":         func(o *orders.Order) { *o = within(100, 15, 8) },
		"more off within than was":        func(o *orders.Order) { *o = within(100, 14, 11) },
	} {
		o := example("ord_1", time.Now())
		spoil(&o)
		if o.Check() == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// halve puts a shipment's first line there as two of half the units.
func halve(s *orders.Shipment) {
	l := &s.Lines[0]
	l.Quantity, l.Paid.Minor, l.Tax.Minor, l.Discount.Minor = l.Quantity/2, l.Paid.Minor/2, l.Tax.Minor/2, l.Discount.Minor/2
	s.Lines = append(s.Lines, *l)
}

// within is an order of one line whose price holds the tax, 14 for all that it says; 10 are off.
func within(price, taxed, off int64) orders.Order {
	eur := func(n int64) money.Amount { return money.Of(n, "EUR") }
	none := orders.Charge{Amount: eur(0), Tax: eur(0)}
	return orders.Order{ID: "ord_1", Coupon: "TEN", Lines: []orders.Line{{Line: "l", Quantity: 1, UnitPrice: eur(price), Amount: eur(price),
		Discount: eur(10), Tax: eur(14)}},
		Totals: orders.Totals{Items: eur(price), Discount: eur(10), Shipping: eur(0), Tax: eur(taxed), TaxIncluded: true, Total: eur(price - 10)},
		Shipments: []orders.Shipment{{Group: "g1", Amount: eur(price - 10), Shipping: none, Delivery: none,
			Lines: []orders.ShipmentLine{{Line: "l", Quantity: 1, Paid: eur(price - 10), Tax: eur(14), Discount: eur(off)}}}}}
}

func TestAnOrderWithItsTaxWithinIsSound(t *testing.T) {
	t.Parallel()
	if err := within(100, 14, 8).Check(); err != nil {
		t.Error(err)
	}
}

// An order is told when it is placed, and not when it is taken over by an account. Seen to catch: an order told again, which others
// would take for another.
func TestAnOrderIsToldOnce(t *testing.T) {
	t.Parallel()
	placed := example("ord_1", time.Now())
	taken := placed
	taken.CustomerID, taken.PlacedBy = "cus_a", placed.CustomerID
	var items [2]store.Item
	for n, o := range []orders.Order{placed, taken} {
		var err error
		if items[n], err = store.Marshal(toRecord(o)); err != nil {
			t.Fatal(err)
		}
	}
	for n, c := range []struct {
		change outbox.Change
		want   int
	}{{outbox.Change{New: items[0]}, 1}, {outbox.Change{Old: items[0], New: items[1]}, 0}, {outbox.Change{Old: items[1]}, 0}} {
		if es, err := Events(c.change); err != nil || len(es) != c.want {
			t.Errorf("%d: %v %v", n, es, err)
		}
	}
}

// Seen to catch: an order taken from whoever has it; one that is lost from its new owner's list.
func TestAGuestsOrderIsTakenOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), Store{DB: db}
		o := example("ord_g", time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC))
		o.CustomerID = "cus_guest"
		if _, err := db.Apply(ctx, Place(o)); err != nil {
			t.Fatal(err)
		}
		for n, c := range []struct {
			from, to string
			taken    bool
		}{{"cus_other", "cus_a", false}, {"cus_guest", "cus_a", true}, {"cus_guest", "cus_a", false}, {"cus_guest", "cus_b", false}} {
			if taken, err := s.Take(ctx, "ord_g", c.from, c.to); err != nil || taken != c.taken {
				t.Fatalf("%d: %v %v", n, taken, err)
			}
		}
		want := o
		want.CustomerID, want.PlacedBy = "cus_a", "cus_guest"
		list, _, err := s.History(ctx, "cus_a", orders.Period{}, 10, orders.Position{})
		if diff := cmp.Diff([]orders.Order{want}, list); err != nil || diff != "" || want.Sealer() != "cus_guest" || o.Sealer() != "cus_guest" {
			t.Fatal(err, diff)
		}
		if left, _, err := s.History(ctx, "cus_guest", orders.Period{}, 10, orders.Position{}); err != nil || len(left) > 0 {
			t.Fatal(left, err)
		}
	})
}
