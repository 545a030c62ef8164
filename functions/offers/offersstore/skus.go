package offersstore

import (
	"context"
	"fmt"

	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// ProductsOf returns the products that a seller offers in a marketplace under some skus (100 at most), by sku.
func (s *Store) ProductsOf(ctx context.Context, seller, marketplace string, skus ...string) (map[string]string, error) {
	gets := make([]store.Get, len(skus))
	for i, sku := range skus {
		gets[i] = store.Get{Table: table, Key: claimOf(offers.Key{SellerID: seller, Marketplace: marketplace}, sku)}
	}
	items, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, fmt.Errorf("get skus: %w", err)
	}
	out := map[string]string{}
	for i, item := range items {
		if item == nil {
			continue
		}
		var c claim
		if err := store.Unmarshal(item, &c); err != nil {
			return nil, fmt.Errorf("read sku: %w", err)
		}
		out[skus[i]] = c.ProductID
	}
	return out, nil
}
