package shards_test

import (
	"errors"
	"testing"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// Seen to catch: each of the three conditions dropped.
func TestAClosedShardTakesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		w := open(t, db, 30)
		e := w.environment()
		whole := w.view(30)
		w.must(e.Grow(ctx, tickets, 3, 0)) // 3 stay
		for k, left := range w.view(30).Shards {
			if k < 2 && left.Available > 0 {
				if err := e.Transfer(ctx, tickets, shards.Transfer{From: k, To: 3, Quantity: left.Available}); err != nil {
					t.Fatal(err)
				}
			}
		}
		before := w.view(30)
		w.must(e.Shrink(ctx, tickets, 2))
		w.must(e.Close(ctx, tickets)) // shard 0
		w.must(e.Close(ctx, tickets)) // shard 1
		if _, ok := store.AsRefused(w.apply(tickets, before.Amend(1))); !ok {
			t.Error("a closed shard took new units")
		}
		if _, ok := store.AsRefused(w.apply(tickets, whole.Amend(1))); !ok {
			t.Error("shard 0 took new units though there is a layout")
		}
		if err := db.Transact(ctx, tickets.Take(shards.Draw{Shard: 2, Quantity: 9})); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Close(ctx, tickets); !errors.Is(err, shards.ErrInUse) { // shard 2 is empty, and has units out
			t.Error(err)
		}
		w.give([]shards.Draw{{Shard: 2, Quantity: 9}})
		w.view(30)
	})
}

// Who amends on an old view is refused, where that view matters. Seen to catch: each condition of Amend dropped, and
// that of a transfer on the debt of the shard that it goes to.
func TestAnAmendmentOfAnOldViewIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		w := open(t, db, 8)
		take := func(n int64) {
			t.Helper()
			if err := db.Transact(ctx, tickets.Take(shards.Draw{Quantity: n})); err != nil {
				t.Fatal(err)
			}
		}
		stale := func(what string, v shards.View, n int64) {
			t.Helper()
			if _, refused := store.AsRefused(w.apply(tickets, v.Amend(n))); !refused {
				t.Errorf("%s: passed", what)
			}
		}
		take(3)
		five := w.view(8)
		take(1)
		stale("five taken of four", five, -5)
		stale("five and two owed, of four", five, -7)
		w.give([]shards.Draw{{Quantity: 2}})
		stale("five and two owed, of six", five, -7)
		free := w.view(8)
		w.amend(tickets, -7) // one is owed
		stale("free though owed", free, 2)
		owing := w.view(1)
		w.amend(tickets, -1)
		stale("another debt paid", owing, 3)
		w.amend(tickets, 4)
		stale("a debt paid twice", owing, 3)
		stale("owed though free", owing, -1)
		e := w.environment()
		w.must(e.Grow(ctx, tickets, 2, 0))
		stale("the whole, divided", free, 1)
	})
}

func TestNothingMovesToAShardThatOwes(t *testing.T) {
	t.Parallel()
	w := open(t, memory.New(), 6)
	e := w.environment()
	w.must(e.Grow(ctx, tickets, 2, 0)) // 3 each
	if err := w.db.Transact(ctx, tickets.Take(shards.Draw{Shard: 1, Quantity: 1}), tickets.Take(shards.Draw{Shard: 2, Quantity: 3})); err != nil {
		t.Fatal(err)
	}
	w.amend(tickets, -3) // 2 are free, and shard 2 owes one
	w.give([]shards.Draw{{Shard: 1, Quantity: 1}})
	if err := e.Transfer(ctx, tickets, shards.Transfer{From: 1, To: 2, Quantity: 1}); !errors.Is(err, shards.ErrTooFew) {
		t.Error(err, w.view(3))
	}
	w.wait(time.Second)
	if err := e.Rebalance(ctx, tickets); err != nil { // but what is free pays
		t.Fatal(err)
	}
	if v := w.view(3); v.Free() != 0 || v.Shards[2].Debt != 0 {
		t.Errorf("%+v", v)
	}
}
