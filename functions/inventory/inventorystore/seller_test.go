package inventorystore

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: another seller's units in the list; a page that repeats or skips; the first shard of divided stock told for
// all of it; a movement, a hold or a change that is listed as stock.
func TestASellersUnits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		clock := func() time.Time { return now }
		s := New(shards.New(db, clock, func() float64 { return 0.5 }))
		hot := inventory.SKU{ProductID: "prd_hot", SellerID: "sel_a"}
		receive := func(n int, sku inventory.SKU, centre string, units int64) {
			t.Helper()
			if _, err := s.Receive(ctx, inventory.Receipt{ID: fmt.Sprint("r", n), SKU: sku, Centre: centre, Quantity: units}); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string][2]int64{}
		for n := range 5 {
			sku := inventory.SKU{ProductID: fmt.Sprint("prd_", n), SellerID: "sel_a"}
			for k, centre := range []string{"us-east-1", "us-west-2"}[:1+n%2] {
				receive(10*n+k, sku, centre, int64(10+n))
				want[sku.String()+" "+centre] = [2]int64{int64(10 + n), 0}
			}
		}
		receive(100, hot, "us-east-1", 90)
		receive(101, inventory.SKU{ProductID: "prd_0", SellerID: "sel_b"}, "us-east-1", 7)
		if _, err := s.Grow(ctx, hot, "us-east-1", 2); err != nil {
			t.Fatal(err)
		}
		plan := inventory.Plan{Lines: []inventory.PlannedLine{{Line: "l", ProductID: "prd_hot", SellerID: "sel_a",
			Picks: []inventory.Pick{{Centre: "us-east-1", Quantity: 4}}}}}
		if err := s.Place(ctx, "ord_1", plan, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		want[hot.String()+" us-east-1"] = [2]int64{86, 4}
		for _, limit := range []int{1, 3, 100} {
			got, after := map[string][2]int64{}, ""
			for range 20 {
				list, next, err := s.OfSeller(ctx, "sel_a", after, limit)
				if err != nil || len(list) > limit {
					t.Fatal(len(list), err)
				}
				for _, x := range list {
					at := x.SKU.String() + " " + x.Centre
					if _, twice := got[at]; twice {
						t.Error("listed twice:", at)
					}
					got[at] = [2]int64{x.Available, x.Out}
				}
				if after = next; after == "" {
					break
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%d a page: %s", limit, d)
			}
		}
		lookedAtAlone(t, s, hot)
	})
}

// lookedAtAlone looks at a sku of 90 units, of which 4 are held, and at one that never was; and goes on where no page ends.
func lookedAtAlone(t *testing.T, s Store, hot inventory.SKU) {
	t.Helper()
	if list, err := s.OfSKU(ctx, hot); err != nil || len(list) != 1 || list[0].Available != 86 || list[0].Out != 4 || list[0].OnHand() != 90 {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := s.OfSKU(ctx, inventory.SKU{ProductID: "prd_none", SellerID: "sel_a"}); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	for _, after := range []string{"x", "prd_0#sel_b@us-east-1", "prd_0#sel_a@"} {
		if _, _, err := s.OfSeller(ctx, "sel_a", after, 5); fault.Code(err) != "invalid_cursor" {
			t.Error(after, err)
		}
	}
}
