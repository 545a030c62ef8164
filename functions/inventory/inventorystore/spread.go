package inventorystore

import (
	"context"

	"rialto/functions/internal/shards"
	"rialto/functions/inventory"
)

// Spread implements inventory.Store.
func (s Store) Spread(ctx context.Context, stock []inventory.Stock, perSecond *int64) (inventory.Spread, error) {
	var centres []inventory.Spread
	for _, x := range stock {
		one, err := s.spread(ctx, x, perSecond)
		if err != nil {
			return inventory.Spread{}, asFault("spread", err)
		}
		centres = append(centres, one)
	}
	return inventory.Together(centres), nil
}

// spread lays out a sku's shards in a centre, if it is told for what, and tells what they are laid out for.
func (s Store) spread(ctx context.Context, x inventory.Stock, perSecond *int64) (inventory.Spread, error) {
	env, c := s.env(), counter(x.SKU, x.Centre)
	v, err := env.ReadSnapshot(ctx, c)
	if err != nil {
		return inventory.Spread{}, err
	}
	if perSecond != nil {
		if v, err = env.Lay(ctx, c, env.Policy.Width(*perSecond, shards.Widest)); err != nil {
			return inventory.Spread{}, err
		}
	}
	laid := env.Policy.Bears(max(min(v.Layout.Least, v.Layout.Width()), 1))
	if perSecond != nil && env.Policy.Width(laid, shards.Widest) == env.Policy.Width(*perSecond, shards.Widest) {
		laid = *perSecond // it is as wide as that takes
	}
	free := int(min(max(v.Free(), 1), shards.Widest))
	return inventory.Spread{Laid: laid, Most: env.Policy.Bears(free)}, nil
}
