package shards_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/internal/store/storetest"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what fails is injected
	os.Exit(m.Run())
}

var ctx = context.Background()

// tickets is a made-up counter: seats of a hall, sold in bookings.
var tickets = shards.Counter{Table: "inventory", Key: store.Key{PK: "hall", SK: "seats"}, Record: store.Item{"hall": &types.AttributeValueMemberS{Value: "h"}}}

// world is a counter over a DB, and the clock of all who draw on it.
type world struct {
	t  *testing.T
	db store.DB
	mu sync.Mutex
	at time.Time
	n  uint64
}

func open(t *testing.T, db store.DB, units int64) *world {
	t.Helper()
	w := &world{t: t, db: db, at: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)}
	w.amend(tickets, units)
	return w
}

// amend gives a counter units from outside, or takes them away.
func (w *world) amend(c shards.Counter, n int64) {
	w.t.Helper()
	v, err := w.environment().Glance(ctx, c)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.apply(c, v.Amend(n)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) apply(c shards.Counter, effects []shards.Effect) error {
	var ws []store.Write
	for _, f := range effects {
		ws = append(ws, c.Amend(f))
	}
	return w.db.Transact(ctx, ws...)
}

func (w *world) now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

func (w *world) wait(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.at = w.at.Add(d) }

// environment returns a new one, which does not wait between tries.
func (w *world) environment() *shards.Environment {
	w.n++
	random, mu := rand.New(rand.NewPCG(w.n, 1)), new(sync.Mutex)
	e := shards.New(w.db, w.now, func() float64 { mu.Lock(); defer mu.Unlock(); return random.Float64() })
	e.Pause = func(context.Context, int) error { return nil }
	return e
}

var errTaken = errors.New("the booking is there")

// book draws q seats for a booking, with as many records as it is told; none for a booking that is there fails.
func book(e *shards.Environment, id string, q int64, records int) ([]shards.Draw, error) {
	var last []shards.Draw
	err := e.Take(ctx, []shards.Want{{Counter: tickets, Quantity: q}}, shards.Order{
		Writes: func(draws [][]shards.Draw) []store.Write {
			last = draws[0]
			var ws []store.Write
			for n := range records {
				ws = append(ws, store.Put("holds", store.Key{PK: id, SK: fmt.Sprint(n)}, struct{}{}).If(store.Absent()).Named("booking"))
			}
			return ws
		},
		Judge: func(reasons []store.Reason) (bool, error) {
			for _, r := range reasons {
				if r.Cause == store.ConditionFailed {
					return true, errTaken
				}
			}
			return false, nil
		},
	})
	return last, err
}

// give returns what was drawn.
func (w *world) give(draws []shards.Draw) {
	w.t.Helper()
	var ws []store.Write
	for _, d := range draws {
		ws = append(ws, tickets.Return(d, 0))
	}
	if err := w.db.Transact(ctx, ws...); err != nil {
		w.t.Fatal(err)
	}
}

// view reads all open shards and checks that units are where they were put.
func (w *world) view(units int64) shards.View {
	w.t.Helper()
	v, err := w.environment().Read(ctx, tickets)
	if err != nil {
		w.t.Fatal(err)
	}
	var have, moved int64
	for _, s := range v.Shards {
		have, moved = have+s.Available+s.Out-s.Debt, moved+s.Moved
		if s.Available < 0 {
			w.t.Fatalf("drawn twice: %+v", v)
		}
	}
	for k := range v.Layout.Open {
		i, err := w.db.Get(ctx, tickets.Table, tickets.Shard(k))
		var s struct {
			Available, Out, Moved int64
		}
		if err != nil || store.Unmarshal(i, &s) != nil || s.Available != 0 || s.Out != 0 {
			w.t.Fatalf("a closed shard has units: %+v %v", s, err)
		}
		moved += s.Moved
	}
	if have != units || moved != 0 {
		w.t.Fatalf("%d units, not %d; %d moved from nowhere: %+v", have, units, moved, v)
	}
	return v
}

func (w *world) must(l shards.Layout, err error) shards.Layout {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func isShort(err error) bool { s := (*shards.Short)(nil); return errors.As(err, &s) }

// Many buyers in a few environments meet on a divided counter that is reshaped meanwhile: exactly as many win as there
// are units for. Seen to catch: the condition on available dropped; short said by one shard; a transfer in two writes.
func TestExactlyAsManyWinAsThereAreUnits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		const units, q, buyers = 40, 3, 24
		w := open(t, db, units)
		boss := w.environment()
		w.must(boss.Grow(ctx, tickets, 5, 0))
		var all sync.WaitGroup
		var won atomic.Int64
		for i := range 6 {
			e := w.environment()
			for j := range buyers / 6 {
				all.Go(func() {
					_, err := book(e, fmt.Sprint("b", i, j), q, 1)
					for ; err != nil && !isShort(err); _, err = book(e, fmt.Sprint("b", i, j), q, 1) {
						if _, refused := store.AsRefused(err); !refused {
							t.Error(err)
							return
						}
					}
					if err == nil {
						won.Add(1)
					}
				})
			}
		}
		all.Go(func() {
			for m := range 3 {
				if _, err := boss.Grow(ctx, tickets, m+1, 1+m); err != nil && !shards.Declined(err) {
					t.Error(err)
				}
				if _, err := boss.Shrink(ctx, tickets, 2); err != nil && !shards.Declined(err) {
					t.Error(err)
				}
			}
		})
		all.Wait()
		v := w.view(units)
		if won.Load() != units/q || v.Free() != units%q {
			t.Errorf("%d won, %d units are left: %+v", won.Load(), v.Free(), v)
		}
	})
}

// Seen to catch: growth that never happens; a home that stays where it conflicts; growth without a bound.
func TestConflictsMakeACounterGrow(t *testing.T) {
	t.Parallel()
	db := store.NewMemory()
	w := open(t, db, 1000)
	busy := map[store.Key]bool{tickets.Shard(0): true}
	db.Before = func(_ context.Context, op string, ws []store.Write) error {
		r := &store.Refused{Reasons: make([]store.Reason, len(ws))}
		for i, x := range ws {
			if x.Name == "booking" || len(ws) > 2 { // growth itself gets through
				continue
			}
			if busy[x.Key] {
				r.Reasons[i].Cause = store.Conflicted
			}
		}
		if op == "Transact" && r.Has(store.Conflicted) {
			return r
		}
		return nil
	}
	e := w.environment()
	draws, err := book(e, "b1", 2, 1)
	if err != nil || draws[0].Shard == 0 {
		t.Fatal(draws, err)
	}
	v := w.view(1000)
	if l := v.Layout; l.Open != 0 || l.Active != 1 || l.Next != 3 {
		t.Fatalf("%+v", l)
	}
	for k := 1; k < 3; k++ { // and now these are busy
		busy[tickets.Shard(k)] = true
	}
	for i := range 3 {
		if _, err := book(e, fmt.Sprint("c", i), 2, 1); err != nil {
			t.Fatal(err)
		}
	}
	if l := w.view(1000).Layout; l.Next != 5 || l.Width() != 4 {
		t.Errorf("%+v", l)
	}
}

// Seen to catch: a newcomer told that nothing is there by the emptied shard 0.
func TestANewcomerLearnsOfTheLayoutFromShard0(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		w := open(t, db, 10)
		w.must(w.environment().Grow(ctx, tickets, 2, 0))
		draws, err := book(w.environment(), "b1", 4, 1)
		if err != nil || len(draws) != 1 || draws[0].Shard == 0 {
			t.Fatal(draws, err)
		}
		w.give(draws)
		w.view(10)
	})
}

// An empty home is fed from an older shard; from a younger one nothing can be moved, so that becomes home.
func TestAnEmptyHomeIsFedOrLeft(t *testing.T) {
	t.Parallel()
	db := store.NewMemory()
	w := open(t, db, 96)
	e := w.environment()
	w.must(e.Grow(ctx, tickets, 3, 0)) // 30 each, and 6 stay
	for i := range 24 {
		if _, err := book(e, fmt.Sprint("b", i), 4, 1); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	v := w.view(96)
	if v.Free() != 0 {
		t.Fatalf("%+v", v)
	}
	if _, err := book(e, "late", 1, 1); !isShort(err) {
		t.Fatal(err)
	}
}

// What no shard has alone is drawn from several. Where that needs more writes than a transaction has, units are
// gathered first.
func TestADrawSpreadsOverShards(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		for records, want := range map[int]int{1: 5, 97: 1} {
			w := &world{t: t, db: db, at: time.Unix(0, 0)}
			c := tickets
			tickets := c
			tickets.Key.SK = fmt.Sprint("seats", records)
			w.amend(tickets, 15)
			e := w.environment()
			w.must(e.Grow(ctx, tickets, 5, 0)) // 3 each
			var drawn []shards.Draw
			err := e.Take(ctx, []shards.Want{{Counter: tickets, Quantity: 14}}, shards.Order{
				Writes: func(draws [][]shards.Draw) (ws []store.Write) {
					drawn = draws[0]
					for n := range records {
						ws = append(ws, store.Put("holds", store.Key{PK: fmt.Sprint("w", records), SK: fmt.Sprint(n)}, struct{}{}).If(store.Absent()))
					}
					return ws
				},
				Judge: func([]store.Reason) (bool, error) { return false, nil },
			})
			if err != nil || len(drawn) != want {
				t.Errorf("%d records: %v %v", records, drawn, err)
			}
		}
	})
}

// Seen to catch: a verdict kept for longer; a reading for each call.
func TestAVerdictServesForFresh(t *testing.T) {
	t.Parallel()
	for fresh, want := range map[time.Duration][]int64{time.Second: {1, 1, 2}, 0: {1, 2, 3}} {
		db := store.NewMemory()
		w := open(t, db, 3)
		w.must(w.environment().Grow(ctx, tickets, 3, 0))
		e := w.environment()
		e.Fresh = fresh
		var readings, asked atomic.Int64
		db.Before = func(_ context.Context, op string, ws []store.Write) error {
			if op == "Snapshot" {
				asked.Add(1)
			}
			return nil
		}
		for n, more := range want {
			before := asked.Load()
			if _, err := book(e, fmt.Sprint("b", n), 5, 1); !isShort(err) {
				t.Fatal(err)
			}
			readings.Add(asked.Load() - before - 1) // the other looks at the booking
			if readings.Load() != more {
				t.Errorf("fresh for %v: %d readings after %d calls", fresh, readings.Load(), n+1)
			}
			if n == 1 {
				w.wait(time.Second)
			}
		}
		e.Forget(tickets)
		w.amend(tickets, 2)
		if _, err := book(e, "again", 5, 1); err != nil {
			t.Error(err)
		}
	}
}

// A booking that is there is found before anything is called short, however that is known.
func TestABookingIsFoundThoughNothingIsLeft(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		w := open(t, db, 6)
		e := w.environment()
		w.must(e.Grow(ctx, tickets, 3, 0))
		if _, err := book(e, "b1", 6, 1); err != nil {
			t.Fatal(err)
		}
		for range 2 { // by a reading, and by what is remembered of it
			if _, err := book(e, "b2", 1, 1); !isShort(err) {
				t.Fatal(err)
			}
			if _, err := book(e, "b1", 6, 1); !errors.Is(err, errTaken) {
				t.Fatal(err)
			}
		}
	})
}

// Seen to catch: a reading a caller.
func TestCallersOfOneEnvironmentShareAReading(t *testing.T) {
	t.Parallel()
	db := store.NewMemory()
	w := open(t, db, 3)
	e := w.environment()
	w.must(e.Grow(ctx, tickets, 3, 0))
	gate := make(chan struct{})
	var readings atomic.Int64
	db.Before = func(ctx context.Context, op string, _ []store.Write) error {
		if op == "Snapshot" {
			readings.Add(1)
			<-gate
		}
		return nil
	}
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if v, err := e.See(ctx, tickets); err != nil || v.Free() != 3 {
				t.Error(v, err)
			}
		})
	}
	close(gate)
	all.Wait()
	if readings.Load() != 1 {
		t.Errorf("%d readings", readings.Load())
	}
}

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
		tend := func() {
			for range 40 {
				w.wait(time.Second)
				if err := w.environment().Tend(ctx, tickets); err != nil && !shards.Declined(err) {
					t.Fatal(err)
				}
			}
		}
		tend()
		if l := w.view(100).Layout; l.Width() != 1 || l.Open > out[0].Shard {
			t.Fatalf("%+v, and shard %d has units out", l, out[0].Shard)
		}
		w.give(out)
		tend()
		v := w.view(100)
		if v.Layout.Open != 8 || v.Layout.Next != 9 || v.Layout.Free != 100 {
			t.Errorf("%+v", v.Layout)
		}
		if _, err := book(w.environment(), "b2", 100, 1); err != nil {
			t.Error(err)
		}
	})
}

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
	w := open(t, store.NewMemory(), 6)
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
	if err := e.Tend(ctx, tickets); err != nil { // but what is free pays
		t.Fatal(err)
	}
	if v := w.view(3); v.Free() != 0 || v.Shards[2].Debt != 0 {
		t.Errorf("%+v", v)
	}
}

// Seen to catch: a hint of nothing that stays though units came back.
func TestAReturnRenewsAHintOfNothing(t *testing.T) {
	t.Parallel()
	db := store.NewMemory()
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
	if err := w.environment().Returned(ctx, tickets); err != nil {
		t.Fatal(err)
	}
	if l := w.view(4).Layout; l.Free != 4 {
		t.Fatalf("%+v", l)
	}
}
