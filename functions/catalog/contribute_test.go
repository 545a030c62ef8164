package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
)

// Seen to catch: a page taken over by a seller who does not own it; a row that is a change each time that it comes.
func TestSellersContribute(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), memory.New()
	table := &catalogstore.Store{DB: db}
	s := &catalog.ListingService{Products: table, Categories: table, Contributions: table, Now: func() time.Time { return noon }}
	run(t, newImporter(db), catalog.Batch{Products: raw(t, boots(1))}) // Rialto's own, and the categories
	me, other := ids.Derive(ids.Seller, "me"), ids.Derive(ids.Seller, "other")
	mine := catalog.Row{Title: "Fell boots", Brand: "Daybird", GTIN: "4006381333931", CategoryID: "outdoor-footwear",
		Attributes: map[string]string{"size": "41"}}
	lost, nameless, rialtos, gone := mine, mine, mine, mine
	lost.CategoryID, lost.GTIN = "nowhere", "96385074"
	nameless.GTIN = ""
	rialtos.ProductID, rialtos.GTIN, rialtos.Model = boots(1).ID, "", "x"
	gone.ProductID = ids.Derive(ids.Product, "gone")
	r, err := s.Contribute(ctx, me, raw(t, mine, lost, nameless, rialtos, gone, mine, `7`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "invalid_product", "invalid_product", "", "product_not_found", "duplicate_row", "malformed_row"}
	if d := cmp.Diff(want, codes(r)); d != "" || r.Written != 2 {
		t.Fatal(d, r)
	}
	found, err := catalog.ProductsByGTIN(ctx, s.Contributions, "4006381333931", "04006381333931", "96385074", "x")
	id := found["4006381333931"]
	if err != nil || id == "" || found["04006381333931"] != id || len(found) != 2 {
		t.Fatal(found, err)
	}
	p, err := s.Products.Get(ctx, id)
	if err != nil || p.OwnerID != me || p.Title != "Fell boots" || cmp.Diff([]string{"outdoor", "outdoor-footwear"}, p.CategoryPath) != "" {
		t.Error(p, err)
	}
	if p, err := s.Products.Get(ctx, boots(1).ID); err != nil || p.Title != boots(1).Title {
		t.Error("another's page was changed", p, err)
	}
	if r, err := s.Contribute(ctx, me, raw(t, mine, rialtos)); err != nil || r.Unchanged != 2 {
		t.Error(r, err)
	}
	mine.Title = "Better boots"
	if r, err := s.Contribute(ctx, other, raw(t, mine)); err != nil || r.Written != 1 {
		t.Error(r, err)
	}
	if p, err := s.Products.Get(ctx, id); err != nil || p.Title != "Fell boots" {
		t.Error("another's page was changed", p, err)
	}
	if r, err := s.Contribute(ctx, me, raw(t, mine)); err != nil || r.Written != 1 {
		t.Error(r, err)
	}
	if p, err := s.Products.Get(ctx, id); err != nil || p.Title != "Better boots" {
		t.Error(p, err)
	}
}
