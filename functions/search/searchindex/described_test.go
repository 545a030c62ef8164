package searchindex

import (
	"testing"

	"rialto/functions/search"
)

// Seen to catch: tombstones described.
func TestDescribed(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	if found, err := x.Described(t.Context(), us, "prd_1"); len(found) != 0 || err != nil {
		t.Error("without an index", found, err)
	}
	put(t, x, us, search.Document{ProductID: "prd_1", Brand: "B", CategoryID: "boots", Price: 5, Rating: 450, ReviewCount: 3, InStock: true},
		search.Document{ProductID: "prd_2", Deleted: true}, search.Document{ProductID: "prd_3"})
	found, err := x.Described(t.Context(), us, "prd_1", "prd_2", "prd_9")
	d := found["prd_1"]
	if err != nil || len(found) != 1 ||
		d.Brand != "B" || d.CategoryID != "boots" || d.Price != 5 || d.Rating != 450 || d.ReviewCount != 3 || !d.InStock {
		t.Error(found, err)
	}
	if found, err := x.Described(t.Context(), us); len(found) != 0 || err != nil {
		t.Error(found, err)
	}
}
