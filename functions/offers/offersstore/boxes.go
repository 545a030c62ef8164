package offersstore

import (
	"context"
	"fmt"

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
	items, err := s.many(ctx, gets)
	if err != nil {
		return nil, fmt.Errorf("get winners: %w", err)
	}
	out := make(map[string]offers.Winner, len(items))
	for _, i := range items {
		w, err := decodeWinner(i)
		if err != nil {
			return nil, err
		}
		out[w.Marketplace] = w
	}
	return out, nil
}
