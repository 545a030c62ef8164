package catalogstore

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

func TestACensusListsEveryProductOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		var want, got []string
		for n := range 23 {
			p := product(n, "boots")
			want = append(want, p.ID)
			if err := s.Save(ctx, p, 0); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Register(ctx, catalog.Category{ID: "boots", Name: "Boots"}); err != nil {
			t.Fatal(err)
		}
		for part := range 2 {
			for after := ""; ; {
				list, next, err := ProductScan{db.(store.Scanner)}.Products(ctx, part, 2, after, 5)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, list...)
				if after = next; next == "" {
					break
				}
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

// Whole products and all buy boxes come once, whatever part they are in.
func TestAScanReadsWholeProductsAndAllBuyBoxes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s, scanner := context.Background(), &Store{DB: db}, db.(store.Scanner)
		products, boxes := map[string]catalog.Product{}, map[string]catalog.BuyBox{}
		for n := range 9 {
			p := product(n, "boots")
			if err := s.Save(ctx, p, 0); err != nil {
				t.Fatal(err)
			}
			products[p.ID] = p
			for i, m := range []string{"US", "DE"} {
				b := catalog.BuyBox{ProductID: p.ID, Marketplace: m, OfferID: "off_a", Price: money.Of(int64(100+n), "USD"), InStock: i == 0, Version: 1}
				if err := s.SaveBuyBox(ctx, b); err != nil {
					t.Fatal(err)
				}
				boxes[p.ID+m] = b
			}
		}
		if _, err := s.Register(ctx, catalog.Category{ID: "boots", Name: "Boots"}); err != nil {
			t.Fatal(err)
		}
		gotProducts, gotBoxes := map[string]catalog.Product{}, map[string]catalog.BuyBox{}
		for part := range 3 {
			for _, p := range pages(t, func(after string) ([]catalog.Product, string, error) {
				return ProductScan{scanner}.Whole(ctx, part, 3, after)
			}) {
				gotProducts[p.ID] = p
			}
			for _, b := range pages(t, func(after string) ([]catalog.BuyBox, string, error) {
				return BuyBoxScan{scanner}.BuyBoxes(ctx, part, 3, after)
			}) {
				gotBoxes[b.ProductID+b.Marketplace] = b
			}
		}
		for id, p := range products {
			if g := gotProducts[id]; !g.Same(p) {
				t.Errorf("%+v, not %+v", g, p)
			}
		}
		if d := cmp.Diff(boxes, gotBoxes); d != "" || len(gotProducts) != 9 {
			t.Error(len(gotProducts), d)
		}
	})
}

// pages are the rows of all pages.
func pages[T any](t *testing.T, page func(after string) ([]T, string, error)) (all []T) {
	t.Helper()
	for after := ""; ; {
		list, next, err := page(after)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
		if after = next; next == "" {
			return all
		}
	}
}
