package catalog

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

var (
	errNotOwner = fault.New(fault.Forbidden, "not_owner", "another owns the page of this product: offer it instead of describing it")
	errCategory = fault.New(fault.Invalid, "unknown_category", "there is no such category")
)

// Contribute writes a seller's products, row by row. A product that is new becomes the seller's; one that stands must
// be. Its category must be registered, and says what its path is: sellers make no categories. Errors: as Import.
func (s *Service) Contribute(ctx context.Context, sellerID string, batch []json.RawMessage) (rows.Report, error) {
	list, err := rows.Read(batch, "product", func(p *Product) (string, error) {
		p.OwnerID, p.CategoryPath = sellerID, []string{p.CategoryID}
		return p.ID, p.Validate()
	})
	if err != nil {
		return rows.Report{}, err
	}
	if err := s.place(ctx, list); err != nil {
		return rows.Report{}, err
	}
	var ids []string
	for _, r := range list {
		if r.Err == nil {
			ids = append(ids, r.ID)
		}
	}
	current, err := s.Shelf.GetMany(ctx, ids...)
	if err != nil {
		return rows.Report{}, err
	}
	return rows.Do(ctx, list, rows.ByID, func(ctx context.Context, p Product) (bool, error) {
		if stands := current[p.ID]; stands.Version > 0 && stands.OwnerID != sellerID {
			return false, errNotOwner
		}
		return s.save(ctx, p, current[p.ID])
	}), nil
}

// place gives good rows the path of their category, and refuses those whose category is not there.
func (s *Service) place(ctx context.Context, list []rows.Row[Product]) error {
	known, wanted := map[string]Category{}, map[string]bool{}
	for _, r := range list {
		if r.Err == nil {
			wanted[r.Value.CategoryID] = true
		}
	}
	for depth := 0; len(wanted) > 0 && depth < MaxDepth; depth++ {
		found, err := s.Shelf.Registered(ctx, slices.Sorted(maps.Keys(wanted))...)
		if err != nil {
			return err
		}
		wanted = map[string]bool{}
		for id, c := range found {
			known[id] = c
			if _, there := known[c.Parent]; c.Parent != "" && !there {
				wanted[c.Parent] = true
			}
		}
	}
	for i := range list {
		r := &list[i]
		if r.Err != nil {
			continue
		}
		path := pathOf(r.Value.CategoryID, known)
		if path == nil {
			r.Err = errCategory
			continue
		}
		r.Value.CategoryPath = path
	}
	return nil
}

// pathOf is the way to a category, root first; nil if a part of it is not there.
func pathOf(id string, known map[string]Category) []string {
	var path []string
	for ; id != ""; id = known[id].Parent {
		if _, there := known[id]; !there || len(path) == MaxDepth {
			return nil
		}
		path = append(path, id)
	}
	slices.Reverse(path)
	return path
}
