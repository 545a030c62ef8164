// Package searchstore keeps, in the table projections, how often a product was read for a marketplace's index.
// Key: <product_id>#<marketplace>.
package searchstore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

const table = "projections"

// Store is the only code that knows the keys of projections.
type Store struct{ DB store.DB }

// Next draws a number above all that were drawn before for the product in the marketplace, from 1. A number may
// be drawn and not used.
func (s *Store) Next(ctx context.Context, product, marketplace string) (int64, error) {
	i, err := s.DB.Apply(ctx, store.Update(table, store.Key{PK: product + "#" + marketplace}).Add("n", 1).Named("projection"))
	if err != nil {
		if r, ok := store.AsRefused(err); ok && r.Transient() {
			return 0, fault.New(fault.Throttled, "search_throttled", "the product changes too fast to be indexed").Because(err)
		}
		return 0, fmt.Errorf("draw number: %w", err)
	}
	n, ok := i["n"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("draw number: the projection has none")
	}
	return strconv.ParseInt(n.Value, 10, 64)
}
