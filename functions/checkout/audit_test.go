package checkout_test

import (
	"context"
	"slices"
	"time"

	"rialto/functions/carts"
	"rialto/functions/checkout"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/marketplaces"
	"rialto/functions/orders/ordersstore"
)

// row is what an audit reads of a checkout as it is stored.
type row struct {
	PK        string         `dynamodbav:"pk"`
	OrderID   string         `dynamodbav:"order_id"`
	State     checkout.State `dynamodbav:"state"`
	DueAt     string         `dynamodbav:"due_at"`
	DueBucket string         `dynamodbav:"due_bucket"`
}

func (w *world) rows() []row {
	var out []row
	for _, i := range w.db.Items("checkouts") {
		var r row
		if err := store.Unmarshal(i, &r); err != nil {
			w.t.Errorf("a record cannot be read: %v", err)
		}
		out = append(out, r)
	}
	return out
}

// watched checks what must hold after every single write: an open record is in the due index, under the bucket
// in which the sweep looks for it, and a record that is over is not.
func (w *world) watched() {
	for _, r := range w.rows() {
		if r.State.Terminal() {
			if r.DueAt != "" || r.DueBucket != "" {
				w.t.Errorf("%s is %s and still due: %+v", r.PK, r.State, r)
			}
			continue
		}
		due, err := time.Parse(time.RFC3339, r.DueAt)
		if err != nil || r.DueBucket != checkout.DueBucket(r.PK, due, w.recover.Buckets) {
			w.t.Errorf("an open record that nobody will look at: %+v", r)
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
			if _, err := w.recover.Look(context.Background(), r.PK); err != nil && round > 20 {
				w.t.Fatalf("%s never ends: %v", r.PK, err)
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
	ctx := context.Background()
	var holds []inventory.Hold
	for _, i := range w.db.Items("holds") {
		var h inventory.Hold
		if err := store.Unmarshal(i, &h); err != nil {
			w.t.Fatal(err)
		}
		if h.State == inventory.Held {
			w.t.Errorf("stranded: %+v", h)
		}
		holds = append(holds, h)
	}
	stock, err := inventorystore.Store{DB: w.db}.Stock(ctx, sku)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range stock {
		if err := inventory.Balance(s, holds); err != nil {
			w.t.Error(err)
		}
	}
	said := map[string]bool{}
	for _, r := range w.rows() {
		if !r.State.Terminal() {
			w.t.Errorf("still open: %+v", r)
		}
		if !w.timed(r.PK) {
			w.t.Errorf("%s never had a timer", r.PK)
		}
		if r.State == checkout.Placed {
			said[r.OrderID] = true
		}
	}
	open := w.authorizations()
	for _, i := range w.db.Items("orders") {
		var pk struct {
			PK string `dynamodbav:"pk"`
		}
		if err := store.Unmarshal(i, &pk); err != nil {
			w.t.Fatal(err)
		}
		o, ok, err := ordersstore.Store{DB: w.db}.Get(ctx, pk.PK)
		if err != nil || !ok {
			w.t.Fatal(ok, err)
		}
		if err := o.Check(); err != nil {
			w.t.Error(err)
		}
		if open[o.ID] != o.Totals.Total.Minor {
			w.t.Errorf("order %s of %d has %d authorized", o.ID, o.Totals.Total.Minor, open[o.ID])
		}
		if !said[o.ID] {
			w.t.Errorf("order %s has no record that says so", o.ID)
		}
		delete(open, o.ID)
		delete(said, o.ID)
		placed++
	}
	for id, amount := range open {
		w.t.Errorf("%d authorized for %s, which is no order", amount, id)
	}
	for id := range said {
		w.t.Errorf("a record says that %s was placed, and it is no order", id)
	}
	return placed
}

// timed tells whether a record ever had a timer message.
func (w *world) timed(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.timers, id)
}

// inCart counts the units in the customer's cart.
func (w *world) inCart() (units int64) {
	w.t.Helper()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := w.carts.Show(context.Background(), carts.Owner{ID: customer}, us)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range v.Cart.Lines {
		units += l.Quantity
	}
	return units
}
