package catalogstore

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// A page and its place among variants are written together. Seen to catch: two variants of the same values; a place that is left and
// stays taken; one that keeps its place refused by itself; a page of the list that begins with the last of the one before.
func TestVariantsHaveTheirPlaces(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		parent := product(9, "boots").ID
		changes := map[int]int64{}
		save := func(n int, leaves, joins *catalog.Variant) error {
			page := product(n, "boots")
			page.Version = changes[n] + 1
			err := s.Contribute(ctx, catalog.Edit{Contribution: contribution(n, "a", page.Version), Change: changes[n], Page: &page, Before: changes[n],
				Leaves: leaves, Joins: joins})
			if err == nil {
				changes[n]++
			}
			return err
		}
		place := func(n int, size string) *catalog.Variant {
			return &catalog.Variant{ParentID: parent, ProductID: product(n, "").ID, Options: []catalog.Option{{Name: "Size", Value: size}}}
		}
		for n, size := range map[int]string{1: "S", 2: "M", 3: "L"} {
			if err := save(n, nil, place(n, size)); err != nil {
				t.Fatal(err)
			}
		}
		if err := save(4, nil, place(4, "s")); !errors.Is(err, catalog.ErrChanged) {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, product(4, "").ID); !errors.Is(err, catalog.ErrProductNotFound) {
			t.Error("a page without its place:", err)
		}
		if err := errors.Join(save(1, place(1, "S"), place(1, "XS")), save(2, place(2, "M"), place(2, "m")), save(4, nil, place(4, "S")),
			save(3, place(3, "L"), nil)); err != nil {
			t.Fatal(err)
		}
		var got []catalog.Variant
		for after := ""; ; {
			list, next, err := s.Variants(ctx, parent, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, list...)
			if after = next; next == "" {
				break
			}
		}
		if d := cmp.Diff([]catalog.Variant{*place(2, "m"), *place(4, "S"), *place(1, "XS")}, got); d != "" {
			t.Error(d)
		}
		if id, err := s.VariantLike(ctx, *place(0, "xs")); err != nil || id != product(1, "").ID {
			t.Error(id, err)
		}
		if id, err := s.VariantLike(ctx, *place(0, "L")); err != nil || id != "" {
			t.Error(id, err)
		}
	})
}
