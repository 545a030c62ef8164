package catalogstore

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
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
