package fulfillment_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
)

// sender sends parcels of a counter's order again, from stock.
type sender struct {
	*fulfillment.ReshipService
	*counter
	goods       goods
	paid, given int64
}

// goods are wired as the operators' API is.
type goods struct{ inventorystore.Store }

func (g goods) Sell(ctx context.Context, o orders.Order, plan inventory.Plan) error {
	return g.Store.Sell(ctx, o.ID, plan, ordersstore.Place(o))
}

func (s *sender) Balance(context.Context, string) (int64, int64, error) { return s.paid, s.given, nil }

// Get finds the counter's order, and what is placed.
func (s *sender) Get(ctx context.Context, orderID string) (orders.Order, bool, error) {
	if o, there, err := s.counter.Get(ctx, orderID); err != nil || there {
		return o, there, err
	}
	return ordersstore.Store{DB: s.db}.Get(ctx, orderID)
}

// newSender has two units of line and one of other in shp_1, which has come, and a unit of line in shp_2, which is on its way; and units
// of both products in two centres.
func newSender(t failer, units map[string]int64) *sender {
	t.Helper()
	s := &sender{counter: newCounter(t), paid: 100}
	env := shards.New(s.db, func() time.Time { return s.now }, func() float64 { return 0.5 })
	s.goods = goods{inventorystore.New(env)}
	stocked := &inventory.Service{Store: s.goods.Store, Now: func() time.Time { return s.now }}
	for centre, n := range units {
		for _, product := range []string{"prd_a", "prd_b"} {
			if _, err := stocked.Receive(context.Background(), inventory.Batch{Rows: []inventory.Receipt{{ID: product + centre, Centre: centre,
				SKU: inventory.SKU{ProductID: product, SellerID: "sel_a"}, Quantity: n}}}); err != nil {
				t.Fatalf("%v", err)
			}
		}
	}
	for i := range s.order.Lines {
		l := &s.order.Lines[i]
		l.SellerID = "sel_a"
	}
	s.ReshipService = &fulfillment.ReshipService{Orders: s, Shipments: s.store, Returns: s.store, Payments: s, Goods: s.goods,
		Now: func() time.Time { return s.now }}
	return s
}

func (s *sender) reship(key, shipment, cause string, force bool) (orders.Order, bool, error) {
	return s.Reship(context.Background(), key, fulfillment.Reship{OrderID: "ord_a", ShipmentID: shipment, Cause: cause, Force: force})
}

// left is what is for sale of a product.
func (s *sender) left(t failer, product string) (units int64) {
	t.Helper()
	list, err := s.goods.Stock(context.Background(), inventory.SKU{ProductID: product, SellerID: "sel_a"})
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, x := range list {
		units += x.Available
	}
	return units
}

// What a parcel held is sent again for nothing, once a parcel: its units are sold, Rialto bears what they had been sold for, without tax,
// and nothing else is charged. Seen to catch: units taken twice under one key; units held and not sold.
func TestAParcelIsSentAgain(t *testing.T) {
	t.Parallel()
	s := newSender(t, map[string]int64{"us-west-1": 5})
	o, replayed, err := s.reship("key-0001", "shp_1", fulfillment.Damaged, false)
	if err != nil || replayed || o.Totals.Total.Minor != 0 || o.Totals.Items.Minor != 130 || o.Totals.Discount.Minor != 130 || len(o.Lines) != 2 ||
		len(o.Shipments) != 1 || o.CustomerID != "cus_a" || *o.ReshipOf != (orders.ReshipOf{OrderID: "ord_a", ShipmentID: "shp_1", Cause: "damaged"}) {
		t.Fatalf("%+v %v", o, err)
	}
	// The two units cost 73 with 7 of tax, the other 50.
	for i, want := range []orders.ShipmentLine{{Line: line, Quantity: 2, Discount: money.Of(66, "USD")},
		{Line: other, Quantity: 1, Discount: money.Of(50, "USD")}} {
		if got := o.Shipments[0].Lines[i]; got.Line != want.Line || got.Quantity != want.Quantity || got.Discount != want.Discount || got.Paid.Minor != 0 {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			again, replayed, err := s.reship("key-0001", "shp_1", fulfillment.Damaged, false)
			if err == nil && (!replayed || again.ID != o.ID) {
				err = errors.New("another order")
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if _, _, err := s.reship("key-0001", "shp_1", fulfillment.Lost, true); !errors.Is(err, fulfillment.ErrKeyReused) {
		t.Error(err)
	}
	if _, _, err := s.reship("key-0002", "shp_1", fulfillment.Damaged, false); !errors.Is(err, fulfillment.ErrResent) {
		t.Error(err)
	}
	if a, b := s.left(t, "prd_a"), s.left(t, "prd_b"); a != 3 || b != 4 {
		t.Errorf("%d and %d are left", a, b)
	}
	for _, i := range s.db.Items("holds") {
		var h inventory.Hold
		if err := store.Unmarshal(i, &h); err != nil || h.State != inventory.Committed || h.OrderID != o.ID {
			t.Errorf("%+v %v", h, err)
		}
	}
}

// What may still come, has come, or is not there to be sent changes nothing. Seen to catch: a promise's last day that counts as over.
func TestAParcelIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newSender(t, map[string]int64{"us-west-1": 1})
	for name, c := range map[string]struct {
		do   func() error
		code string
	}{
		"no order": {func() error {
			_, _, err := s.Reship(context.Background(), "key-bad", fulfillment.Reship{OrderID: "ord_z", ShipmentID: "shp_1", Cause: "lost"})
			return err
		}, "order_not_found"},
		"no parcel":     {func() error { _, _, err := s.reship("key-bad", "shp_9", "lost", true); return err }, "shipment_not_found"},
		"it came":       {func() error { _, _, err := s.reship("key-bad", "shp_1", "lost", false); return err }, "parcel_delivered"},
		"too few units": {func() error { _, _, err := s.reship("key-bad", "shp_1", "damaged", false); return err }, "item_unavailable"},
	} {
		if err := c.do(); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(s.db.Items("holds")) + len(s.db.Items("orders")); n > 0 || s.left(t, "prd_a") != 1 || s.left(t, "prd_b") != 1 {
		t.Errorf("%d records were made", n)
	}
	s.given = s.paid
	if _, _, err := s.reship("key-bad", "shp_1", "damaged", false); !errors.Is(err, fulfillment.ErrGivenBack) {
		t.Error(err)
	}
}

// A parcel on its way is sent again when the last day of its promise is over, and not before unless that is forced; one that has not left
// never.
func TestAPromiseIsWaitedFor(t *testing.T) {
	t.Parallel()
	due := noon.AddDate(0, 0, 3).Truncate(24 * time.Hour)
	for _, c := range []struct {
		state fulfillment.State
		at    time.Time
		force bool
		code  string
	}{
		{fulfillment.Shipped, due.Add(24*time.Hour - time.Second), false, "parcel_on_time"},
		{fulfillment.InTransit, due, false, "parcel_on_time"},
		{fulfillment.OutForDelivery, due.Add(24 * time.Hour), false, ""},
		{fulfillment.InTransit, noon, true, ""},
		{fulfillment.Delivered, noon, true, ""},
		{fulfillment.Pending, due.AddDate(1, 0, 0), true, "parcel_not_sent"},
		{fulfillment.Picked, due.AddDate(1, 0, 0), true, "parcel_not_sent"},
		{fulfillment.Packed, due.AddDate(1, 0, 0), true, "parcel_not_sent"},
		{fulfillment.HeldBack, due.AddDate(1, 0, 0), true, "parcel_not_sent"},
		{fulfillment.WrittenOff, due.AddDate(1, 0, 0), true, "parcel_not_sent"},
		{fulfillment.Cancelled, due.AddDate(1, 0, 0), true, "parcel_not_sent"},
	} {
		s := newSender(t, map[string]int64{"us-west-1": 5})
		x := fulfillment.Shipment{ID: "shp_3", OrderID: "ord_a", Group: "g2", SellerID: "sel_a", State: c.state, Amount: money.Of(37, "USD"),
			EstimatedDelivery: due.Format(time.DateOnly), Lines: []fulfillment.Line{units(line, 1)}}
		if err := s.store.Open(t.Context(), x, fulfillment.Event{ShipmentID: x.ID, At: noon}); err != nil {
			t.Fatal(err)
		}
		s.now = c.at
		if _, _, err := s.reship("key-0001", "shp_3", fulfillment.Lost, c.force); fault.Code(err) != c.code {
			t.Errorf("%s at %s, forced %v: %v", c.state, c.at, c.force, err)
		}
	}
}

// A seller's own parcel is the seller's to bear, wherever its units leave from; units that are sent back are not sent again. Whatever is
// sent, its parts add up, and what is borne is what the units had been sold for. Seen to catch: what Rialto bears of a seller's parcel;
// the first units of a line sent again in place of the last.
func TestWhatIsSentAgainAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newSender(t, map[string]int64{"us-west-1": rapid.Int64Range(1, 3).Draw(t, "west"), "us-east-1": 2})
		bySeller := rapid.Bool().Draw(t, "by seller")
		x, _, err := s.store.Get(context.Background(), "ord_a", "shp_1")
		if err != nil {
			t.Fatal(err)
		}
		if bySeller {
			x.ID, x.Fulfilment, x.ShipBy = "shp_4", orders.BySeller, noon
			if err := s.store.Open(context.Background(), x, fulfillment.Event{ShipmentID: x.ID, At: noon}); err != nil {
				t.Fatal(err)
			}
		}
		back := rapid.Int64Range(0, 2).Draw(t, "sent back")
		if back > 0 {
			q := requestOf(units(line, back))
			q.ShipmentID = x.ID
			if _, _, err := s.Request(context.Background(), "key-back", q); err != nil {
				t.Fatal(err)
			}
		}
		o, _, err := s.reship("key-0001", x.ID, fulfillment.Damaged, false)
		if err != nil {
			t.Fatal(err)
		}
		sent, borne := map[string]int64{}, int64(0)
		for _, p := range o.Shipments {
			for _, l := range p.Lines {
				sent[l.Line], borne = sent[l.Line]+l.Quantity, borne+l.Discount.Minor
			}
			if p.Fulfilment != x.Fulfilment || p.Amount.Minor != 0 {
				t.Errorf("%+v", p)
			}
		}
		want := map[int64]int64{0: 66 + 50, 1: 33 + 50, 2: 50}[back] // the second of two units for 73 costs 37, 4 of that is tax
		if bySeller {
			want = 0
		}
		if sent[line] != 2-back || sent[other] != 1 || borne != want || o.Check() != nil {
			t.Errorf("%v sent, %d borne of %d: %+v %v", sent, borne, want, o, o.Check())
		}
	})
}
