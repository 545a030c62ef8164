package shards_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what fails is injected
	os.Exit(m.Run())
}

var ctx = context.Background()

// tickets is a made-up counter: seats of a hall, sold in bookings.
var tickets = shards.Counter{Table: "inventory", Key: store.Key{PK: "hall", SK: "seats"},
	Record: store.Item{"hall": &types.AttributeValueMemberS{Value: "h"}}}

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
	v, err := w.environment().ReadCommitted(ctx, c)
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
	v, err := w.environment().ReadSnapshot(ctx, tickets)
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
