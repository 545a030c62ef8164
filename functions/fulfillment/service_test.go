package fulfillment_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

const pace = time.Hour

func order() orders.Placed {
	o := orders.Placed{OrderID: "ord_a", CustomerID: "cus_a", PlacedAt: noon, Delivery: orders.PlacedDelivery{Country: "US", Region: "CA", Days: 2}}
	for _, g := range []string{"g1", "g2"} {
		o.Shipments = append(o.Shipments, orders.Shipment{Group: g, SellerID: "sel_a", Centre: "us-" + g, Amount: money.Of(100, "USD"),
			Lines: []orders.ShipmentLine{{Line: "prd_a#sel_a", Quantity: 1}}})
	}
	return o
}

var (
	whole = []string{"PLACED", "PICKED", "PACKED", "SHIPPED", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"}
	held  = []string{"PLACED", "PICKED", "PACKED", "HELD_BACK"}
)

func (w *world) start() {
	w.queue = append(w.queue, message{at: w.now, body: "OrderPlaced", do: func(ctx context.Context) error { return w.Start(ctx, order()) }})
}

func TestToTheDoor(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.refuse["g2"] = true
	w.start()
	w.run(t, inOrder)
	if got := w.statuses(t, "g1"); !slices.Equal(got, whole) {
		t.Errorf("g1: %v", got)
	}
	if got := w.statuses(t, "g2"); !slices.Equal(got, held) {
		t.Errorf("g2: %v", got)
	}
	tr, err := w.Track(context.Background(), "cus_a", "ord_a")
	if err != nil || tr.Status != "HELD_BACK" || tr.EstimatedDelivery != "2026-03-06" || len(tr.Shipments) != 2 {
		t.Errorf("%+v %v", tr, err)
	}
	// A state lasts as long as it should, although no queue holds a message that long.
	if want := noon.Add(5 * pace); w.now.Before(want) || w.now.After(want.Add(time.Minute)) {
		t.Errorf("delivered at %s, want %s", w.now, want)
	}
}

// Break each effect in turn, alone and followed by a second: the shipments get there, each step once.
func TestEveryPointCanBreak(t *testing.T) {
	t.Parallel()
	for lasting := 1; lasting <= 2; lasting++ {
		for k, reached := 0, true; reached; k++ {
			w, n := newWorld(), 0
			reached = false
			w.broken = func(string) error {
				if n++; n > k && n <= k+lasting {
					reached = true
					return errBroken
				}
				return nil
			}
			w.start()
			w.run(t, inOrder)
			for _, g := range []string{"g1", "g2"} {
				if got := w.statuses(t, g); !slices.Equal(got, whole) {
					t.Fatalf("point %d x %d: %s: %v", k, lasting, g, got)
				}
			}
		}
	}
}

// Messages in any order, twice, and broken at random.
func TestAnyDelivery(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.refuse["g2"] = rapid.Bool().Draw(t, "g2 unpaid")
		breaks, doubles := rapid.IntRange(0, 8).Draw(t, "breaks"), rapid.IntRange(0, 8).Draw(t, "doubles")
		w.broken = func(string) error {
			if breaks > 0 && rapid.IntRange(0, 9).Draw(t, "break") == 0 {
				breaks--
				return errBroken
			}
			return nil
		}
		w.start()
		w.run(t, func(due int) (int, bool) {
			twice := doubles > 0 && rapid.IntRange(0, 4).Draw(t, "twice") == 0
			if twice {
				doubles--
			}
			return rapid.IntRange(0, due-1).Draw(t, "which"), twice
		})
		want := map[string][]string{"g1": whole, "g2": whole}
		if w.refuse["g2"] {
			want["g2"] = held
		}
		for g, events := range want {
			if got := w.statuses(t, g); !slices.Equal(got, events) {
				t.Fatalf("%s: %v", g, got)
			}
		}
	})
}

func TestLateAndEarlyMessages(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	id := fulfillment.ShipmentID("ord_a", "g1")
	if err := w.Elapse(ctx, fulfillment.Timer{OrderID: "ord_a", ShipmentID: id, From: fulfillment.Pending}); fault.Code(err) != "shipment_unknown" {
		t.Fatal(err)
	}
	if err := w.Start(ctx, order()); err != nil {
		t.Fatal(err)
	}
	if err := w.Paid(ctx, "ord_a", "g1"); fault.Code(err) != "shipment_not_packed" {
		t.Fatal(err)
	}
	w.queue = nil // both timers are lost; only g1's message comes again
	if err := w.Elapse(ctx, fulfillment.Timer{OrderID: "ord_a", ShipmentID: id, From: fulfillment.Pending}); err != nil {
		t.Fatal(err)
	}
	if got := w.statuses(t, "g1"); len(got) != 1 || len(w.queue) != 1 {
		t.Fatalf("an early timer: %v, %d messages", got, len(w.queue))
	}
	w.run(t, inOrder)
	for _, from := range []fulfillment.State{fulfillment.Pending, fulfillment.Packed, fulfillment.OutForDelivery, "OLD"} {
		if err := w.Elapse(ctx, fulfillment.Timer{OrderID: "ord_a", ShipmentID: id, From: from}); err != nil {
			t.Fatal(from, err)
		}
	}
	if err := errors.Join(w.Paid(ctx, "ord_a", "g1"), w.Unpaid(ctx, "ord_a", "g1", 0), w.Start(ctx, order())); err != nil {
		t.Fatal(err)
	}
	if got := w.statuses(t, "g1"); !slices.Equal(got, whole) || len(w.queue) != 1 {
		t.Fatalf("%v, %d messages", got, len(w.queue))
	}
	w.run(t, inOrder) // the order's message, repeated, has started g2's clock again
	if got := w.statuses(t, "g2"); !slices.Equal(got, whole) || len(w.queue) != 0 {
		t.Fatalf("%v, %d messages", got, len(w.queue))
	}
}

func TestTrackIsForTheOwner(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	tr, err := w.Track(ctx, "cus_a", "ord_new")
	if err != nil || tr.Status != "PLACED" || len(tr.Shipments) != 0 || tr.EstimatedDelivery != "" {
		t.Fatalf("%+v %v", tr, err)
	}
	for _, c := range [][2]string{{"cus_b", "ord_a"}, {"cus_a", "ord_x"}, {"", "ord_a"}} {
		if _, err := w.Track(ctx, c[0], c[1]); fault.Code(err) != "order_not_found" {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// Seen to catch: any event taken for OrderPlaced.
func TestAPlacedOrderIsStartedByItsEvent(t *testing.T) {
	t.Parallel()
	ctx, w := context.Background(), newWorld()
	data, err := json.Marshal(order())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ event, data, code string }{
		{"OrderShipped", string(data), "unknown_event"}, {"OrderPlaced", `[]`, "malformed_event"}, {"OrderPlaced", string(data), ""},
	} {
		if err := w.HandleEvent(ctx, c.event, []byte(c.data)); fault.Code(err) != c.code {
			t.Errorf("%s: got %v, want %q", c.event, err, c.code)
		}
	}
	if got := w.statuses(t, "g1"); len(got) != 1 || len(w.queue) != 2 {
		t.Errorf("%v, %d messages", got, len(w.queue))
	}
}
