package catalogstore

import (
	"context"
	"fmt"

	"rialto/functions/catalog"
	"rialto/functions/internal/store"
)

const (
	categoryPrefix = "category#"
	// categories is the index key under which categories are listed; '!' keeps it from being a slug.
	categories = "!categories"
	// maxCategories bounds the tree that one answer holds: some 100 bytes each, under the 6 MB of a function's
	// answer. A larger taxonomy is read by branch.
	maxCategories = 20_000
)

// category is a stored Category. The tree is few and rarely written items, so one index key lists them all; each
// is an item of its own, so that imports running side by side do not meet on one.
type category struct {
	ID     string `dynamodbav:"id"`
	Name   string `dynamodbav:"name"`
	Parent string `dynamodbav:"parent"`
	List   string `dynamodbav:"category_id"`
	Rank   string `dynamodbav:"rank"`
	// Attributes are the types of its products' attributes.
	Attributes map[string]string `dynamodbav:"attributes,omitempty"`
}

func categoryKey(id string) store.Key { return store.Key{PK: categoryPrefix + id} }

func categoryOf(i store.Item) (catalog.Category, error) {
	var c category
	if err := store.Unmarshal(i, &c); err != nil {
		return catalog.Category{}, fmt.Errorf("read category: %w", err)
	}
	return catalog.Category{ID: c.ID, Name: c.Name, Parent: c.Parent, Attributes: c.Attributes}, nil
}

// Category returns a category, or category_not_found.
func (s *Store) Category(ctx context.Context, id string) (catalog.Category, error) {
	i, err := s.DB.Get(ctx, table, categoryKey(id))
	if err != nil {
		return catalog.Category{}, fmt.Errorf("get category: %w", err)
	}
	if i == nil {
		return catalog.Category{}, catalog.ErrCategoryNotFound
	}
	return categoryOf(i)
}

// Categories lists all categories by id, as the index has them: a new one may take a moment.
func (s *Store) Categories(ctx context.Context) ([]catalog.Category, error) {
	q := store.Query{Table: table, Index: index, HashAttr: "category_id", Hash: categories, SortAttr: "rank"}
	var out []catalog.Category
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return nil, fmt.Errorf("list categories: %w", err)
		}
		if len(out) == maxCategories {
			return nil, fmt.Errorf("list categories: more than %d", maxCategories)
		}
		c, err := categoryOf(i)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Registered returns the categories there are of ids, by id, each read consistently.
func (s *Store) Registered(ctx context.Context, ids ...string) (map[string]catalog.Category, error) {
	items, err := s.many(ctx, categoryPrefix, ids)
	if err != nil {
		return nil, fmt.Errorf("get categories: %w", err)
	}
	out := make(map[string]catalog.Category, len(items))
	for _, i := range items {
		c, err := categoryOf(i)
		if err != nil {
			return nil, err
		}
		out[c.ID] = c
	}
	return out, nil
}

// Register makes a category unless there is one of that id, and returns the one that stands.
func (s *Store) Register(ctx context.Context, c catalog.Category) (catalog.Category, error) {
	w := store.Put(table, categoryKey(c.ID), category{c.ID, c.Name, c.Parent, categories, c.ID, c.Attributes}).If(store.Absent()).Named("category")
	_, err := s.DB.Apply(ctx, w)
	if found, failed := store.FailedCondition(err); failed {
		return categoryOf(found)
	}
	return c, refusal("register category", err)
}

// Rename gives a category another name and other attributes; a category that is not there stays so.
func (s *Store) Rename(ctx context.Context, id, name string, attributes map[string]string) error {
	w := store.Update(table, categoryKey(id)).Set("name", name)
	if len(attributes) > 0 {
		w = w.Set("attributes", attributes)
	}
	_, err := s.DB.Apply(ctx, w.If(store.Exists()).Named("category"))
	if _, failed := store.FailedCondition(err); failed {
		return nil
	}
	return refusal("rename category", err)
}
