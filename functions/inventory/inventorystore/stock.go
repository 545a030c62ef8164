package inventorystore

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// atOnce bounds how many skus are read together.
const atOnce = 16

// Stock reads the skus' units in all centres, each sku consistently. A sku that nobody ever received has none.
// The answer is in the order of the skus, then of the centres.
func (s Store) Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error) {
	found := make([][]inventory.Stock, len(skus))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, sku := range skus {
		g.Go(func() (err error) { found[i], err = s.stock(ctx, sku); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

func (s Store) stock(ctx context.Context, sku inventory.SKU) ([]inventory.Stock, error) {
	q := store.Query{Table: inventoryTable, Hash: sku.String()}
	var out []inventory.Stock
	for {
		p, err := s.DB.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("stock: %w", err)
		}
		for _, i := range p.Items {
			x, err := readStock(i)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		if q.After = p.Next; p.Next == nil {
			return out, nil
		}
	}
}
