package offersstore

import (
	"context"

	"rialto/functions/internal/store"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// BuyBoxesOf returns the buy boxes of a product that were ever decided, by marketplace, empty ones too, each read
// consistently, in one call.
func (s *Store) BuyBoxesOf(ctx context.Context, product string) (map[string]offers.BuyBox, error) {
	var gets []store.Get
	for _, m := range marketplaces.All() {
		gets = append(gets, store.Get{Table: table, Key: keyOfBuyBox(product, m.Code)})
	}
	return s.buyBoxes(ctx, gets, func(w offers.BuyBox) string { return w.Marketplace })
}
