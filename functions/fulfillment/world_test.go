package fulfillment_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentaws"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
)

// world is the services with their queue on a clock of its own. A message stays until it is handled.
type world struct {
	*fulfillment.ShipmentService
	*fulfillment.SellerService
	*fulfillment.TrackingService
	*fulfillment.Sweeper
	db    *memory.DB
	now   time.Time
	queue []message
	// broken is asked before and after each effect; an error stands for a crash.
	broken func(point string) error
	refuse map[string]bool // groups whose payment fails
	asked  map[string]bool // groups whose payment was asked for
}

type message struct {
	at   time.Time
	body string
	do   func(context.Context) error
}

func newWorld() *world {
	w := &world{db: memory.New(), now: noon, broken: func(string) error { return nil }, refuse: map[string]bool{}, asked: map[string]bool{}}
	stored, clock := fulfillmentstore.Store{DB: w.db}, func() time.Time { return w.now }
	w.ShipmentService = &fulfillment.ShipmentService{Shipments: stored, Sellers: stored, Orders: ordersstore.Store{DB: w.db}, SKUs: w,
		Timers: w, Now: clock, Pace: pace}
	w.SellerService = &fulfillment.SellerService{Shipments: stored, Sellers: stored, Ratings: w,
		Orders: anyOrder{ordersstore.Store{DB: w.db}}, Addresses: &home{}, Now: clock}
	w.TrackingService = &fulfillment.TrackingService{Shipments: stored, Owners: w}
	w.Sweeper = &fulfillment.Sweeper{Shipments: stored, Sellers: stored, Returns: stored, Now: clock}
	w.db.Before = func(_ context.Context, op string, _ []store.Write) error { return w.broken(op + " before") }
	w.db.After = func(_ context.Context, op string, _ []store.Write) error { return w.broken(op + " after") }
	return w
}

func (w *world) Send(_ context.Context, t fulfillment.Timer, delay time.Duration) error {
	if err := w.broken("send before"); err != nil {
		return err
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	w.queue = append(w.queue, message{w.now.Add(min(delay, 15*time.Minute)), string(b), nil})
	return w.broken("send after")
}

func (w *world) Owner(_ context.Context, orderID string) (string, time.Time, error) {
	if orderID != "ord_a" && orderID != "ord_new" {
		return "", time.Time{}, orders.ErrNotFound
	}
	return "cus_a", noon, nil
}

// anyOrder is a store that has every order, those that were not stored as empty ones.
type anyOrder struct{ stored ordersstore.Store }

func (a anyOrder) Get(ctx context.Context, orderID string) (orders.Order, bool, error) {
	if o, found, err := a.stored.Get(ctx, orderID); err != nil || found {
		return o, found, err
	}
	return orders.Order{ID: orderID, CustomerID: "cus_a"}, true, nil
}

func (w *world) SKU(_ context.Context, product, _, seller string) (string, error) {
	return product + "-of-" + seller, nil
}

func (w *world) Rating(context.Context, string) (int64, int64, error) { return 450, 7, nil }

// payments plays the other context: each packed shipment is answered once by an event.
func (w *world) payments(t failer) {
	t.Helper()
	for _, i := range w.db.Items("shipments") {
		var x fulfillment.Shipment
		if err := store.Unmarshal(i, &x); err != nil {
			t.Fatalf("%v", err)
		}
		if asked := fmt.Sprint(x.OrderID, x.Group, x.Attempt); x.State == fulfillment.Packed && !w.asked[asked] {
			w.asked[asked] = true
			name := "PaymentCaptured"
			if w.refuse[x.Group] {
				name = "PaymentCaptureFailed"
			}
			e, err := outbox.New(name, x.OrderID, map[string]any{"order_id": x.OrderID, "group": x.Group, "code": "x", "attempt": x.Attempt})
			if err != nil {
				t.Fatalf("%v", err)
			}
			e.ID = "evt_1"
			b, err := json.Marshal(e)
			if err != nil {
				t.Fatalf("%v", err)
			}
			w.queue = append(w.queue, message{w.now, string(b), nil})
		}
	}
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// run handles messages until none is left: pick says which of those that are due.
func (w *world) run(t failer, pick func(due int) (k int, twice bool)) {
	t.Helper()
	for turns := 0; len(w.queue) > 0; turns++ {
		if turns > 2000 {
			t.Fatalf("still %d messages", len(w.queue))
		}
		slices.SortStableFunc(w.queue, func(a, b message) int { return a.at.Compare(b.at) })
		if w.queue[0].at.After(w.now) {
			w.now = w.queue[0].at
		}
		due := 0
		for due < len(w.queue) && !w.queue[due].at.After(w.now) {
			due++
		}
		k, twice := pick(due)
		m := w.queue[k]
		if !twice {
			w.queue = slices.Delete(w.queue, k, k+1)
		}
		if err := w.handle(m); err != nil {
			if !errors.Is(err, errBroken) {
				t.Fatalf("%s: %v", m.body, err)
			}
			if !twice {
				w.queue = append(w.queue, message{w.now.Add(time.Second), m.body, m.do})
			}
		}
		w.payments(t)
	}
}

func (w *world) handle(m message) error {
	if m.do != nil {
		return m.do(context.Background())
	}
	return fulfillmentaws.Deliver(context.Background(), w.ShipmentService, nil, []byte(m.body))
}

var errBroken = fault.New(fault.Unavailable, "broken", "injected")

func inOrder(int) (int, bool) { return 0, false }

// statuses are what the shopper reads of a group's shipment.
func (w *world) statuses(t failer, group string) (out []string) {
	t.Helper()
	w.broken = func(string) error { return nil }
	tr, err := w.Track(context.Background(), "cus_a", "ord_a")
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, s := range tr.Shipments {
		if s.Group == group {
			for _, e := range s.Events {
				out = append(out, e.Status)
			}
			if last := out[len(out)-1]; last != string(s.State) && last != "PLACED" {
				t.Fatalf("%s is %s, its last event %s", group, s.State, last)
			}
		}
	}
	return out
}
