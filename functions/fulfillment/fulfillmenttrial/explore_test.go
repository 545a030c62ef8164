package fulfillmenttrial_test

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/laboratory/schedule"
)

// A trial's garbage is small and short-lived: with the usual setting a third of the time goes to collecting it.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	slog.SetDefault(slog.New(reasons{})) // what fails was made to
	os.Exit(m.Run())
}

// exploration is many trials of a seed.
type exploration struct {
	seed    uint64
	from, n int64 // how many schedules of the seed, and which is the first
	workers int
	bench   bench
	by      string // the one checker whose failures count, "" for all
	shrink  int    // how many runs a failing trial may take to shrink
	tell    func(done int64)
}

// found is the first trial that failed: the one with the least number, whatever the number of workers.
type found struct {
	n    int64
	seed uint64
	*failure
}

func (e exploration) run() (total counts, worst *found) {
	whole := schedule.Exploration{Seed: e.seed, From: e.from, N: e.n, Workers: e.workers, Start: dawn, Tell: e.tell}
	var mu sync.Mutex
	whole.Run(func() (schedule.Trial, func()) {
		var mine counts
		return func(n int64, seed uint64, s *schedule.Scheduler) bool {
			t := e.bench.run(s)
			t.counts.schedules, t.counts.hash = 1, schedule.SeedHash(seed, s)
			mine.merge(&t.counts)
			if t.failed == nil || e.by != "" && e.by != t.failed.checker {
				return true
			}
			mu.Lock()
			defer mu.Unlock()
			if worst == nil || n < worst.n {
				worst = &found{n, seed, t.failed}
			}
			return false
		}, func() { total.merge(&mine) }
	})
	return total, worst
}

// explain shrinks a failing trial and shows what is left of it: the trace, and the command that replays it.
func (e exploration) explain(f *found) string {
	s := schedule.New(f.seed, dawn)
	s.Keep = true
	whole := e.bench.run(s)
	x := schedule.Shrinking{Start: dawn, Drawn: whole.drawn, Budget: e.shrink, Fails: func(s *schedule.Scheduler) bool {
		t := e.bench.run(s)
		return t.failed != nil && t.failed.checker == f.checker
	}}
	best := x.Shrink(s.Choices())
	least := e.bench.run(schedule.Replay(best, dawn))
	return fmt.Sprintf("%v\nschedule %d of seed %d: %d steps and %d choices, shrunk to %d steps and %d choices in %d runs\n%s\n"+
		"replay: make prove SEED=%d AFTER=%d, or AFTER=%s", least.failed, f.n, e.seed, whole.s.Steps(), len(s.Choices()), least.s.Steps(),
		schedule.Interesting(best), x.Runs, least.trace(), e.seed, f.n, schedule.Format(best))
}

// TestExplore is what make prove runs, of N and SEED, the FROM-th first; without them it is a fixed few trials. ONE makes it one of
// them, with its trace, and SHRINK bounds how long a failing one is made shorter. All have the prefix RIALTO_TRIAL_ in the environment.
func TestExplore(t *testing.T) {
	began := time.Now()
	e := exploration{seed: setting(t, "SEED", 1), from: int64(setting(t, "FROM", 0)), n: int64(setting(t, "N", 40)),
		workers: runtime.GOMAXPROCS(0), shrink: int(setting(t, "SHRINK", 1500))}
	if one := os.Getenv("RIALTO_TRIAL_ONE"); one != "" {
		replayed(t, e.seed, one)
		return
	}
	if os.Getenv("RIALTO_TRIAL_N") != "" {
		e.tell = schedule.Progress(e.n, began)
	}
	c, first := e.run()
	if first != nil {
		t.Fatal(e.explain(first))
	}
	if c.refused > c.done["hears orders/OrderPlaced"] {
		t.Errorf("%d carts are refused, and %d orders are placed: these trials are of nothing", c.refused, c.done["hears orders/OrderPlaced"])
	}
	if testing.Verbose() {
		fmt.Print(c.table(e.seed, e.from, time.Since(began)))
	}
}

// replayed shows one schedule: the n-th of a seed, or one of a list of choices.
func replayed(t *testing.T, seed uint64, one string) {
	t.Helper()
	var s *schedule.Scheduler
	if n, err := strconv.ParseInt(one, 10, 64); err == nil {
		s = schedule.New(schedule.SeedOf(seed, n), dawn)
	} else {
		list, err := schedule.Parse(one)
		if err != nil {
			t.Fatal(err)
		}
		s = schedule.Replay(list, dawn)
	}
	s.Keep = true
	again := bench{}.run(s)
	fmt.Println(again.trace())
	if again.failed != nil {
		t.Fatal(again.failed)
	}
}

// The same seed gives the same run, whoever makes which part of it, and its parts add up to it. Seen to catch: a map's order in a trial, a
// part that begins with the seed's first schedule.
func TestTheSameSeedGivesTheSameHash(t *testing.T) {
	t.Parallel()
	var hashes []uint64
	for _, workers := range []int{1, 3} {
		c, first := exploration{seed: 7, n: 20, workers: workers}.run()
		if first != nil {
			t.Fatal(first)
		}
		hashes = append(hashes, c.hash, uint64(c.steps), uint64(c.messages))
	}
	if d := cmp.Diff(hashes[:3], hashes[3:]); d != "" {
		t.Errorf("hash, steps and messages differ: %s", d)
	}
	var parts counts
	for _, part := range []exploration{{seed: 7, from: 13, n: 7, workers: 2}, {seed: 7, n: 13, workers: 1}} {
		c, _ := part.run()
		parts.merge(&c)
	}
	if d := cmp.Diff(hashes[:3], []uint64{parts.hash, uint64(parts.steps), uint64(parts.messages)}); d != "" {
		t.Errorf("the parts' hash, steps and messages differ: %s", d)
	}
	if c, _ := (exploration{seed: 8, n: 20, workers: 2}).run(); c.hash == hashes[0] {
		t.Error("another seed gives the same hash")
	}
}

// setting reads a number that make prove sets.
func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	v := os.Getenv("RIALTO_TRIAL_" + name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
