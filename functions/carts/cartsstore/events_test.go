package cartsstore_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
)

// A change of a cart says what came and what went, and an order that empties it says nothing. Seen to catch: an order's lines
// told as removed.
func TestAChangeSaysWhatCameAndWhatWent(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := cartsstore.Store{DB: db}
	stored := func() store.Item {
		items := db.Items("carts")
		if len(items) == 0 {
			return nil
		}
		return items[0]
	}
	price := money.Of(5, "USD")
	delta := func(product string, units int64) carts.CartLineDelta {
		return carts.CartLineDelta{ProductID: product, SellerID: "s", Units: units, UnitPrice: price}
	}
	c := cart(t, "cus_1", false, "a", "b") // one and two units
	for name, step := range []struct {
		change func()
		want   []carts.CartLineDelta
	}{
		{func() {}, []carts.CartLineDelta{delta("a", 1), delta("b", 2)}},
		{func() { _ = c.Set("b#s", 5) }, []carts.CartLineDelta{delta("b", 3)}},
		{func() { _ = c.Set("b#s", 1); _ = c.Set("a#s", 0) }, []carts.CartLineDelta{delta("b", -4), delta("a", -1)}},
		{func() { c.Coupon = "SAVE-10" }, nil},
		{func() { _ = c.Set("b#s", 0) }, []carts.CartLineDelta{delta("b", -1)}},
	} {
		before := stored()
		step.change()
		c.UpdatedAt = c.UpdatedAt.Add(time.Second)
		c = save(t, s, c)
		if diff := cmp.Diff(step.want, changed(t, before, stored())); diff != "" {
			t.Errorf("step %d:\n%s", name, diff)
		}
	}
	c.UpdatedAt = c.UpdatedAt.Add(time.Second)
	if err := c.Add(carts.Line{ProductID: "a", SellerID: "s", Quantity: 1, UnitPrice: price, Shipping: price}); err != nil {
		t.Fatal(err)
	}
	c = save(t, s, c)
	before := stored()
	if _, err := db.Apply(ctx, cartsstore.Ordered(c.ID, c.Version)); err != nil {
		t.Fatal(err)
	}
	if got := changed(t, before, stored()); got != nil {
		t.Errorf("an order took out %+v", got)
	}
	if got := changed(t, stored(), nil); got != nil {
		t.Errorf("a cart that is forgotten: %+v", got)
	}
}

// changed are the lines of the event that a change means.
func changed(t *testing.T, before, after store.Item) []carts.CartLineDelta {
	t.Helper()
	list, err := cartsstore.Events(outbox.Change{Old: before, New: after})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return nil
	}
	var e carts.CartChanged
	if err := json.Unmarshal(list[0].Data, &e); err != nil || len(list) != 1 || list[0].Name != "CartChanged" || e.CustomerID != "cus_1" ||
		list[0].Key != e.CartID {
		t.Fatalf("%+v %v", list, err)
	}
	return e.Lines
}
