package inventorystore

import (
	"context"

	"rialto/functions/internal/shards"
	"rialto/functions/inventory"
)

// Count is a sku's units in one centre as of one instant, shard by shard: all that there ever were, so that their
// ledgers add up.
type Count struct {
	Layout shards.Layout
	Shards []inventory.Stock
}

// Available is how many units are free in all.
func (c Count) Available() (n int64) {
	for _, s := range c.Shards {
		n += s.Available
	}
	return n
}

// Count reads all shards of a sku in a centre in one transactional read. Where nothing was ever received, it finds
// nothing.
func (s Store) Count(ctx context.Context, sku inventory.SKU, centre string) (Count, error) {
	l, items, err := s.env().ReadAll(ctx, counter(sku, centre))
	if err != nil {
		return Count{}, asFault("count stock", err)
	}
	out := Count{Layout: l}
	for _, i := range items {
		if i == nil {
			continue
		}
		x, err := readStock(i)
		if err != nil {
			return Count{}, err
		}
		out.Shards = append(out.Shards, x)
	}
	return out, nil
}

// Grow divides a sku's stock in a centre into n more shards, which share in what the richest has. Errors:
// shards_too_many, shard_short if there is no stock, transient ones when others change the same.
func (s Store) Grow(ctx context.Context, sku inventory.SKU, centre string, n int) (shards.Layout, error) {
	c := counter(sku, centre)
	v, err := s.env().ReadSnapshot(ctx, c)
	if err != nil {
		return shards.Whole, asFault("grow", err)
	}
	richest := v.Shards[0]
	for _, x := range v.Shards {
		if x.Available > richest.Available {
			richest = x
		}
	}
	l, err := s.env().Grow(ctx, c, n, richest.K)
	return l, asFault("grow", err)
}

// Shrink retires the n oldest active shards. Errors: shards_last, transient ones.
func (s Store) Shrink(ctx context.Context, sku inventory.SKU, centre string, n int) (shards.Layout, error) {
	l, err := s.env().Shrink(ctx, counter(sku, centre), n)
	return l, asFault("shrink", err)
}

// Transfer moves free units from one shard to a younger one. Errors: shard_younger, shard_short, transient ones.
func (s Store) Transfer(ctx context.Context, sku inventory.SKU, centre string, from, to int, quantity int64) error {
	return asFault("transfer", s.env().Transfer(ctx, counter(sku, centre), shards.Transfer{From: from, To: to, Quantity: quantity}))
}

// Close closes the oldest shard, once it is retired and drained. Errors: shard_in_use, transient ones.
func (s Store) Close(ctx context.Context, sku inventory.SKU, centre string) (shards.Layout, error) {
	l, err := s.env().Close(ctx, counter(sku, centre))
	return l, asFault("close", err)
}

// Rebalance renews the hint of how many units a sku has in a centre, and takes the next step towards the layout that the
// traffic since the last look needs: closing, draining or retiring a shard. Draws do so by themselves about once a
// second; an operator, or a schedule, may at any time.
func (s Store) Rebalance(ctx context.Context, sku inventory.SKU, centre string) error {
	if err := s.env().Rebalance(ctx, counter(sku, centre)); !shards.Declined(err) {
		return asFault("rebalance", err)
	}
	return nil
}
