package inventorytrial_test

import (
	"context"
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

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/schedule"
	"rialto/functions/laboratory/storetest"
)

// A trial's garbage is small and short-lived: with the usual setting a third of the time goes to collecting it.
func TestMain(m *testing.M) {
	debug.SetGCPercent(4000)
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what fails was made to
	os.Exit(m.Run())
}

// exploration is many trials of a seed.
type exploration struct {
	seed    uint64
	from, n int64 // how many schedules of the seed, and which is the first
	workers int
	bench   func() bench
	shrink  int // how many runs a failing trial may take to shrink
	tell    func(done int64)
	done    func(*trial)
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
			t := e.bench().run(s, &mine)
			mine.add(seed, t)
			if e.done != nil {
				e.done(t)
			}
			if t.failed == nil {
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

// onMemory is a bench of a fake that is new for each trial.
func onMemory() bench { return bench{raw: memory.New()} }

// TestExplore is what make prove runs, of N and SEED, the FROM-th first; without them it is a fixed few trials. REPLAY makes it one,
// and SHRINK bounds how long a failing one is made shorter. All have the prefix RIALTO_TRIAL_ in the environment.
func TestExplore(t *testing.T) {
	if replay := os.Getenv("RIALTO_TRIAL_REPLAY"); replay != "" {
		list, err := schedule.Parse(replay)
		if err != nil {
			t.Fatal(err)
		}
		again := onMemory().run(schedule.Replay(list, dawn), &counts{})
		fmt.Println(again.trace())
		if again.failed != nil {
			t.Fatal(again.failed)
		}
		return
	}
	began := time.Now()
	e := exploration{seed: setting(t, "SEED", 1), from: int64(setting(t, "FROM", 0)), n: int64(setting(t, "N", 1500)),
		workers: runtime.GOMAXPROCS(0), bench: onMemory, shrink: int(setting(t, "SHRINK", 8000))}
	if os.Getenv("RIALTO_TRIAL_N") != "" {
		e.tell = schedule.Progress(e.n, began)
	}
	c, first := e.run()
	if first != nil {
		t.Fatal(e.explain(first))
	}
	if c.fewest < 20 || c.fewestFaults < 1 {
		t.Errorf("a schedule had %d operations, another %d faults", c.fewest, c.fewestFaults)
	}
	if c.unchecked > 0 {
		t.Errorf("porcupine came to no result for %d histories", c.unchecked)
	}
	if testing.Verbose() {
		fmt.Print(c.table(e.seed, e.from, time.Since(began)))
	}
}

// The same seed gives the same run, whoever makes which part of it, and its parts add up to it. Seen to catch: a map's order in a trial, a
// part that begins with the seed's first schedule.
func TestTheSameSeedGivesTheSameHash(t *testing.T) {
	t.Parallel()
	var hashes []uint64
	for _, workers := range []int{1, 3} {
		c, first := exploration{seed: 7, n: 100, workers: workers, bench: onMemory}.run()
		if first != nil {
			t.Fatal(first)
		}
		hashes = append(hashes, c.hash, uint64(c.states.count()), uint64(c.steps))
	}
	if d := cmp.Diff(hashes[:3], hashes[3:]); d != "" {
		t.Errorf("hash, states and steps differ: %s", d)
	}
	var parts counts
	for _, part := range []exploration{{seed: 7, from: 64, n: 36, workers: 2, bench: onMemory}, {seed: 7, n: 64, workers: 1, bench: onMemory}} {
		c, _ := part.run()
		parts.merge(&c)
	}
	if d := cmp.Diff(hashes[:3], []uint64{parts.hash, uint64(parts.states.count()), uint64(parts.steps)}); d != "" {
		t.Errorf("the parts' hash, states and steps differ: %s", d)
	}
	c, _ := exploration{seed: 8, n: 100, workers: 2, bench: onMemory}.run()
	if c.hash == hashes[0] {
		t.Error("another seed gives the same hash")
	}
}

// A few trials run on the real DynamoDB. Each leaves its tables empty.
func TestExploreDynamoDB(t *testing.T) {
	t.Parallel()
	db := storetest.Dynamo(t)
	e := exploration{seed: setting(t, "SEED", 1), n: 30, workers: 1, bench: func() bench { return bench{raw: db} }}
	e.done = func(x *trial) {
		for _, k := range x.books.keys() {
			if _, err := db.Apply(context.Background(), store.Delete(k.Table, k.Key)); err != nil {
				t.Error(err)
			}
		}
	}
	if c, first := e.run(); first != nil {
		t.Fatal(first)
	} else if testing.Verbose() {
		fmt.Printf("schedules of the inventory on DynamoDB, seed %d\n  %d schedules, %d steps, %d calls\n", e.seed, c.schedules, c.steps, c.calls)
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
