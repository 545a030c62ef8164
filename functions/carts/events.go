package carts

import (
	"context"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
)

// Refresher renews copies of carts that change behind the service's back.
type Refresher struct {
	Store Store
	Cache Cache
}

// HandleEvent renews the copy of the cart that an order was placed from. Errors: unknown_event, malformed_event.
func (r *Refresher) HandleEvent(ctx context.Context, event string, data []byte) error {
	if event != "OrderPlaced" {
		return fault.New(fault.Malformed, "unknown_event", "carts do not take %s", event)
	}
	var placed struct {
		CustomerID  string `json:"customer_id"`
		Marketplace string `json:"marketplace"`
	}
	if err := eventdata.Decode(event, data, &placed); err != nil {
		return err
	}
	return r.Refresh(ctx, IDOf(placed.CustomerID, placed.Marketplace))
}

// Refresh renews the copy of a cart.
func (r *Refresher) Refresh(ctx context.Context, cartID string) error {
	c, ok, err := r.Store.Get(ctx, cartID)
	if err != nil || !ok {
		return err
	}
	return r.Cache.Put(ctx, c)
}
