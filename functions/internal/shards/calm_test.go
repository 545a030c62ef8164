package shards_test

import (
	"testing"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// In calm, a wide layout comes down to one shard that has everything, and closes the others. Seen to catch: a shard
// closed with units out; units left in a retired shard.
func TestCalmBringsALayoutDown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		w := open(t, db, 100)
		e := w.environment()
		w.must(e.Grow(ctx, tickets, 8, 0))
		out, err := book(e, "b1", 3, 1)
		if err != nil {
			t.Fatal(err)
		}
		calm := func() {
			for range 40 {
				w.wait(time.Second)
				if err := w.environment().Rebalance(ctx, tickets); err != nil && !shards.Declined(err) {
					t.Fatal(err)
				}
			}
		}
		calm()
		if l := w.view(100).Layout; l.Width() != 1 || l.Open > out[0].Shard {
			t.Fatalf("%+v, and shard %d has units out", l, out[0].Shard)
		}
		w.give(out)
		calm()
		v := w.view(100)
		if v.Layout.Open != 8 || v.Layout.Next != 9 || v.Layout.Free != 100 {
			t.Errorf("%+v", v.Layout)
		}
		if _, err := book(w.environment(), "b2", 100, 1); err != nil {
			t.Error(err)
		}
	})
}

// Seen to catch: a hint of nothing that stays though units came back.
func TestAReturnRenewsAHintOfNothing(t *testing.T) {
	t.Parallel()
	db := memory.New()
	w := open(t, db, 4)
	e := w.environment()
	w.must(e.Grow(ctx, tickets, 2, 0))
	draws, err := book(e, "b1", 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := book(e, "b2", 1, 1); !isShort(err) {
		t.Fatal(err)
	}
	if l := w.view(4).Layout; l.Free != 0 {
		t.Fatalf("%+v", l)
	}
	w.give(draws)
	w.environment().RefreshHint(ctx, tickets)
	if l := w.view(4).Layout; l.Free != 4 {
		t.Fatalf("%+v", l)
	}
}
