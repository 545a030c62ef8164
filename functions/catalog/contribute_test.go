package catalog_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// Seen to catch: a page taken over from its owner; a category made by a seller; a path that is the row's own.
func TestSellersContribute(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), service(store.NewMemory())
	run(t, s, catalog.Batch{Products: raw(t, boots(1))}) // Rialto's own, and the categories
	me, other := ids.Derive(ids.Seller, "me"), ids.Derive(ids.Seller, "other")
	mine, lost, posing, flawed := boots(2), boots(3), boots(4), boots(5)
	mine.CategoryPath = []string{"somewhere", "else"}
	lost.CategoryID = "nowhere"
	posing.OwnerID = other
	flawed.Title = ""
	r, err := s.Contribute(ctx, me, raw(t, boots(1), mine, lost, posing, flawed, boots(2), `7`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"not_owner", "", "unknown_category", "", "invalid_product", "duplicate_row", "malformed_row"}
	if d := cmp.Diff(want, codes(r)); d != "" || r.Written != 2 {
		t.Fatal(d, r)
	}
	p, err := s.Products.Get(ctx, mine.ID)
	if err != nil || p.OwnerID != me || cmp.Diff([]string{"outdoor", "outdoor-footwear"}, p.CategoryPath) != "" {
		t.Error(p, err)
	}
	if p, err := s.Products.Get(ctx, posing.ID); err != nil || p.OwnerID != me {
		t.Error("a row says who owns it", p, err)
	}
	if r, err := s.Contribute(ctx, me, raw(t, mine)); err != nil || r.Unchanged != 1 {
		t.Error(r, err)
	}
	mine.Title = "Better boots"
	if r, err := s.Contribute(ctx, other, raw(t, mine)); err != nil || codes(r)[0] != "not_owner" {
		t.Error(r, err)
	}
	if r, err := s.Contribute(ctx, me, raw(t, mine)); err != nil || r.Written != 1 {
		t.Error(r, err)
	}
}
