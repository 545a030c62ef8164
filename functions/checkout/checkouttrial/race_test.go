package checkouttrial_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/ids"
)

// point is a place in a trial where something else can happen: a run enters a state, or one of its steps is
// about to call the database, or a write of it has just taken effect, or a read has its answer, which is old then.
type point struct {
	run   int
	state string
	when  string // "entering", "before" or "after" an operation, "reading" an answer
	nth   int    // the first is 0
}

func (p point) String() string {
	return fmt.Sprintf("run %d %s %s %d", p.run, p.when, p.state, p.nth)
}

// race is what happens to a whole execution at one point.
type race struct {
	at   point
	kind string
	// halt is the state before which the second execution stops, until the first has ended or, if it recovers,
	// until nothing is open any more; "" is nowhere.
	halt string
}

func (r *race) String() string {
	if r.halt != "" {
		return fmt.Sprintf("%s, %s, halted before %s", r.at, r.kind, r.halt)
	}
	return fmt.Sprintf("%s, %s", r.at, r.kind)
}

const (
	survey     = "survey" // nothing happens; the points are noted
	timesOut   = "the execution times out"
	jumps      = "the clock jumps past the hold"
	startsSame = "started twice with the same input"
	startsRun  = "started twice with another run"
	recovers   = "recovered meanwhile"
)

// races lists the kinds that start a second execution.
var races = []string{startsSame, startsRun, recovers}

// watch makes a race happen in a world.
type watch struct {
	world *world
	race  *race

	once    sync.Once // halting
	mu      sync.Mutex
	seen    map[point]int
	points  []point
	fired   bool
	second  *execution // the one that may halt: the first started after the race fired
	halted  chan struct{}
	release chan struct{}
	over    chan struct{}
}

func (w *watch) enter(e *execution, state string) error {
	if w.race == nil {
		return nil
	}
	if w.isSecond(e) && state == w.race.halt {
		w.once.Do(func() {
			close(w.halted)
			<-w.release
		})
	}
	if !w.reached(e, state, "entering") {
		return nil
	}
	w.start(e)
	return nil // if it timed out, the world tells it
}

func (w *watch) touch(e *execution, state, when string) {
	if w.race != nil && w.reached(e, state, when) {
		w.start(e)
	}
}

// reached counts a point and tells whether the race is on at it.
func (w *watch) reached(e *execution, state, when string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fired {
		return false
	}
	p := point{run: e.n, state: state, when: when}
	if w.seen == nil {
		w.seen = map[point]int{}
	}
	p.nth, w.seen[p] = w.seen[p], w.seen[p]+1
	w.points = append(w.points, p)
	w.fired = w.race.kind != survey && p == w.race.at
	return w.fired
}

// isSecond tells whether an execution is the first that started after the race was on, and may halt.
func (w *watch) isSecond(e *execution) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.race.halt == "" || w.halted == nil || e.n <= w.race.at.run {
		return false
	}
	if w.second == nil {
		w.second = e
	}
	return w.second == e
}

// start makes what the race is about happen; a second execution runs to its end, or to where it halts.
func (w *watch) start(e *execution) {
	switch w.race.kind {
	case timesOut:
		w.world.expire(e)
		return
	case jumps:
		w.world.advance(checkout.HoldFor + time.Minute)
		return
	}
	if w.race.halt == "" {
		w.act(e.in)
		return
	}
	w.mu.Lock()
	w.halted, w.release, w.over = make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.mu.Unlock()
	go func() {
		defer close(w.over)
		w.act(e.in)
	}()
	select {
	case <-w.halted:
	case <-w.over:
	}
}

// ended tells that the first execution is over, which a second one that does not recover waits for.
func (w *watch) ended() {
	if w.race != nil && w.race.kind != recovers {
		w.finish()
	}
}

// finish lets a halted execution go on, to its end.
func (w *watch) finish() {
	if w.release == nil {
		return
	}
	close(w.release)
	<-w.over
	w.release = nil
}

// act starts the machine again. What comes of it is judged at the end.
func (w *watch) act(in checkout.Input) {
	ctx := context.Background()
	switch w.race.kind {
	case startsSame:
		_, _, _ = w.world.Run(ctx, in)
	case startsRun:
		run, err := ids.New(ids.Run, w.world.front.Random)
		if err != nil {
			w.world.t.Errorf("%v", err)
			return
		}
		in.Checkout.Run = run
		_, _, _ = w.world.Run(ctx, in)
	case recovers:
		for _, r := range w.world.rows() {
			due, err := time.Parse(time.RFC3339, r.DueAt)
			if r.State.Terminal() || err != nil {
				continue
			}
			w.world.advance(max(0, due.Sub(w.world.clock())) + time.Second)
			if _, err := w.world.recover.Check(ctx, r.PK); err != nil && !errors.Is(err, context.Canceled) {
				continue // its timer comes back
			}
		}
	}
}

// raceTrials lists every fault of a whole execution at every point of a scenario. What is for the long run only:
// a second start at every call of the database (the short run has it at every state), and most of the halts, which
// cross the points of the first execution with the states of the second (undo: those of a recovery). Of a larger cart,
// which has several times as many points, a second start that halts is tried at every state only.
func raceTrials(s scenario, points []point, undo []string, long bool) []trial {
	var out []trial
	add := func(p point, kind, halt string) {
		out = append(out, trial{scenario: s, race: &race{p, kind, halt}})
	}
	states := map[string]bool{}
	for _, p := range points {
		if p.when == "entering" {
			states[p.state] = true
		}
	}
	halts := map[string][]string{startsSame: slices.Sorted(maps.Keys(states)), startsRun: slices.Sorted(maps.Keys(states)), recovers: undo}
	for _, p := range points {
		if long || p.when == "entering" {
			add(p, timesOut, "")
			add(p, jumps, "")
		}
		for _, kind := range races {
			if long || kind == recovers || p.when == "entering" {
				add(p, kind, "")
			}
			if !long && (kind != recovers || p.when != "entering") || s.cart != "" && kind != recovers && p.when != "entering" {
				continue
			}
			for _, state := range halts[kind] {
				add(p, kind, state)
			}
		}
	}
	return out
}
