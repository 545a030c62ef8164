package catalog

import (
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/rows"
)

// registerCategories makes the categories that the good rows name, and fails the rows that put one elsewhere than it
// stands. Of rows that disagree about a new category, the first is right.
func (i *Importer) registerCategories(ctx context.Context, list []rows.Row[Product], names map[string]CategoryName) error {
	wanted := map[string]bool{}
	for id := range names {
		wanted[id] = true
	}
	for _, r := range list {
		if r.Err == nil {
			for _, id := range r.Value.CategoryPath {
				wanted[id] = true
			}
		}
	}
	standing, err := i.Categories.Registered(ctx, slices.Sorted(maps.Keys(wanted))...)
	if err != nil {
		return err
	}
	fresh := plan(list, standing, names)
	if err := i.makeCategories(ctx, fresh, standing); err != nil {
		return err
	}
	for n := range list { // judged by what stands now: another import may have been faster, and of another mind
		if r := &list[n]; r.Err == nil && !agrees(r.Value.Categories(), standing) {
			r.Err = errMoved
		}
	}
	return i.renameCategories(ctx, standing, names)
}

// plan returns the categories that are to be made, parents first. A row that contradicts what stands, or a row
// before it, makes none.
func plan(list []rows.Row[Product], standing map[string]Category, names map[string]CategoryName) []Category {
	var fresh []Category
	expected := maps.Clone(standing)
	for _, r := range list {
		path := r.Value.Categories()
		if r.Err != nil || !agrees(path, expected) {
			continue
		}
		for _, c := range path {
			if _, there := expected[c.ID]; there {
				continue
			}
			if name, given := names[c.ID]; given {
				c.Name, c.Attributes = name.Name, name.Attributes
			}
			expected[c.ID] = c
			fresh = append(fresh, c)
		}
	}
	return fresh
}

// agrees tells whether a path contradicts no category that stands.
func agrees(path []Category, standing map[string]Category) bool {
	return !slices.ContainsFunc(path, func(c Category) bool {
		found, there := standing[c.ID]
		return there && found.Parent != c.Parent
	})
}

func (i *Importer) makeCategories(ctx context.Context, fresh []Category, standing map[string]Category) error {
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(making)
	for _, c := range fresh {
		g.Go(func() error {
			found, err := i.Categories.Register(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			standing[c.ID] = found
			return err
		})
	}
	return g.Wait()
}

func (i *Importer) renameCategories(ctx context.Context, standing map[string]Category, names map[string]CategoryName) error {
	for id, name := range names {
		c, there := standing[id]
		if there && (c.Name != name.Name || len(name.Attributes) > 0 && !maps.Equal(c.Attributes, name.Attributes)) {
			if err := i.Categories.Rename(ctx, id, name.Name, name.Attributes); err != nil {
				return err
			}
		}
	}
	return nil
}
