package searchindex

import (
	"context"
	"fmt"
	"net/http"

	"rialto/functions/marketplaces"
)

// Drop deletes all of a marketplace's indexes, whatever searches then find. It is for tests and scratch indexes.
func (x *Index) Drop(ctx context.Context, m marketplaces.Marketplace) error {
	list, err := x.indexes(ctx, m)
	if err != nil {
		return err
	}
	for _, i := range list {
		if err := x.call(ctx, writing, http.MethodDelete, "/"+i.name, nil, nil); err != nil {
			return fmt.Errorf("drop index: %w", err)
		}
	}
	return nil
}

// Live is the name that a marketplace's index is reached by.
func (x *Index) Live(m marketplaces.Marketplace) string { return x.alias(m) }
