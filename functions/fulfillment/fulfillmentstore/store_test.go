package fulfillmentstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/orders"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func open(group string) (fulfillment.Shipment, fulfillment.Event) {
	return fulfillment.Open(orders.Placed{OrderID: "ord_a", PlacedAt: noon, Delivery: orders.PlacedDelivery{Country: "US", Days: 2}},
		orders.Shipment{Group: group, SellerID: "sel_a", Centre: "c1", Amount: money.Of(5, "USD"), Lines: []orders.ShipmentLine{{Line: "l", Quantity: 3}}},
		noon.Add(time.Second), time.Hour)
}

func TestMove(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), fulfillmentstore.Store{DB: db}
		x, e := open("g1")
		if _, found, err := s.Get(ctx, "ord_a", x.ID); found || err != nil {
			t.Fatal(found, err)
		}
		if err := s.Open(ctx, x, e); err != nil {
			t.Fatal(err)
		}
		next, picked, ok := fulfillment.Advance(x, fulfillment.Elapsed, noon.Add(time.Hour), time.Hour)
		if !ok {
			t.Fatal("no step")
		}
		var g errgroup.Group
		moves := make(chan bool, 20)
		for k := range 20 {
			mine := picked
			mine.At = picked.At.Add(time.Duration(k)) // each would leave its own row
			g.Go(func() error {
				moved, err := s.Move(ctx, fulfillment.Pending, next, mine)
				moves <- moved
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		close(moves)
		n := 0
		for moved := range moves {
			if moved {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d moves", n)
		}
		if err := s.Open(ctx, x, e); err != nil { // again, and too late
			t.Fatal(err)
		}
		stored, found, err := s.Get(ctx, "ord_a", x.ID)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		if d := cmp.Diff(next, stored); d != "" {
			t.Fatal(d)
		}
		y, e2 := open("g2")
		if err := s.Open(ctx, y, e2); err != nil {
			t.Fatal(err)
		}
		xs, es, err := s.Tracking(ctx, "ord_a")
		if err != nil || len(xs) != 2 || len(es) != 3 || es[0].Status != "PLACED" || es[2].Status != "PICKED" || es[2].ShipmentID != x.ID {
			t.Fatalf("%v %v %v", xs, es, err)
		}
	})
}

// What was read goes on only from there: another address after a shipment has moved on, and a correction of what another has corrected,
// are refused. Seen to catch: a parcel sent elsewhere after it was packed.
func TestWhatWasReadIsChanged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), fulfillmentstore.Store{DB: db}
		x, e := open("g1")
		if err := s.Open(ctx, x, e); err != nil {
			t.Fatal(err)
		}
		next, picked, _ := fulfillment.Advance(x, fulfillment.Elapsed, noon.Add(time.Hour), time.Hour)
		if moved, err := s.Move(ctx, fulfillment.Pending, next, picked); err != nil || !moved {
			t.Fatal(moved, err)
		}
		there := x
		there.ShipTo, there.Redirects = &fulfillment.ShipTo{AddressID: "adr_b", At: noon}, 1
		if done, err := s.Redirect(ctx, x, there, e); err != nil || done {
			t.Error("it went elsewhere after it had moved on:", done, err)
		}
		if done, err := s.Correct(ctx, next, "Post", "AB-1", e); err != nil || !done {
			t.Fatal(done, err)
		}
		if done, err := s.Correct(ctx, next, "Post", "AB-2", e); err != nil || done {
			t.Error("a correction of what was corrected:", done, err)
		}
		if now, _, err := s.Get(ctx, "ord_a", x.ID); err != nil || now.ShipTo != nil || now.TrackingNumber != "AB-1" {
			t.Errorf("%+v %v", now, err)
		}
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	item := func(state fulfillment.State) store.Item {
		if state == "" {
			return nil
		}
		x, _ := open("g1")
		x.State = state
		i, err := store.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	x, _ := open("g1")
	for _, c := range []struct {
		old, new fulfillment.State
		want     string
	}{
		{"", fulfillment.Pending, ""},
		{fulfillment.Pending, fulfillment.Picked, ""},
		{fulfillment.Picked, fulfillment.Packed, `ShipmentPacked {"order_id":"ord_a","shipment_id":"` + x.ID +
			`","group":"g1","amount":{"amount":5,"currency":"USD"}}`},
		{fulfillment.Packed, fulfillment.Packed, ""},
		{fulfillment.Packed, fulfillment.HeldBack, ""},
		{fulfillment.Pending, fulfillment.Cancelled, `ShipmentCancelled {"order_id":"ord_a","shipment_id":"` + x.ID +
			`","group":"g1","lines":[{"line":"l","fulfillment_center_id":"c1","quantity":3}],"by":"system"}`},
		{fulfillment.Packed, fulfillment.Shipped, `ShipmentShipped {"order_id":"ord_a","shipment_id":"` + x.ID +
			`","lines":[{"line":"l","fulfillment_center_id":"c1","quantity":3}],"shipped_at":"2026-03-04T12:00:01Z"}`},
		{fulfillment.OutForDelivery, fulfillment.Delivered, `ShipmentDelivered {"order_id":"ord_a","shipment_id":"` + x.ID + `"}`},
		{fulfillment.Delivered, "", ""},
	} {
		es, err := fulfillmentstore.Events(outbox.Change{Old: item(c.old), New: item(c.new)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range es {
			got += e.Name + " " + string(e.Data)
		}
		if got != c.want {
			t.Errorf("%s to %s: %s", c.old, c.new, got)
		}
	}
}

// The published examples are what the code publishes, field for field.
func TestExamples(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]any{
		fulfillment.EventOrderCancelled: &fulfillment.OrderCancelled{},
		fulfillment.EventPacked:         &fulfillment.ShipmentPacked{},
		fulfillment.EventShipped:        &fulfillment.ShipmentShipped{},
		fulfillment.EventDelivered:      &fulfillment.ShipmentDelivered{},
		fulfillment.EventCancelled:      &fulfillment.ShipmentCancelled{},
		fulfillment.EventWrittenOff:     &fulfillment.ShipmentWrittenOff{},
	} {
		b, err := os.ReadFile("../../../events/fulfillment/" + name + ".v1.example.json")
		if err != nil {
			t.Fatal(err)
		}
		e, err := outbox.Decode(b)
		if err != nil || e.Name != name {
			t.Fatal(name, err)
		}
		if err := e.Into(data); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if json.Unmarshal(e.Data, &want) != nil || json.Unmarshal(again, &got) != nil {
			t.Fatal(name)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A seller's orders are kept and counted once, merged over buckets by time, and a step counts with the step.
func TestSellersOrders(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), fulfillmentstore.Store{DB: db}
		order := func(n int) fulfillment.SellerOrder {
			return fulfillment.SellerOrder{OrderID: fmt.Sprintf("ord_%02d", n), SellerID: "sel_a", Marketplace: "US",
				PlacedAt: noon.Add(time.Duration(n) * time.Second), Country: "US",
				Lines: []fulfillment.SellerLine{{Line: "l", ProductID: "p", Title: "Boots", Quantity: 2, UnitPrice: money.Of(5, "USD"),
					Amount: money.Of(10, "USD")}},
				Shipments: []fulfillment.SellerPart{{ShipmentID: "shp_a", BySeller: n == 0}}}
		}
		for n := range 25 {
			for range 1 + n%2 {
				if err := s.Record(ctx, order(n)); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := day(t, s, "sel_a", "2026-03-04")
		for n, o := range got {
			if d := cmp.Diff(order(24-n), o); d != "" {
				t.Fatal(n, d)
			}
		}
		one, err := s.Order(ctx, "sel_a", "ord_07", order(7).PlacedAt)
		if d := cmp.Diff(order(7), one); err != nil || d != "" || len(got) != 25 {
			t.Error(len(got), err, d)
		}
		if _, err := s.Order(ctx, "sel_b", "ord_07", order(7).PlacedAt); !errors.Is(err, orders.ErrNotFound) {
			t.Error(err)
		}
		x, e := fulfillment.Open(orders.Placed{OrderID: "ord_00", PlacedAt: noon, Delivery: orders.PlacedDelivery{Country: "US", Days: 2}},
			orders.Shipment{Group: "g1", SellerID: "sel_a", Centre: "c1", Fulfilment: orders.BySeller, Amount: money.Of(5, "USD")}, noon, time.Hour)
		if err := s.Open(ctx, x, e); err != nil {
			t.Fatal(err)
		}
		next, packed, ok := fulfillment.Advance(x, fulfillment.Confirmed, noon.AddDate(0, 0, 9), time.Hour)
		for _, want := range []bool{true, false} {
			if moved, err := s.Move(ctx, fulfillment.Pending, next, packed); moved != want || err != nil || !ok {
				t.Fatal(moved, err, ok)
			}
		}
		want := fulfillment.Counts{Orders: 25, Units: 50, ToShip: 1, Confirmed: 1, Late: 1}
		if got, err := s.Counts(ctx, "sel_a", "2026-03-04", "2026-03-04"); err != nil || got != want {
			t.Errorf("%+v %v", got, err)
		}
		for _, days := range [][2]string{{"2026-03-05", "2026-03-09"}, {"2026-02-01", "2026-03-03"}} {
			if got, err := s.Counts(ctx, "sel_a", days[0], days[1]); err != nil || got != (fulfillment.Counts{}) {
				t.Errorf("%+v %v", got, err)
			}
		}
	})
}

// day reads all of a seller's orders of a day, four a page.
func day(t *testing.T, s fulfillmentstore.Store, seller, day string) (all []fulfillment.SellerOrder) {
	t.Helper()
	for after := ""; ; {
		list, next, err := s.Day(context.Background(), seller, day, after, 4)
		if err != nil || len(list) > 4 {
			t.Fatal(len(list), err)
		}
		all = append(all, list...)
		if after = next; next == "" {
			return all
		}
	}
}
