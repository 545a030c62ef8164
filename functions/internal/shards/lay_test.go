package shards_test

import (
	"fmt"
	"testing"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// A counter that is laid out ahead is as wide as was asked for, stays so without traffic, loses no unit, and narrows again once it is left
// to its traffic. Seen to catch: a layout that the first sale of a quiet night halves; a second laying that doubles it; more shards than
// units.
func TestLay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		units       int64
		least, wide int
	}{
		"as asked":             {1_000, 30, 30},
		"few units":            {5, 30, 5},
		"more than there are":  {100_000, 500, shards.Widest},
		"one is what it is":    {1_000, 1, 1},
		"nothing is asked for": {1_000, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db store.DB) {
				w := open(t, db, c.units)
				for range 2 {
					v, err := w.environment().Lay(ctx, tickets, c.least)
					if err != nil || v.Layout.Width() != c.wide || v.Free() != c.units {
						t.Fatal(v.Layout, v.Free(), err)
					}
				}
			})
		})
	}
}

// Seen to catch: see TestLay.
func TestWhatIsLaidStaysUntilItIsLeft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		w := open(t, db, 1_000)
		if _, err := w.environment().Lay(ctx, tickets, 8); err != nil {
			t.Fatal(err)
		}
		quiet := func(n int) shards.View {
			t.Helper()
			for i := range n {
				w.wait(2 * time.Second)
				e := w.environment()
				if _, err := book(e, fmt.Sprint(w.now().Unix(), i), 1, 1); err != nil {
					t.Fatal(err)
				}
				if err := e.Rebalance(ctx, tickets); err != nil && !shards.Declined(err) {
					t.Fatal(err)
				}
			}
			v, err := w.environment().ReadSnapshot(ctx, tickets)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := quiet(20); v.Layout.Width() != 8 || v.Free() != 980 {
			t.Fatal(v.Layout, v.Free())
		}
		for range 2 {
			if _, err := w.environment().Lay(ctx, tickets, 0); err != nil {
				t.Fatal(err)
			}
		}
		if v := quiet(40); v.Layout.Width() != 1 || v.Layout.Least > 1 || v.Free() != 940 {
			t.Fatal(v.Layout, v.Free())
		}
		v, err := w.environment().Lay(ctx, tickets, 4) // once more, of what is divided already
		if err != nil || v.Layout.Width() != 4 || v.Free() != 940 {
			t.Fatal(v.Layout, v.Free(), err)
		}
	})
}
