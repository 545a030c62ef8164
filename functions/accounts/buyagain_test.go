package accounts_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/carts"
	"rialto/functions/fulfillment"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// basket takes all that is wanted, and keeps what that was.
type basket struct{ asked []any }

func (b *basket) AddAll(
	_ context.Context, o carts.Owner, m marketplaces.Marketplace, g carts.Guard, all []carts.Wanted,
) (carts.Cart, []carts.Put, error) {
	b.asked = append(b.asked, o, m.Code, g.Key, all)
	var out []carts.Put
	for _, w := range all {
		out = append(out, carts.Put{Wanted: w, Quantity: w.Quantity})
	}
	return carts.New(o.ID, o.Guest, m.Code), out, nil
}

// An order is bought again by whoever it is, into their cart of its marketplace. Seen to catch: another's order.
func TestAnOrderIsBoughtAgain(t *testing.T) {
	t.Parallel()
	w, b := newWorld(), &basket{}
	w.Baskets = b
	o := w.buys(t, "cus_a", "ord_a", fulfillment.Delivered)
	for _, id := range []string{"ord_b", "ord_a"} {
		if _, _, err := w.BuyAgain(t.Context(), carts.Owner{ID: "cus_b"}, "key-0001", id); !errors.Is(err, orders.ErrNotFound) {
			t.Error(id, err)
		}
	}
	me := carts.Owner{ID: "cus_a"}
	c, lines, err := w.BuyAgain(t.Context(), me, "key-0001", "ord_a")
	if err != nil || c.ID != carts.IDOf("cus_a", "US") || len(lines) != 1 || lines[0].Title != "A thing" || lines[0].Put.Quantity != 1 {
		t.Errorf("%+v %+v %v", c, lines, err)
	}
	want := []any{me, "US", "key-0001", []carts.Wanted{{ProductID: o.Lines[0].ProductID, SellerID: o.Lines[0].SellerID, Quantity: 1}}}
	if diff := cmp.Diff(want, b.asked); diff != "" {
		t.Error(diff)
	}
}
