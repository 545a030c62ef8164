package checkouttrial_test

import (
	"context"
	"testing"

	"rialto/functions/carts"
	"rialto/functions/checkout"
	"rialto/functions/marketplaces"
)

// What a bank has not paid for yet keeps a share of a sku from others at most: a guest's smaller than a customer's. Who pays at
// once has all that there is. Seen to catch: a guest who waits with all twelve units; one refused who pays for them; a customer
// who cannot wait for the last one.
func TestTheUnpaidHoldAShareOfTheStock(t *testing.T) {
	t.Parallel()
	us, err := marketplaces.Lookup("US")
	if err != nil {
		t.Fatal(err)
	}
	const asks, pays = "pm_card_authenticationRequired", "pm_card_visa"
	for _, c := range []struct {
		guest        bool
		units, wants int64
		method       string
		want         checkout.State
	}{
		{true, 12, 12, asks, checkout.Failed}, {true, 12, 4, asks, checkout.Failed}, {true, 12, 3, asks, checkout.Waiting},
		{true, 2, 2, asks, checkout.Waiting}, {true, 1, 1, asks, checkout.Waiting}, {true, 12, 12, pays, checkout.Placed},
		{false, 12, 12, asks, checkout.Failed}, {false, 12, 6, asks, checkout.Waiting}, {false, 5, 5, asks, checkout.Waiting},
		{false, 12, 12, pays, checkout.Placed},
	} {
		w := newWorld(t, oneLine(c.units))
		g := w.goods[0]
		v, err := w.carts.Add(context.Background(), carts.Owner{ID: customer, Guest: c.guest}, us, carts.Guard{Key: "key-cart"}, g.sku.ProductID,
			g.sku.SellerID, c.wants)
		if err != nil {
			t.Fatal(err)
		}
		reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(v.Cart.ID, c.method))
		if err != nil || reply.State != c.want {
			t.Errorf("%+v: %+v %v", c, reply.Answer, err)
			continue
		}
		if c.want != checkout.Failed {
			continue
		}
		if reply.Failure.Code != "unpaid_limit" || len(reply.Failure.Errors) != 1 || reply.Failure.Errors[0].Pointer != "/lines/0/quantity" {
			t.Errorf("%+v: %+v", c, reply.Failure)
		}
		if n := w.audit(); n != 0 {
			t.Errorf("%d orders", n)
		}
		for _, i := range w.intents("") {
			if i.Open != 0 {
				t.Errorf("%+v", i)
			}
		}
	}
}
