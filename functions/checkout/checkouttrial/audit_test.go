package checkouttrial_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
)

// row is what an audit reads of a checkout as it is stored.
type row struct {
	PK        string         `dynamodbav:"pk"`
	OrderID   string         `dynamodbav:"order_id"`
	State     checkout.State `dynamodbav:"state"`
	Run       string         `dynamodbav:"run"`
	DueAt     string         `dynamodbav:"due_at"`
	DueBucket string         `dynamodbav:"due_bucket"`
	Request   []byte         `dynamodbav:"request"`
	Effects   []byte         `dynamodbav:"effects"`
}

// stepped checks a step's write of records: none changes a record that another run has, but for a recovery's fence, which
// takes it away. It is told of every such write before anything else happens.
func (w *world) stepped(ctx context.Context, writes []store.Write) {
	for _, r := range w.rows() {
		if !slices.ContainsFunc(writes, func(wr store.Write) bool { return wr.Table == "checkouts" && wr.Key.PK == r.PK }) {
			continue
		}
		w.mu.Lock()
		had := w.had[r.PK]
		w.had[r.PK] = r.Run
		w.mu.Unlock()
		step, ok := ctx.Value(atKey{}).(at)
		if !ok || had == "" || step.state == "Fence" && step.execution.in.Mode == "recover" {
			continue
		}
		if run := step.execution.in.Checkout.Run; run != had {
			blame(w.t, "another-runs-record", "%s of %s changed %s, which %s had", step.state, run, r.PK, had)
		}
	}
}

func (w *world) rows() []row {
	return slices.DeleteFunc(itemsOf[row](w, "checkouts"), func(r row) bool { return r.OrderID == "" })
}

func itemsOf[T any](w *world, table string) []T {
	w.t.Helper()
	return decoded[T](w.t, w.db.Items(table))
}

func decoded[T any](t tester, items []store.Item) []T {
	t.Helper()
	var out []T
	for _, i := range items {
		var r T
		if err := store.Unmarshal(i, &r); err != nil {
			t.Errorf("the item %+v cannot be read: %v", store.KeyOf(i), err)
		}
		out = append(out, r)
	}
	return out
}

// watched checks what must hold after every single write: an open record is in the due index, under the bucket
// in which the sweep looks for it, and has a timer as soon as a run has it; a record that is over is not due.
func (w *world) watched() {
	for _, r := range w.rows() {
		if r.State.Terminal() {
			if r.DueAt != "" || r.DueBucket != "" {
				blame(w.t, "due-index", "%s is %s and still due at %s in %s", r.PK, r.State, r.DueAt, r.DueBucket)
			}
			continue
		}
		due, err := time.Parse(time.RFC3339, r.DueAt)
		if err != nil || r.DueBucket != checkout.DueBucket(r.PK, due, w.recover.Buckets) {
			blame(w.t, "due-index", "%s is %s and nobody will look at it: due at %q in %q", r.PK, r.State, r.DueAt, r.DueBucket)
		}
		if (r.Run != "" || r.State == checkout.Waiting) && !w.timed(r.PK) {
			blame(w.t, "open-record-without-timer", "%s is %s and has no timer", r.PK, r.State)
		}
	}
}

// settle moves time on and lets every timer ring until no record is open.
func (w *world) settle() {
	w.t.Helper()
	for round := 0; ; round++ {
		open := false
		for _, r := range w.rows() {
			if r.State.Terminal() {
				continue
			}
			open = true
			if _, err := w.recover.Check(context.Background(), r.PK); round > 120 {
				blame(w.t, "open-record", "%s never ends: %v", r.PK, err)
				w.t.Fatal("nothing can be judged of a record that never ends")
			}
		}
		if !open {
			return
		}
		w.advance(time.Minute)
	}
}

// audit checks what must hold when nothing is open: every unit is accounted for and none is held, there is an
// open authorization exactly for every placed order, and a record that says PLACED exactly for every order.
func (w *world) audit() (placed int) {
	w.t.Helper()
	all := w.orders()
	w.auditStock(all)
	w.auditCoupon(all)
	w.auditRecords(all)
	w.auditMoney(all)
	w.auditEvents(all)
	return len(all)
}

// auditEvents checks that OrderPlaced was published of every order, and of nothing that is none.
func (w *world) auditEvents(placed map[string]orders.Order) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range placed {
		if !w.said[id] {
			blame(w.t, "event-and-order", "nobody heard of %s", id)
		}
	}
	for id := range w.said {
		if _, ok := placed[id]; !ok {
			blame(w.t, "event-and-order", "OrderPlaced was published of %s, which is no order", id)
		}
	}
}

// streamed is the stream of the table orders, and what is published of it.
func (w *world) streamed(writes []store.Write) {
	for _, wr := range writes {
		if wr.Table != "orders" {
			continue
		}
		for _, i := range w.db.Items("orders") {
			es, err := ordersstore.Events(outbox.Change{New: i})
			if err != nil {
				w.t.Errorf("%v", err)
			}
			w.mu.Lock()
			for _, e := range es {
				w.said[e.Key] = true
			}
			w.mu.Unlock()
		}
	}
}

func (w *world) orders() map[string]orders.Order {
	w.t.Helper()
	out := map[string]orders.Order{}
	for _, i := range itemsOf[struct{ PK string }](w, "orders") {
		o, ok, err := ordersstore.Store{DB: w.db}.Get(context.Background(), i.PK)
		if err != nil || !ok {
			w.t.Fatal(ok, err)
		}
		if err := o.Check(); err != nil {
			blame(w.t, "order-adds-up", "%s: %v", o.ID, err)
		}
		out[o.ID] = o
	}
	return out
}

// unit is where an order's units of a line are.
type unit struct{ order, line, centre string }

func (w *world) auditStock(placed map[string]orders.Order) {
	w.t.Helper()
	wanted := map[unit]int64{}
	for _, o := range placed {
		for _, s := range o.Shipments {
			for _, l := range s.Lines {
				wanted[unit{o.ID, l.Line, s.Centre}] += l.Quantity
			}
		}
	}
	holds := itemsOf[inventory.Hold](w, "holds")
	for _, h := range holds {
		at := unit{h.OrderID, h.Line, h.Centre}
		switch h.State {
		case inventory.Held:
			blame(w.t, "stranded-hold", "%+v", h)
		case inventory.Committed, inventory.Shipped:
			if h.OrderID == another {
				continue
			}
			if _, ok := placed[h.OrderID]; !ok {
				blame(w.t, "hold-without-order", "%+v", h)
			}
			wanted[at] -= h.Quantity
		}
	}
	for at, n := range wanted {
		if n != 0 {
			blame(w.t, "order-without-hold", "%d units of %+v are not committed", n, at)
		}
	}
	for _, g := range w.goods {
		for _, p := range g.stock {
			c, err := inventorystore.Store{DB: w.db}.Count(context.Background(), g.sku, p.Centre)
			if err != nil {
				w.t.Fatal(err)
			}
			if len(c.Shards) == 0 {
				continue
			}
			if err := inventory.BalanceAll(c.Shards, holds); err != nil {
				blame(w.t, "stock-equation", "%v", err)
			}
		}
	}
}

func (w *world) auditRecords(placed map[string]orders.Order) {
	w.t.Helper()
	said, keys, versions := map[string]bool{}, map[string]string{}, map[string]string{}
	for _, r := range w.rows() {
		if !r.State.Terminal() {
			blame(w.t, "open-record", "%s is %s", r.PK, r.State)
		}
		if !w.timed(r.PK) {
			blame(w.t, "open-record-without-timer", "%s never had a timer", r.PK)
		}
		if r.State != checkout.Placed {
			continue
		}
		said[r.OrderID] = true
		if _, ok := placed[r.OrderID]; !ok {
			blame(w.t, "record-without-order", "%s says that %s was placed", r.PK, r.OrderID)
		}
		var of checkout.Request
		var took struct {
			CartVersion int64 `json:"v"`
		}
		if err := errors.Join(json.Unmarshal(r.Request, &of), json.Unmarshal(r.Effects, &took)); err != nil {
			w.t.Fatal(err)
		}
		version := fmt.Sprint(of.CartID, " at ", took.CartVersion)
		if other := versions[version]; other != "" {
			blame(w.t, "one-order-a-cart-version", "%s and %s order cart %s", other, r.OrderID, version)
		}
		versions[version] = r.OrderID
	}
	for id, o := range placed {
		if !said[id] {
			blame(w.t, "order-without-record", "%s", id)
		}
		if other := keys[o.CheckoutID]; other != "" {
			blame(w.t, "one-order-a-key", "%s and %s are of %s", other, id, o.CheckoutID)
		}
		keys[o.CheckoutID] = id
	}
}

func (w *world) auditMoney(placed map[string]orders.Order) {
	w.t.Helper()
	known := map[string]payments.State{}
	for _, p := range itemsOf[payments.Payment](w, "payments") {
		if p.IntentID != "" {
			known[p.IntentID] = p.State
		}
	}
	sums, groups := map[string]int64{}, map[[2]string]int64{}
	for _, i := range w.intents("") {
		if i.Open == 0 {
			continue
		}
		order := i.Metadata["order_id"]
		sums[order] += i.Open
		groups[[2]string{order, i.Metadata["group"]}] += i.Open
		if _, ok := placed[order]; !ok {
			blame(w.t, "charge-without-order", "%d authorized for %s, which is no order", i.Open, order)
		}
		if state := known[i.ID]; state != payments.Authorized {
			blame(w.t, "charge-unrecorded", "%d authorized for %s by %s, which is recorded as %q", i.Open, order, i.ID, state)
		}
	}
	for id, o := range placed {
		if total := o.Totals.Total.Minor; sums[id] < total {
			blame(w.t, "order-without-charge", "%s costs %d, %d are authorized", id, total, sums[id])
		}
		for _, s := range o.Shipments {
			at := [2]string{id, s.Group}
			if groups[at] != s.Amount.Minor {
				blame(w.t, "charge-differs", "%s of %s costs %d, %d are authorized", s.Group, id, s.Amount.Minor, groups[at])
			}
			delete(groups, at)
		}
	}
	for at, amount := range groups {
		if _, ok := placed[at[0]]; ok {
			blame(w.t, "charge-differs", "%d are authorized for %s of %s, which has no such shipment", amount, at[1], at[0])
		}
	}
}

// confirmed checks that an intent is stored when the gateway is asked to confirm it: whoever recovers must know it.
func (w *world) confirmed(id string) {
	if !slices.ContainsFunc(itemsOf[payments.Payment](w, "payments"), func(p payments.Payment) bool { return p.IntentID == id }) {
		blame(w.t, "confirmed-unstored", "%s is confirmed, and no payment has it", id)
	}
}

// timed tells whether a record ever had a timer message.
func (w *world) timed(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.timers, id)
}
