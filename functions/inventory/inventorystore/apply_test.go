package inventorystore

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

func adjust(id string, n int64) inventory.Change {
	return inventory.Change{ID: id, SKU: shoe, Centre: "c1", Kind: inventory.Adjusted, Quantity: n}
}

func count(id string, n int64, asOf time.Time) inventory.Change {
	return inventory.Change{ID: id, SKU: shoe, Centre: "c1", Kind: inventory.Counted, Quantity: n, AsOf: asOf}
}

// must books a change and tells whether it was new.
func must(t *testing.T, s Store, c inventory.Change, at time.Time) bool {
	t.Helper()
	for {
		booked, err := s.Apply(ctx, c, at)
		if err == nil {
			return booked
		}
		if !fault.Of(err).Kind.Transient() {
			t.Fatal(err)
		}
	}
}

// sell takes an order through its life, up to its shipping.
func sell(t *testing.T, s Store, order string, n int64, ship bool, at time.Time) {
	t.Helper()
	plan := planOf(pick{shoe, "c1", n})
	if err := s.Place(ctx, order, plan, at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := commit(s, order, plan, at); err != nil {
		t.Fatal(err)
	}
	if ship {
		if err := s.Ship(ctx, order, plan.Lines, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// A count is of its moment: what left or came since is not sold again, and not lost. Seen to catch: a count against
// what is there now; what is sold and not shipped left out; a delta booked as a movement, so that the next count undoes
// it; a later count's word taken back by an older one.
func TestACountBecomesADelta(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{0, 3} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db store.DB) {
				s := storeOf(db)
				at := func(seconds int) time.Time { return now.Add(time.Duration(seconds) * time.Second) }
				must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 20}, at(0))
				if shards > 0 {
					divide(t, s, shoe, shards)
				}
				sell(t, s, "o1", 3, true, at(10))
				sell(t, s, "o2", 2, false, at(11))
				left := func(want int64) {
					t.Helper()
					if got := balanced(t, s, []string{"o1", "o2"}, shoe); got["shoe c1"] != want {
						t.Fatalf("%d are free, not %d", got["shoe c1"], want)
					}
				}
				left(15)
				for n := range 2 { // 18 were there before the 3 were shipped, so 15 are now, of which 2 are sold
					if booked := must(t, s, count("k1", 18, at(5)), at(12)); booked != (n == 0) {
						t.Fatal(booked)
					}
					left(13)
				}
				_, err := s.Apply(ctx, count("k2", 99, at(5)), at(12))
				mustCode(t, err, "superseded")
				_, err = s.Apply(ctx, count("k1", 17, at(5)), at(12))
				mustCode(t, err, "change_mismatch")
				must(t, s, inventory.Change{ID: "b1", SKU: shoe, Centre: "c1", Kind: inventory.Returned, Quantity: 1}, at(13))
				must(t, s, adjust("a1", 4), at(14))
				left(18)
				must(t, s, count("k3", 18, at(6)), at(15)) // says the same of then
				left(18)
				must(t, s, count("k4", 20, at(14)), at(16)) // the 4 that were found then are among them
				left(18)
				must(t, s, count("k5", 2, at(17)), at(17)) // both are sold
				left(0)
				_, err = s.Apply(ctx, count("k6", 2, at(19)), at(18))
				mustCode(t, err, "as_of_in_future")
				_, err = s.Apply(ctx, count("k6", 2, at(18)), at(19).Add(inventory.Journal))
				mustCode(t, err, "as_of_too_old")
			})
		})
	}
}

// Whatever a count's own second brings, before the count or after it, no more can be sold than was counted and has come
// since, less what has left since. Seen to catch: what comes in a count's own second as after it; what leaves in it as
// before it; one sum of both.
func TestACountTakesItsOwnSecondTheSafeWay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 20})
		asOf := now.Add(10*time.Second + 300*time.Millisecond)
		begun, over := asOf.Truncate(time.Second), asOf.Truncate(time.Second).Add(999*time.Millisecond)
		must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 5}, begun) // 25 were counted
		sell(t, s, "o1", 3, true, over)
		must(t, s, adjust("a1", -2), over)
		must(t, s, adjust("a2", 4), over) // after the count, for all that is known before it
		must(t, s, inventory.Change{ID: "r2", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 7}, over.Add(time.Millisecond))
		must(t, s, count("k1", 25, asOf), asOf.Add(time.Minute))
		if got := balanced(t, s, []string{"o1"}, shoe)["shoe c1"]; got != 25-3-2+7 {
			t.Errorf("%d are free", got)
		}
		must(t, s, count("k2", 31, asOf.Add(time.Minute)), asOf.Add(2*time.Minute)) // what was missing is found
		if got := balanced(t, s, []string{"o1"}, shoe)["shoe c1"]; got != 31 {
			t.Errorf("%d are free of 31", got)
		}
	})
}

// Something ships, or another count is booked, between any two calls of a count. Seen to catch: a journal that is not of
// its ledger's moment; a count computed against a last one that is no longer the last.
func TestACountIsRightWhateverComesBetween(t *testing.T) {
	t.Parallel()
	for call := range 8 {
		for name, between := range map[string]func(t *testing.T, s Store){
			"a shipment":    func(t *testing.T, s Store) { sell(t, s, "o1", 3, true, now.Add(time.Minute)) },
			"another count": func(t *testing.T, s Store) { must(t, s, count("k0", 30, now.Add(time.Second)), now.Add(time.Minute)) },
		} {
			t.Run(fmt.Sprint(name, " before call ", call), func(t *testing.T) {
				t.Parallel()
				db := memory.New()
				s := stocked(t, db, pick{shoe, "c1", 20})
				n, shipped := 0, int64(0)
				db.Before = func(context.Context, string, []store.Write) error {
					if n++; n == call+1 {
						between(t, storeOf(db))
					}
					return nil
				}
				must(t, storeOf(db), count("k1", 18, now.Add(2*time.Second)), now.Add(2*time.Minute))
				db.Before = nil
				if name == "a shipment" && n > call {
					shipped = 3
				}
				if left := balanced(t, s, []string{"o1"}, shoe); left["shoe c1"] != 18-shipped {
					t.Errorf("%d are left of 18 less %d", left["shoe c1"], shipped)
				}
			})
		}
	}
}

// Units are found before a count reads the journal, and lost again after it, so the ledger's sums are what they were.
// Seen to catch: ledgers compared by their sums alone.
func TestACountSeesWhatWasFoundAndLostAgain(t *testing.T) {
	t.Parallel()
	db := memory.New()
	s := stocked(t, db, pick{shoe, "c1", 20})
	later := now.Add(time.Minute)
	must(t, storeOf(&aroundQuery{DB: db, before: func() { must(t, s, adjust("a1", 2), later) },
		after: func() { must(t, s, adjust("a2", -2), later) }}),
		count("k1", 18, now.Add(2*time.Second)), now.Add(2*time.Minute))
	if left := balanced(t, s, nil, shoe); left["shoe c1"] != 18 {
		t.Errorf("%d are left of 18", left["shoe c1"])
	}
}

// aroundQuery does something before and after the first query.
type aroundQuery struct {
	store.DB
	before, after func()
	once          bool
}

func (d *aroundQuery) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if d.once {
		return d.DB.Query(ctx, q)
	}
	d.once = true
	d.before()
	p, err := d.DB.Query(ctx, q)
	d.after()
	return p, err
}

// Seen to catch: more taken than is free; a release that makes units free while some are owed; a debt paid twice.
func TestADebtIsPaidBeforeAnythingIsSold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 9})
		for o, n := range map[string]int64{"o1": 3, "o2": 4} {
			if err := s.Place(ctx, o, planOf(pick{shoe, "c1", n}), later); err != nil {
				t.Fatal(err)
			}
		}
		holds := func(available, debt int64) {
			t.Helper()
			balanced(t, s, []string{"o1", "o2"}, shoe)
			if c, err := s.Count(ctx, shoe, "c1"); err != nil || c.Shards[0].Available != available || c.Shards[0].Debt != debt {
				t.Fatalf("%+v %v, not %d and %d", c, err, available, debt)
			}
		}
		for n := range 2 {
			if booked := must(t, s, adjust("a1", -7), now); booked != (n == 0) {
				t.Fatal(booked)
			}
			holds(0, 5)
		}
		mustCode(t, s.Place(ctx, "o3", planOf(pick{shoe, "c1", 1}), later), "item_unavailable")
		if _, err := s.Release(ctx, "o1", planOf(pick{shoe, "c1", 3}), now); err != nil {
			t.Fatal(err)
		}
		holds(0, 2)
		must(t, s, inventory.Change{ID: "r9", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 1}, now)
		holds(0, 1)
		if _, err := s.Release(ctx, "o2", planOf(pick{shoe, "c1", 4}), now); err != nil {
			t.Fatal(err)
		}
		holds(3, 0)
	})
}

// On shards, what is owed lies where it will be paid. Seen to catch: a debt where nothing returns; one that stays
// though another shard has units.
func TestDebtsOfShardsArePaidByTheirOwnReturns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := stocked(t, db, pick{shoe, "c1", 12})
		divide(t, s, shoe, 4)
		orders := []string{"o1", "o2", "o3"}
		for _, o := range orders {
			if err := s.Place(ctx, o, planOf(pick{shoe, "c1", 3}), later); err != nil {
				t.Fatal(err)
			}
		}
		must(t, s, adjust("a1", -8), now) // 3 are free
		total := func() (available, debt int64) {
			t.Helper()
			balanced(t, s, orders, shoe)
			c, err := s.Count(ctx, shoe, "c1")
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range c.Shards {
				if x.Debt > x.Out {
					t.Errorf("shard %d owes %d and gets back %d", x.Shard, x.Debt, x.Out)
				}
				available, debt = available+x.Available, debt+x.Debt
			}
			return available, debt
		}
		if a, d := total(); a != 0 || d != 5 {
			t.Fatal(a, d)
		}
		for _, o := range orders {
			if _, err := s.Release(ctx, o, planOf(pick{shoe, "c1", 3}), now); err != nil {
				t.Fatal(err)
			}
			if err := s.Rebalance(ctx, shoe, "c1"); err != nil {
				t.Fatal(err)
			}
			if a, d := total(); a > 0 && d > 0 {
				t.Errorf("%d are free while %d are owed", a, d)
			}
		}
		if a, d := total(); a != 4 || d != 0 {
			t.Error(a, d)
		}
	})
}

// Counts come while a stock sells and is divided: it is never oversold, and what is left is what was counted less what
// was shipped since. Seen to catch: the last count not guarded, a journal read apart from its ledger.
func TestCountsWhileItSells(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		s := storeOf(db)
		must(t, s, inventory.Change{ID: "r1", SKU: shoe, Centre: "c1", Kind: inventory.Received, Quantity: 60}, now)
		var all sync.WaitGroup
		var mu sync.Mutex
		var orders []string
		var shipped int64
		for i := range 6 {
			all.Go(func() {
				env := storeOf(db)
				env.Env.Pause = store.Backoff(time.Millisecond, env.Env.Random)
				for j := range 4 {
					o, plan, at := fmt.Sprint("o", i, j), planOf(pick{shoe, "c1", 2}), now.Add(time.Hour)
					mu.Lock()
					orders = append(orders, o)
					mu.Unlock()
					patiently(t, func() error { return env.Place(ctx, o, plan, at.Add(time.Hour)) }, "item_unavailable")
					if len(holdsOf(t, s, o)) == 0 {
						continue
					}
					if j == 3 {
						patiently(t, func() error { _, err := env.Release(ctx, o, plan, at); return err })
						continue
					}
					patiently(t, func() error { return commit(env, o, plan, at) }, "hold_committed")
					patiently(t, func() error { return env.Ship(ctx, o, plan.Lines, at, at) })
					mu.Lock()
					shipped += 2
					mu.Unlock()
				}
			})
		}
		all.Go(func() {
			for n, q := range []int64{59, 41, 45, 40} {
				must(t, s, count(fmt.Sprint("k", n), q, now.Add(time.Duration(n+1)*time.Minute)), now.Add(2*time.Hour))
				if n < 2 {
					patiently(t, func() error { _, err := s.Grow(ctx, shoe, "c1", 2); return err }, "shard_short")
				}
			}
		})
		all.Wait()
		balanced(t, s, orders, shoe)
		c, err := s.Count(ctx, shoe, "c1")
		if err != nil {
			t.Fatal(err)
		}
		var onHand int64
		for _, x := range c.Shards {
			onHand += x.Available + x.Out - x.Debt
		}
		if onHand != 40-shipped {
			t.Errorf("%d on hand, %d were shipped of 40", onHand, shipped)
		}
	})
}

// patiently does something until it is done, or refused for one of the codes.
func patiently(t *testing.T, do func() error, codes ...string) {
	t.Helper()
	err := do()
	for try := 0; try < 300 && err != nil; try++ {
		if _, refused := store.AsRefused(err); !refused && !fault.Of(err).Kind.Transient() {
			break
		}
		err = do()
	}
	for _, c := range codes {
		if fault.Code(err) == c {
			return
		}
	}
	if err != nil {
		t.Error(err)
	}
}
