package inventorystore

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: a centre that is left out; units that are lost; a layout that is told wider than it is.
func TestASKUIsLaidOutAhead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 1_000}, pick{shoe, "c2", 5}, pick{sock, "c1", 9})
		svc := &inventory.Service{Store: s}
		spread := func(perSecond *int64) inventory.Spread {
			t.Helper()
			got, err := svc.Spread(ctx, inventory.SpreadInput{ProductID: shoe.ProductID, SellerID: shoe.SellerID, PerSecond: perSecond})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if d := cmp.Diff(inventory.Spread{Laid: 10, Most: 1020}, spread(nil)); d != "" {
			t.Error(d)
		}
		for range 2 { // 29 shards for 300 a second, and one for each of five units
			if d := cmp.Diff(inventory.Spread{Laid: 300, Most: 1020}, spread(new(int64(300)))); d != "" {
				t.Error(d)
			}
		}
		if d := cmp.Diff(inventory.Spread{Laid: 302, Most: 1020}, spread(nil)); d != "" { // what they bear
			t.Error(d)
		}
		for centre, wide := range map[string]int{"c1": 29, "c2": 5} {
			if c, err := s.Count(ctx, shoe, centre); err != nil || c.Layout.Width() != wide {
				t.Error(centre, c.Layout, err)
			}
		}
		if left := balanced(t, s, nil, shoe, sock); left["shoe c1"] != 1_000 || left["shoe c2"] != 5 || left["sock c1"] != 9 {
			t.Error(left)
		}
		if err := s.Place(ctx, "o1", planOf(pick{shoe, "c1", 40}), later); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(inventory.Spread{Laid: 10, Most: 1020}, spread(new(int64(10)))); d != "" {
			t.Error(d)
		}
		_, err := svc.Spread(ctx, inventory.SpreadInput{ProductID: "none", SellerID: "none"})
		mustCode(t, err, "stock_not_found")
		_, err = svc.Spread(ctx, inventory.SpreadInput{ProductID: shoe.ProductID, SellerID: shoe.SellerID, PerSecond: new(int64(-1))})
		mustCode(t, err, "spread_invalid")
	})
}
