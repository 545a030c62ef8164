package searchindex

import (
	"context"
	"fmt"
	"net/http"

	"rialto/functions/marketplaces"
)

// Refresh makes what was written visible to searches. Errors: search_unavailable.
func (x *Index) Refresh(ctx context.Context, m marketplaces.Marketplace) error {
	if err := x.call(ctx, writing, http.MethodPost, "/"+x.alias(m)+"/_refresh", nil, nil); err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	return nil
}

// Drop deletes all of a marketplace's indexes, whatever searches then find. It is for tests and scratch indexes.
func (x *Index) Drop(ctx context.Context, m marketplaces.Marketplace) error {
	var there map[string]any
	if err := x.call(ctx, writing, http.MethodGet, "/"+x.alias(m)+"-*", nil, &there); err != nil {
		return fmt.Errorf("list indexes: %w", err)
	}
	for name := range there {
		if err := x.call(ctx, writing, http.MethodDelete, "/"+name, nil, nil); err != nil {
			return fmt.Errorf("drop index: %w", err)
		}
	}
	return nil
}
