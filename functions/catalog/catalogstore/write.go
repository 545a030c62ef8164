package catalogstore

import (
	"context"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

// Save writes a product over the one of version previous, 0 for none. It fails with product_changed if
// another stands there.
func (s *Store) Save(ctx context.Context, p catalog.Product, previous int64) error {
	_, err := s.DB.Apply(ctx, put(p, previous))
	if _, failed := store.FailedCondition(err); failed {
		return catalog.ErrChanged
	}
	return refusal("save product", err)
}

// put is the write of a product over the one of version previous, 0 for none.
func put(p catalog.Product, previous int64) store.Write {
	return over(store.Put(table, store.Key{PK: p.ID}, ranked{record(p), rankOf(p.ID)}).Named("product"), "version", previous)
}

// over is a write that only an item with that number in attr, or for 0 no item, admits.
func over(w store.Write, attr string, previous int64) store.Write {
	if previous == 0 {
		return w.If(store.Absent())
	}
	return w.If(store.Eq(attr, previous))
}

// refusal makes a fault of what may pass later.
func refusal(what string, err error) error { return store.Explained(what, err, errBusy) }

var errBusy = fault.New(fault.Throttled, "catalog_throttled", "the catalog is too busy just now")
