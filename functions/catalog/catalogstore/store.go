// Package catalogstore keeps products and categories in the table products. Keys:
//
//	prd_…           a product; in the index under its category, by rank
//	category#<id>   a category; in the index under "categories", by its id
//	variant#<parent>#<values>   a variant's place among its parent's (variants.go)
package catalogstore

import (
	"context"
	"errors"
	"fmt"

	"rialto/functions/catalog"
	"rialto/functions/internal/store"
)

const (
	table = "products"
	index = "by_category"
)

// Store is the only code that knows the keys of products.
type Store struct{ DB store.DB }

// Get returns a product, or product_not_found.
func (s *Store) Get(ctx context.Context, id string) (catalog.Product, error) {
	i, err := s.DB.Get(ctx, table, store.Key{PK: id})
	if err != nil {
		return catalog.Product{}, fmt.Errorf("get product: %w", err)
	}
	if i == nil {
		return catalog.Product{}, catalog.ErrProductNotFound
	}
	return productOf(i)
}

// Exists tells whether there is a product of that id that is shown.
func (s *Store) Exists(ctx context.Context, id string) (bool, error) {
	p, err := s.Get(ctx, id)
	if errors.Is(err, catalog.ErrProductNotFound) {
		return false, nil
	}
	return err == nil && p.Withheld == "", err
}

// GetMany returns the products there are of ids, by id, each read consistently.
func (s *Store) GetMany(ctx context.Context, ids ...string) (map[string]catalog.Product, error) {
	items, err := s.many(ctx, "", ids)
	if err != nil {
		return nil, fmt.Errorf("get products: %w", err)
	}
	out := make(map[string]catalog.Product, len(items))
	for _, i := range items {
		p, err := productOf(i)
		if err != nil {
			return nil, err
		}
		out[p.ID] = p
	}
	return out, nil
}

// FirstImages returns the image that each product shows first, by product; those without one are left out.
func (s *Store) FirstImages(ctx context.Context, ids ...string) (map[string]string, error) {
	found, err := s.GetMany(ctx, ids...)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for id, p := range found {
		if len(p.Images) > 0 {
			out[id] = p.Images[0]
		}
	}
	return out, nil
}

// many reads the items there are whose keys are prefix + id.
func (s *Store) many(ctx context.Context, prefix string, ids []string) ([]store.Item, error) {
	gets := make([]store.Get, len(ids))
	for n, id := range ids {
		gets[n] = store.Get{Table: table, Key: store.Key{PK: prefix + id}}
	}
	return store.Existing(ctx, s.DB, gets)
}
