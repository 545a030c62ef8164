package inventorystore

import (
	"context"
	"testing"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// sees fails unless a seller sees so many units of a sku in a centre: available, held, committed.
func sees(t *testing.T, s Store, after string, want ...int64) {
	t.Helper()
	of, err := s.OfSKU(ctx, shoe)
	if err != nil || len(of) != 1 {
		t.Fatal(after, of, err)
	}
	listed, _, err := s.OfSeller(ctx, shoe.SellerID, "", 10)
	if err != nil || len(listed) != 1 || listed[0] != of[0] {
		t.Fatal(after, listed, of, err)
	}
	if got := of[0]; got.Available != want[0] || got.Held() != want[1] || got.Committed != want[2] {
		t.Errorf("%s: available, held, committed are %d, %d, %d, want %d", after, got.Available, got.Held(), got.Committed, want)
	}
}

// Seen to catch: what is committed counted twice, or by an order that is not placed; units that leave, or come free, and stay counted.
func TestASellerSeesWhatIsHeldAndWhatIsCommitted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 10})
		planned := func(n int64) inventory.Plan { return planOf(pick{shoe, "c1", n}) }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		sees(t, s, "at first", 10, 0, 0)
		must(s.Place(ctx, "o1", planned(3), later))
		must(s.Place(ctx, "o2", planned(2), later))
		must(s.CountCommitted(ctx, "o1")) // nothing is sold yet
		sees(t, s, "held", 5, 5, 0)
		must(commit(s, "o1", planned(3), now))
		sees(t, s, "sold, and not told", 5, 5, 0)
		for range 2 {
			must(s.CountCommitted(ctx, "o1"))
			sees(t, s, "sold", 5, 2, 3)
		}
		must(s.Cut(ctx, "o1", []inventory.Cut{{Line: shoe.String(), Centre: "c1", Cancelled: 1, Kept: 2}}, now))
		sees(t, s, "one cancelled", 6, 2, 2)
		for range 2 {
			must(s.Ship(ctx, "o1", planned(2).Lines, now, now))
			must(s.CountCommitted(ctx, "o1"))
			sees(t, s, "gone", 6, 2, 0)
		}
		must(commit(s, "o2", planned(2), now))
		must(s.CountCommitted(ctx, "o2"))
		sees(t, s, "the other sold", 6, 0, 2)
		must(s.Restock(ctx, "o2", planned(2).Lines, now))
		must(s.CountCommitted(ctx, "o2"))
		sees(t, s, "the other cancelled", 8, 0, 0)
	})
}

// The word of an order may come after its units have left, or in the moment in which they do. Seen to catch: units that are counted by
// the word and never taken out, as who shipped them had read the hold before.
func TestUnitsThatLeaveAsTheyAreCountedAreNotCounted(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := stocked(t, db, pick{shoe, "c1", 10})
	plan := planOf(pick{shoe, "c1", 4})
	if err := s.Place(ctx, "o1", plan, later); err != nil {
		t.Fatal(err)
	}
	if err := commit(s, "o1", plan, now); err != nil {
		t.Fatal(err)
	}
	db.Before = beforeTransact(func() error { return s.CountCommitted(ctx, "o1") })
	if err := s.Ship(ctx, "o1", plan.Lines, now, now); err != nil {
		t.Fatal(err)
	}
	sees(t, s, "shipped", 6, 0, 0)
}

// beforeTransact has something done before the next transaction, once.
func beforeTransact(do func() error) func(context.Context, string, []store.Write) error {
	done := false
	return func(_ context.Context, op string, _ []store.Write) error {
		if done || op != "Transact" {
			return nil
		}
		done = true
		return do()
	}
}
