package offersstore

import (
	"context"

	"rialto/functions/internal/store"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// Boxes returns the buy boxes of a product that were ever decided, by marketplace, empty ones too, each read
// consistently, in one call.
func (s *Store) Boxes(ctx context.Context, product string) (map[string]offers.Winner, error) {
	var gets []store.Get
	for _, m := range marketplaces.All() {
		gets = append(gets, store.Get{Table: table, Key: winnerOf(product, m.Code)})
	}
	return s.winners(ctx, gets, func(w offers.Winner) string { return w.Marketplace })
}
