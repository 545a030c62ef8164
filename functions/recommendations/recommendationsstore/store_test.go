package recommendationsstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/recommendations"
	"rialto/functions/recommendations/recommendationsstore"
)

func TestWhatIsLoadedIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := t.Context(), recommendationsstore.Store{DB: db, Now: time.Now}
		if v, err := s.Serving(ctx); v != "" || err != nil {
			t.Error(v, err)
		}
		near := []recommendations.Neighbours{
			{ProductID: "prd_1", Kind: recommendations.Together, Items: []recommendations.Scored{{ProductID: "prd_2", Score: 0.1}}},
			{ProductID: "prd_1", Kind: recommendations.Viewed, Items: []recommendations.Scored{{ProductID: "prd_3", Score: 0.2}}},
		}
		popular := []recommendations.Popular{{Marketplace: "US", Kind: recommendations.Recent, Items: near[0].Items}}
		who := recommendations.Customer{Subject: "5ab1ec7", Vector: &recommendations.Vector{0.5, 3: -1},
			Bought: []recommendations.Purchase{{ProductID: "prd_1", Day: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)}}}
		for range 2 { // again changes nothing
			for _, err := range []error{s.PutNeighbours(ctx, "v1", near), s.PutPopular(ctx, "v1", popular),
				s.PutCustomers(ctx, "v1", []recommendations.Customer{who}), s.Serve(ctx, "v1")} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		found, err := s.Neighbours(ctx, "v1", []string{"prd_1", "prd_9"})
		want := map[string]map[recommendations.Kind][]recommendations.Scored{
			"prd_1": {recommendations.Together: near[0].Items, recommendations.Viewed: near[1].Items}}
		if diff := cmp.Diff(want, found); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if list, err := s.Popular(ctx, "v1", "US", "", recommendations.Recent); err != nil || cmp.Diff(near[0].Items, list) != "" {
			t.Error(list, err)
		}
		if list, err := s.Popular(ctx, "v2", "US", "", recommendations.Recent); err != nil || list != nil {
			t.Error("of another version", list, err)
		}
		if c, err := s.Customer(ctx, "v1", "5ab1ec7"); err != nil || cmp.Diff(who, c) != "" {
			t.Error(c, err)
		}
		if v, err := s.Serving(ctx); v != "v1" || err != nil {
			t.Error(v, err)
		}
	})
}
