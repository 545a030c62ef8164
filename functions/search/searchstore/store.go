// Package searchstore keeps, in the table projections, the last number that was drawn for a product in a marketplace's
// index. Key: <product_id>#<marketplace>.
package searchstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

const table = "projections"

// Store is the only code that knows the keys of projections.
type Store struct{ DB store.DB }

func keyOf(product, marketplace string) store.Key { return store.Key{PK: product + "#" + marketplace} }

// Next draws a number above all that were drawn before for the product in the marketplace, from 1. A number may
// be drawn and not used.
func (s *Store) Next(ctx context.Context, product, marketplace string) (int64, error) {
	i, err := s.DB.Apply(ctx, store.Update(table, keyOf(product, marketplace)).Add("n", 1).Named("projection"))
	if err != nil {
		if r, ok := store.AsRefused(err); ok && r.Transient() {
			return 0, fault.New(fault.Throttled, "search_throttled", "the product changes too fast to be indexed").Because(err)
		}
		return 0, fmt.Errorf("draw number: %w", err)
	}
	return number(i)
}

// Last returns the last numbers that were drawn for products in the marketplace, each read consistently. It has none of
// products that none was drawn for.
func (s *Store) Last(ctx context.Context, marketplace string, products ...string) (map[string]int64, error) {
	gets := make([]store.Get, len(products))
	for n, id := range products {
		gets[n] = store.Get{Table: table, Key: keyOf(id, marketplace)}
	}
	items, err := store.Existing(ctx, s.DB, gets)
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	out := make(map[string]int64, len(items))
	for _, i := range items {
		key, ok := i["pk"].(*types.AttributeValueMemberS)
		if !ok {
			return nil, fmt.Errorf("read numbers: a projection has no key")
		}
		id := strings.TrimSuffix(key.Value, "#"+marketplace)
		if out[id], err = number(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func number(i store.Item) (int64, error) {
	n, ok := i["n"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("read number: the projection has none")
	}
	return strconv.ParseInt(n.Value, 10, 64)
}
