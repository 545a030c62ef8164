package catalogstore

import (
	"context"
	"fmt"
)

// Known tells which of ids are products.
func (s *Store) Known(ctx context.Context, ids ...string) (map[string]bool, error) {
	items, err := s.many(ctx, "", ids)
	if err != nil {
		return nil, fmt.Errorf("get products: %w", err)
	}
	out := make(map[string]bool, len(items))
	for _, i := range items {
		p, err := productOf(i)
		if err != nil {
			return nil, err
		}
		out[p.ID] = true
	}
	return out, nil
}
