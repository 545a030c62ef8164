package inventorystore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// divide makes n shards of a sku in c1.
func divide(t *testing.T, s Store, sku inventory.SKU, n int) shards.Layout {
	t.Helper()
	l, err := s.Grow(ctx, sku, "c1", n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// An order's life on shards: its hold is one record, what it drew goes back where it was, and what it shipped left
// from there. Seen to catch: a release to shard 0; a ship that leaves units out; draws not remembered.
func TestAHoldOfSeveralShardsIsOneHold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 12}, pick{sock, "c1", 5})
		divide(t, s, shoe, 4) // 3 each
		plan := planOf(pick{shoe, "c1", 8}, pick{sock, "c1", 5})
		for _, o := range []string{"o1", "o1"} {
			if err := s.Place(ctx, o, plan, later); err != nil {
				t.Fatal(err)
			}
		}
		hs := holdsOf(t, s, "o1")
		if len(hs) != 2 || len(hs[0].Draws) < 3 || hs[1].Draws != nil {
			t.Fatalf("%+v", hs)
		}
		mustCode(t, s.Place(ctx, "o2", planOf(pick{shoe, "c1", 5}), later), "item_unavailable")
		if n, err := s.Release(ctx, "o1", plan, now); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := s.Release(ctx, "o1", plan, now); n != 0 || err != nil {
			t.Fatal(n, err)
		}
		if left := balanced(t, s, []string{"o1", "o2"}, shoe, sock); left["shoe c1"] != 12 || left["sock c1"] != 5 {
			t.Fatal(left)
		}
		if err := s.Place(ctx, "o3", plan, later); err != nil {
			t.Fatal(err)
		}
		if err := commit(s, "o3", plan, now); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Ship(ctx, "o3", plan.Lines, now, now); err != nil {
				t.Fatal(err)
			}
		}
		balanced(t, s, []string{"o1", "o2", "o3"}, shoe, sock)
		count, err := s.Count(ctx, shoe, "c1")
		if err != nil {
			t.Fatal(err)
		}
		var out, shipped int64
		for _, x := range count.Shards {
			out, shipped = out+x.Out, shipped+x.Shipped
		}
		if out != 0 || shipped != 8 || count.Available() != 4 {
			t.Errorf("%d out, %d shipped: %+v", out, shipped, count)
		}
	})
}

// Thirty buyers in six environments, while the layout changes under them. Seen to catch: a draw without its condition.
func TestExactlyAsManyWinOnShards(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		const units, buyers, q = 41, 30, 2
		s := stocked(t, db, pick{shoe, "c1", units})
		divide(t, s, shoe, 5)
		var won atomic.Int64
		var all sync.WaitGroup
		var orders []string
		for i := range 6 {
			env := New(shards.New(db, func() time.Time { return now }, func() float64 { return float64(i) / 6 }))
			env.Env.Pause = store.Backoff(time.Millisecond, func() float64 { return float64(i+1) / 6 })
			for j := range buyers / 6 {
				o := fmt.Sprint("o", i, j)
				orders = append(orders, o)
				all.Go(func() {
					err := env.Place(ctx, o, planOf(pick{shoe, "c1", q}), later)
					for try := 0; try < 200 && err != nil && fault.Of(err).Kind.Transient(); try++ {
						err = env.Place(ctx, o, planOf(pick{shoe, "c1", q}), later)
					}
					if err == nil {
						won.Add(1)
					} else if fault.Code(err) != "item_unavailable" {
						t.Error(err)
					}
				})
			}
		}
		all.Go(func() {
			for range 3 {
				for _, step := range []func() error{
					func() error { _, err := s.Grow(ctx, shoe, "c1", 2); return err },
					func() error { _, err := s.Shrink(ctx, shoe, "c1", 2); return err },
					func() error { return s.Rebalance(ctx, shoe, "c1") },
				} {
					if err := step(); err != nil && !fault.Of(err).Kind.Transient() && fault.Of(err).Kind != fault.Conflict {
						t.Error(err)
					}
				}
			}
		})
		all.Wait()
		if left := balanced(t, s, orders, shoe); won.Load() != units/q || left["shoe c1"] != units%q {
			t.Errorf("%d won, %v left", won.Load(), left)
		}
	})
}

// Seen to catch: a receipt booked on the emptied shard 0, where nobody looks; one booked twice.
func TestAReceiptGoesToAnActiveShard(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 4})
		l := divide(t, s, shoe, 3)
		r := inventory.Receipt{ID: "r9", SKU: shoe, Centre: "c1", Quantity: 50}
		for n := range 2 {
			if booked, err := storeOf(db).Receive(ctx, r); booked != (n == 0) || err != nil {
				t.Fatal(booked, err)
			}
		}
		count, err := s.Count(ctx, shoe, "c1")
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range count.Shards {
			if x.Received == 50 && !l.IsActive(x.Shard) {
				t.Errorf("booked on shard %d of %+v", x.Shard, l)
			}
		}
		if left := balanced(t, s, nil, shoe); left["shoe c1"] != 54 {
			t.Error(left)
		}
	})
}

// What a quote learns of divided stock: one line a centre, few units counted, and read once a second. Seen to catch:
// the emptied shard 0 told as all there is; a layout told as stock; a hint of nothing believed; a read for each quote.
func TestDividedStockIsToldAsOne(t *testing.T) {
	t.Parallel()
	db := memory.New()
	at := now
	s := New(shards.New(db, func() time.Time { return at }, func() float64 { return 0 }))
	for i, p := range []pick{{shoe, "c1", 3000}, {shoe, "c2", 7}} {
		if _, err := s.Receive(ctx, inventory.Receipt{ID: fmt.Sprint("r", i), SKU: p.sku, Centre: p.centre, Quantity: p.n}); err != nil {
			t.Fatal(err)
		}
	}
	divide(t, s, shoe, 3)
	tell := func(want ...int64) {
		t.Helper()
		stock, err := s.Stock(ctx, shoe)
		var got []int64
		for _, x := range stock {
			if got = append(got, x.Available); x.Divided != (x.Centre == "c1") {
				t.Fatalf("%s is divided: %v", x.Centre, x.Divided)
			}
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	}
	reads := 0
	db.Before = func(_ context.Context, op string, _ []store.Write) error {
		if op == "Query" || op == "Snapshot" {
			reads++
		}
		return nil
	}
	tell(3000, 7)
	tell(3000, 7)
	if reads != 1 {
		t.Errorf("%d reads for two quotes", reads)
	}
	if err := storeOf(db).Place(ctx, "o1", planOf(pick{shoe, "c1", 2900}), later); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Second)
	tell(3000, 7) // the hint is not renewed yet, and tells of enough for any cart
	if err := s.Rebalance(ctx, shoe, "c1"); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Second)
	tell(100, 7)
	other := storeOf(db)
	other.Env.Now = func() time.Time { return at }
	if err := other.Place(ctx, "o2", planOf(pick{shoe, "c1", 99}), later); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Second)
	tell(1, 7) // whatever the hint says
}

// Seen to catch: an event a shard; none when the whole is sold out.
func TestDividedStockCrossesBandsAsOne(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := stocked(t, db, pick{shoe, "c1", 8})
	var told []inventory.BandChange
	images := map[string]store.Item{}
	look := func() {
		for _, i := range db.Items(inventoryTable) {
			k := fmt.Sprint(i["pk"], i["sk"])
			es, err := Events(outbox.Change{Old: images[k], New: i, At: now})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range es {
				var b inventory.BandChange
				if err := e.Into(&b); err != nil {
					t.Fatal(err)
				}
				told = append(told, b)
			}
			images[k] = i
		}
	}
	look()
	told = nil // of the receipt
	divide(t, s, shoe, 4)
	look()
	plan := planOf(pick{shoe, "c1", 8})
	if err := s.Place(ctx, "o1", plan, later); err != nil {
		t.Fatal(err)
	}
	look()
	if told != nil {
		t.Fatalf("dividing is no news: %+v", told)
	}
	mustCode(t, s.Place(ctx, "o2", planOf(pick{shoe, "c1", 1}), later), "item_unavailable")
	look()
	if _, err := s.Release(ctx, "o1", plan, now); err != nil {
		t.Fatal(err)
	}
	look()
	want := []inventory.BandChange{{ProductID: "shoe", SellerID: "s", Centre: "c1", Band: inventory.None},
		{ProductID: "shoe", SellerID: "s", Centre: "c1", Band: inventory.Plenty, Available: 8}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}
