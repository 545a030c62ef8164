package catalogstore

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: a box written over a newer one; the box of another marketplace.
func TestBuyBoxes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		box := func(n, marketplace string, version int64) catalog.BuyBox {
			return catalog.BuyBox{ProductID: ids.Derive(ids.Product, n), Marketplace: marketplace, OfferID: "off_a", SellerID: "sel_a", SellerName: "A",
				Price:  money.Of(version, "USD"),
				Landed: money.Of(version+99, "USD"), InStock: true, OfferCount: 2, Version: version}
		}
		us, de, other := box("a", "US", 5), box("a", "DE", 1), box("b", "US", 1)
		for _, b := range []catalog.BuyBox{box("a", "US", 3), us, box("a", "US", 5), box("a", "US", 4), de, other} {
			if err := s.SaveBuyBox(ctx, b); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []catalog.BuyBox{us, de} {
			got, err := s.BuyBox(ctx, want.ProductID, want.Marketplace)
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Error(err, d)
			}
		}
		if got, err := s.BuyBox(ctx, us.ProductID, "GB"); err != nil || !got.Empty() || got.Version != 0 {
			t.Error(got, err)
		}
		got, err := s.BuyBoxes(ctx, "US", us.ProductID, other.ProductID, ids.Derive(ids.Product, "none"))
		if d := cmp.Diff(map[string]catalog.BuyBox{us.ProductID: us, other.ProductID: other}, got); err != nil || d != "" {
			t.Error(err, d)
		}
		gone := catalog.BuyBox{ProductID: us.ProductID, Marketplace: "US", Version: 6}
		if err := s.SaveBuyBox(ctx, gone); err != nil {
			t.Fatal(err)
		}
		if got, err := s.BuyBox(ctx, us.ProductID, "US"); err != nil || !got.Empty() || got.Version != 6 {
			t.Error(got, err)
		}
	})
}
