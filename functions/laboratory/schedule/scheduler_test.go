package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
)

var (
	ctx  = context.Background()
	dawn = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
)

// ring makes n tasks that each write their name some times, with sleeps between.
func ring(s *Scheduler, n int) *[]string {
	var said []string
	for i := range n {
		name := fmt.Sprint("t", i)
		s.Go(ctx, name, func(ctx context.Context) error {
			for range 4 {
				said = append(said, fmt.Sprint(name, "@", s.Elapsed()))
				if err := Yield(ctx, "said"); err != nil {
					return err
				}
				if err := Sleep(ctx, time.Duration(s.Choose(3))*time.Second); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return &said
}

// Seen to catch: a wake-up order taken from a map; a choice that is made and not recorded.
func TestARunIsAFunctionOfItsChoices(t *testing.T) {
	t.Parallel()
	crew := &Crew{}
	defer crew.Close()
	rapid.Check(t, func(t *rapid.T) {
		seed, stay := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 95).Draw(t, "stay")
		run := func(s *Scheduler) []string {
			s.Stay, s.Keep = stay, true
			said := ring(s, 5)
			if err := s.Run(Limits{}); err != nil {
				t.Fatal(err)
			}
			return *said
		}
		a, b := New(seed, dawn), New(seed, dawn)
		a.Crew, b.Crew = crew, crew
		first := run(a)
		if d := cmp.Diff(first, run(b)); d != "" {
			t.Fatalf("the same seed differs: %s", d)
		}
		again := Replay(a.Choices(), dawn)
		if d := cmp.Diff(first, run(again)); d != "" {
			t.Fatalf("replayed: %s", d)
		}
		if a.Hash() != b.Hash() || a.Hash() != again.Hash() {
			t.Fatal("the hashes differ")
		}
		if d := cmp.Diff(a.Trace(), again.Trace()); d != "" {
			t.Fatal(d)
		}
		half := a.Choices()[:len(a.Choices())/2]
		resumed := Resume(half, seed+1, dawn)
		run(resumed)
		if made := resumed.Choices(); len(made) < len(half) || !slices.Equal(made[:len(half)], half) {
			t.Fatalf("resumed from %v and chose %v", half, made)
		}
	})
}

func TestSeedsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for seed := range uint64(1000) {
		s := New(seed, dawn)
		ring(s, 5)
		if err := s.Run(Limits{}); err != nil {
			t.Fatal(err)
		}
		seen[s.Hash()] = true
	}
	if len(seen) != 1000 {
		t.Errorf("1000 seeds gave %d runs", len(seen))
	}
}

// The dullest run has every task go on until it sleeps or ends.
func TestZerosAreTheDullestRun(t *testing.T) {
	t.Parallel()
	s := Replay(nil, dawn)
	said := ring(s, 2)
	if err := s.Run(Limits{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"t0@0s", "t0@0s", "t0@0s", "t0@0s", "t1@0s", "t1@0s", "t1@0s", "t1@0s"}
	if d := cmp.Diff(want, *said); d != "" {
		t.Error(d)
	}
}

// Seen to catch: a heap that loses the order of equal times.
func TestTheClockGoesFromSleepToSleep(t *testing.T) {
	t.Parallel()
	s := New(1, dawn)
	var woke []time.Duration
	for i := range 1000 {
		d := time.Duration((i*7919)%500) * time.Millisecond
		s.Go(ctx, "sleeper", func(ctx context.Context) error {
			if err := SleepUntil(ctx, dawn.Add(d)); err != nil {
				return err
			}
			if got := s.Now().Sub(dawn); got != d {
				return fmt.Errorf("slept until %v, woke at %v", d, got)
			}
			woke = append(woke, s.Elapsed())
			return nil
		})
	}
	if err := s.Run(Limits{}); err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(woke) || len(woke) != 1000 {
		t.Errorf("%d woke, sorted: %v", len(woke), slices.IsSorted(woke))
	}
}

func TestALimitStopsEveryTask(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]Limits{"steps": {Steps: 50}, "time": {Time: time.Minute}} {
		s := New(1, dawn)
		ended := 0
		for range 3 {
			s.Go(ctx, "endless", func(ctx context.Context) error {
				defer func() { ended++ }()
				for {
					if err := Sleep(ctx, time.Second); err != nil {
						return err
					}
				}
			})
		}
		if err := s.Run(limits); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
		if ended != 3 || s.Elapsed() > time.Minute {
			t.Errorf("%s: %d ended after %v", name, ended, s.Elapsed())
		}
	}
}

// A crash may come before the effect or after it; either way the task does nothing more.
func TestACrashedTaskHasNoMoreEffects(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		s, db := New(1, dawn), memory.New()
		d := &DB{DB: db}
		crash := func(ctx context.Context, _ Call) error {
			Of(ctx).Crash()
			return ErrCrashed
		}
		if after {
			d.After = crash
		} else {
			d.Before = crash
		}
		put := func(ctx context.Context, key string) error {
			_, err := d.Apply(ctx, store.Put("t", store.Key{PK: key}, struct{}{}))
			return err
		}
		s.Go(ctx, "actor", func(ctx context.Context) error {
			if err := put(ctx, "first"); !errors.Is(err, ErrCrashed) {
				return fmt.Errorf("did not crash: %w", err)
			}
			if err := put(ctx, "second"); !errors.Is(err, ErrCrashed) {
				return fmt.Errorf("lived on: %w", err)
			}
			if err := Sleep(ctx, time.Second); !errors.Is(err, ErrCrashed) {
				return fmt.Errorf("slept: %w", err)
			}
			Of(ctx).Restart()
			d.Before, d.After = nil, nil
			return put(ctx, "third")
		})
		if err := s.Run(Limits{}); err != nil {
			t.Fatal(err)
		}
		want := 1
		if after {
			want = 2
		}
		if got := len(db.Items("t")); got != want {
			t.Errorf("after %v: %d items, not %d", after, got, want)
		}
	}
}

// Two tasks that read, then write what they read plus one, lose an update in some schedule.
func TestADBLetsOthersRunBetweenReadAndWrite(t *testing.T) {
	t.Parallel()
	lost := 0
	for seed := range uint64(100) {
		s, mem := New(seed, dawn), memory.New()
		db := &DB{DB: mem}
		key := store.Key{PK: "n"}
		type counter struct {
			N int64 `dynamodbav:"n"`
		}
		for range 2 {
			s.Go(ctx, "adder", func(ctx context.Context) error {
				i, err := db.Get(ctx, "t", key)
				if err != nil {
					return err
				}
				var c counter
				if err := store.Unmarshal(i, &c); err != nil {
					return err
				}
				_, err = db.Apply(ctx, store.Put("t", key, counter{c.N + 1}))
				return err
			})
		}
		if err := s.Run(Limits{}); err != nil {
			t.Fatal(err)
		}
		var c counter
		i, _ := mem.Get(ctx, "t", key)
		if err := store.Unmarshal(i, &c); err != nil {
			t.Fatal(err)
		}
		if c.N == 1 {
			lost++
		}
	}
	if lost == 0 || lost == 100 {
		t.Errorf("%d of 100 schedules lost an update", lost)
	}
}

// A transaction of two items meets plain reads, a Snapshot and a write of one of its items. Seen to catch: a transaction
// that is visible at once; one in a fixed order; a Snapshot or a write that does not meet it; items that stay locked.
func TestATornTransactionIsSeenInPart(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(400) {
		for name, do := range meetings {
			seen[name+meet(t, seed, do)]++
		}
	}
	for _, never := range []string{"snapshot 1 2", "snapshot 2 1"} {
		if seen[never] > 0 {
			t.Errorf("%d times: %s", seen[never], never)
		}
	}
	for _, as := range []string{"get 1 1", "get 1 2", "get 2 1", "get 2 2", "query 1 1", "query 1 2", "query 2 1", "query 2 2",
		"snapshot 1 1", "snapshot 2 2", "snapshot conflicts", "write", "write conflicts"} {
		if seen[as] == 0 {
			t.Errorf("never seen: %s, of %v", as, seen)
		}
	}
}

var (
	itemA = store.Get{Table: "t", Key: store.Key{PK: "p", SK: "a"}}
	itemB = store.Get{Table: "t", Key: store.Key{PK: "p", SK: "b"}}
)

func more(g store.Get) store.Write { return store.Update(g.Table, g.Key).Add("n", 1) }

// meetings are what may meet a transaction of both items.
var meetings = map[string]func(ctx context.Context, db *DB) ([]store.Item, error){
	"get": func(ctx context.Context, db *DB) ([]store.Item, error) {
		a, err := db.Get(ctx, itemA.Table, itemA.Key)
		if err != nil {
			return nil, err
		}
		b, err := db.Get(ctx, itemB.Table, itemB.Key)
		return []store.Item{a, b}, err
	},
	"query": func(ctx context.Context, db *DB) ([]store.Item, error) {
		p, err := db.Query(ctx, store.Query{Table: "t", Hash: "p"})
		return p.Items, err
	},
	"snapshot": func(ctx context.Context, db *DB) ([]store.Item, error) { return db.Snapshot(ctx, itemA, itemB) },
	"write": func(ctx context.Context, db *DB) ([]store.Item, error) {
		return nil, db.Transact(ctx, more(itemA), more(store.Get{Table: "t", Key: store.Key{PK: "q"}}))
	},
}

// meet runs a transaction beside something else, and returns what that saw.
func meet(t *testing.T, seed uint64, do func(context.Context, *DB) ([]store.Item, error)) (saw string) {
	t.Helper()
	s, mem := New(seed, dawn), memory.New()
	mem.Torn = Torn(500)
	if err := mem.Transact(ctx, more(itemA), more(itemB)); err != nil { // no task's, so it is whole
		t.Fatal(err)
	}
	db := &DB{DB: mem}
	refused := func(err error) bool {
		r, ok := store.AsRefused(err)
		return ok && r.Has(store.Conflicted)
	}
	s.Go(ctx, "transaction", func(ctx context.Context) error {
		if err := db.Transact(ctx, more(itemA), more(itemB)); !refused(err) {
			return err
		}
		return nil
	})
	s.Go(ctx, "other", func(ctx context.Context) error {
		items, err := do(ctx, db)
		if refused(err) {
			saw = " conflicts"
			return nil
		}
		for _, i := range items {
			var n int64
			err = errors.Join(err, store.Int(i, "n", &n))
			saw += fmt.Sprint(" ", n)
		}
		return err
	})
	if err := s.Run(Limits{}); err != nil {
		t.Fatal(err)
	}
	if _, err := mem.Snapshot(ctx, itemA, itemB); err != nil {
		t.Errorf("when all is done: %v", err)
	}
	return saw
}

// Seen to catch: a yield from another goroutine, which no coroutine bears.
func TestGoroutinesOfATaskPassThrough(t *testing.T) {
	t.Parallel()
	s := New(1, dawn)
	db := &DB{DB: memory.New(), Before: func(context.Context, Call) error { return errors.New("seen") }}
	for range 2 {
		s.Go(ctx, "task", func(ctx context.Context) error {
			g, ctx := errgroup.WithContext(ctx)
			for i := range 8 {
				g.Go(func() error {
					_, err := db.GetMany(ctx, store.Get{Table: "t", Key: store.Key{PK: fmt.Sprint(i)}}, store.Get{Table: "t", Key: store.Key{PK: "x"}})
					return err
				})
			}
			return g.Wait()
		})
	}
	if err := s.Run(Limits{}); err != nil || s.Steps() != 2 {
		t.Errorf("%d steps: %v", s.Steps(), err)
	}
}

func TestOutsideATaskNothingYields(t *testing.T) {
	t.Parallel()
	db := &DB{DB: memory.New()}
	if err := db.Transact(ctx, store.Put("t", store.Key{PK: "a"}, struct{}{}), store.Put("t", store.Key{PK: "b"}, struct{}{})); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(Yield(ctx, "x"), Sleep(ctx, time.Hour), Pause(time.Hour)(ctx, 3)); err != nil {
		t.Fatal(err)
	}
}

func TestPauseIsJitterOnTheVirtualClock(t *testing.T) {
	t.Parallel()
	s := New(3, dawn)
	pause := Pause(5 * time.Millisecond)
	s.Go(ctx, "t", func(ctx context.Context) error {
		for try := range 4 {
			before := s.Now()
			if err := pause(ctx, try); err != nil {
				return err
			}
			if d := s.Now().Sub(before); d < 0 || d >= 5*time.Millisecond<<try {
				return fmt.Errorf("try %d paused %v", try, d)
			}
		}
		return nil
	})
	if err := s.Run(Limits{}); err != nil {
		t.Fatal(err)
	}
	if s.Elapsed() == 0 {
		t.Error("no time passed")
	}
}

func BenchmarkStep(b *testing.B) {
	for name, tasks := range map[string]int{"8 yielding": 8, "4096 sleeping": 4096} {
		b.Run(name, func(b *testing.B) {
			s := New(1, dawn)
			for i := range tasks {
				s.Go(ctx, "task", func(ctx context.Context) error {
					for {
						var err error
						if tasks > 8 {
							err = Sleep(ctx, time.Duration(1+i)*time.Microsecond)
						} else {
							err = Yield(ctx, "yield")
						}
						if err != nil {
							return err
						}
					}
				})
			}
			s.Crew = &Crew{}
			for b.Loop() {
				s.step(Limits{})
			}
			_ = s.Run(Limits{Steps: 1})
		})
	}
}
