package catalogstore

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

func contribution(n int, seller string, version int64) catalog.Contribution {
	p := product(n, "boots")
	return catalog.Contribution{ProductID: p.ID, SellerID: ids.Derive(ids.Seller, seller), Version: version, ListedAt: at, UpdatedAt: at,
		Content: catalog.Content{Title: seller, Brand: "b", Model: "m", GTIN: "96385074", Bullets: []string{"x"}, CategoryID: "boots",
			Attributes: map[string]string{"size": "4"}, Images: []string{"https://a.example/x"}}}
}

// An edit is made whole, or not at all: of each thing that it was made from, a change refuses it.
func TestAnEditIsAllOrNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		page := product(1, "boots")
		first := catalog.Edit{Contribution: contribution(1, "a", 1), Claims: []string{"gtin#1", "model#b#m"}, Page: &page}
		if err := s.Contribute(ctx, first); err != nil {
			t.Fatal(err)
		}
		next, other := product(1, "boots"), product(2, "boots")
		next.Version = 2
		for name, e := range map[string]catalog.Edit{
			"said meanwhile":    {Contribution: contribution(1, "b", 1), Change: 0},
			"page meanwhile":    {Contribution: contribution(1, "b", 1), Change: 1, Page: &next, Before: 2},
			"page of another":   {Contribution: contribution(1, "b", 1), Change: 1, Page: &page},
			"identity of other": {Contribution: contribution(2, "b", 1), Claims: []string{"gtin#2", "model#b#m"}, Page: &other},
		} {
			if err := s.Contribute(ctx, e); !errors.Is(err, catalog.ErrChanged) {
				t.Error(name, err)
			}
		}
		list, change, err := s.Said(ctx, page.ID)
		if d := cmp.Diff([]catalog.Contribution{first.Contribution}, list); err != nil || d != "" || change != 1 {
			t.Error(change, err, d)
		}
		claims, err := s.Claimed(ctx, "gtin#1", "gtin#2", "model#b#m")
		if d := cmp.Diff(map[string]string{"gtin#1": page.ID, "model#b#m": page.ID}, claims); err != nil || d != "" {
			t.Error(err, d)
		}
		if _, err := s.Get(ctx, other.ID); !errors.Is(err, catalog.ErrProductNotFound) {
			t.Error(err)
		}
		if err := s.Contribute(ctx, catalog.Edit{Contribution: contribution(1, "b", 1), Change: 1, Page: &next, Before: 1}); err != nil {
			t.Fatal(err)
		}
		if p, err := s.Get(ctx, page.ID); err != nil || p.Version != 2 {
			t.Error(p, err)
		}
		got, err := s.Contribution(ctx, page.ID, contribution(1, "b", 1).SellerID)
		if d := cmp.Diff(contribution(1, "b", 1), got); err != nil || d != "" {
			t.Error(err, d)
		}
		if _, err := s.Contribution(ctx, page.ID, "sel_none"); !errors.Is(err, catalog.ErrNotListed) {
			t.Error(err)
		}
	})
}

func TestASellersProductsArePaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		for n := range 7 {
			for i, seller := range []string{"a", "b"} {
				if err := s.Contribute(ctx, catalog.Edit{Contribution: contribution(n, seller, 1), Change: int64(i)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		seen := map[string]bool{}
		seller, after := contribution(1, "a", 1).SellerID, ""
		for {
			list, next, err := s.OfSeller(ctx, seller, after, 3)
			if err != nil || len(list) > 3 {
				t.Fatal(len(list), err)
			}
			for _, c := range list {
				if c.SellerID != seller || seen[c.ProductID] {
					t.Error(c)
				}
				seen[c.ProductID] = true
			}
			if after = next; next == "" {
				break
			}
		}
		if len(seen) != 7 {
			t.Error(len(seen))
		}
		if _, _, err := s.OfSeller(ctx, seller, "x", 3); fault.Code(err) != "invalid_cursor" {
			t.Error(err)
		}
	})
}
