package carts_test

import (
	"context"
	"testing"

	"rialto/functions/carts"
	"rialto/functions/internal/fault"
)

// copies is a cache that forgets nothing.
type copies map[string]carts.Cart

func (c copies) Get(_ context.Context, id string) (carts.Cart, bool, error) {
	cart, ok := c[id]
	return cart, ok, nil
}

func (c copies) Put(_ context.Context, cart carts.Cart) error {
	c[cart.ID] = cart
	return nil
}

// Seen to catch: another customer's cart renewed.
func TestAnOrderRenewsTheCopyOfItsCart(t *testing.T) {
	t.Parallel()
	s := service()
	if _, err := s.Add(ctx, owner, us, carts.Guard{Key: "k"}, "p", "s", 1); err != nil {
		t.Fatal(err)
	}
	kept := copies{}
	r := &carts.Refresher{Store: s.Store, Cache: kept}
	for range 2 {
		if err := r.HandleEvent(ctx, "OrderPlaced", []byte(`{"customer_id":"`+owner.ID+`","marketplace":"US"}`)); err != nil {
			t.Fatal(err)
		}
	}
	if c, ok := kept[carts.IDOf(owner.ID, "US")]; !ok || len(kept) != 1 || len(c.Lines) != 1 {
		t.Errorf("%+v", kept)
	}
	for event, want := range map[string]string{"ProductChanged": "unknown_event", "OrderPlaced": "malformed_event"} {
		if err := r.HandleEvent(ctx, event, []byte(`{"customer_id":5}`)); fault.Code(err) != want {
			t.Error(event, err)
		}
	}
}
