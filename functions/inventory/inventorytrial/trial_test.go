package inventorytrial_test

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/schedule"
)

// dawn is when every trial begins.
var dawn = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

// limits end a trial that does not end by itself, which is a failure.
var limits = schedule.Limits{Steps: 20_000, Time: 96 * time.Hour}

// trial is one schedule.
type trial struct {
	s    *schedule.Scheduler
	raw  store.DB // what lies under everything, for looking on
	db   *schedule.DB
	keep bool

	work    workload
	books   *books
	history []*attempt
	active  []*attempt // holds that are asked for just now
	running map[*schedule.Task]*attempt
	ticks   int64    // beginnings and ends of attempts
	calls   int64    // to the store
	flying  []flying // what has taken effect and is not answered
	counts  counts
	states  *sketch // of all trials
	drawn   int     // how many choices made the workload, if they are kept
	log     []string
	failed  *failure

	// What may be made wrong on purpose.
	timers int           // how often a timer tries
	late   time.Duration // how late the clock of commits is
}

// failure is what a checker found.
type failure struct{ checker, text string }

func (f *failure) Error() string { return "checker: " + f.checker + "\n" + f.text }

// bench is what trials run on.
type bench struct {
	raw   store.DB
	under func(store.DB) store.DB // what breaks the store on purpose, nil for nothing
	wrong func(*trial)            // or the trial
}

// run runs one trial of a scheduler's choices.
func (b bench) run(s *schedule.Scheduler, total *counts) *trial {
	t := &trial{s: s, raw: b.raw, keep: s.Keep, running: map[*schedule.Task]*attempt{}, timers: forever, states: &total.states}
	under := b.raw
	if b.under != nil {
		under = b.under(under)
	}
	t.db = &schedule.DB{DB: under, Before: t.before, Effect: t.effect, After: t.after}
	t.work = drawWorkload(s)
	t.drawn = len(s.Choices())
	if m, ok := b.raw.(*memory.DB); ok {
		m.Torn = t.tear
	}
	t.books = newBooks(t)
	if b.wrong != nil {
		b.wrong(t)
	}
	s.Stay = []int{0, 0, 50, 80}[s.Choose(4)]
	t.begin()
	err := t.runs(s)
	t.counts.steps, t.counts.simulated = s.Steps(), int64(s.Elapsed().Seconds())
	switch {
	case t.failed != nil:
	case err != nil:
		t.fail("stuck", "%v", err)
	default:
		t.books.end()
		t.linearizable()
	}
	s.Note(t.books.seen)
	return t
}

// tear makes some transactions seen half done.
func (t *trial) tear(ctx context.Context, writes []store.Write) func(int) int {
	next := schedule.Torn(t.work.torn)(ctx, writes)
	if next != nil {
		t.counts.torn++
	}
	return next
}

// runs makes a panic of what is tried a failure like others.
func (t *trial) runs(s *schedule.Scheduler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.fail("panic", "%v\n%s", p, debug.Stack())
		}
	}()
	return s.Run(limits)
}

// peek looks at an item without anybody noticing.
func (t *trial) peek(table string, key store.Key) (store.Item, error) {
	if m, ok := t.raw.(*memory.DB); ok {
		return m.Peek(table, key), nil
	}
	return t.raw.Get(context.Background(), table, key)
}

func (t *trial) begin() {
	ctx := context.Background()
	for i := range shoppers {
		orders := t.work.orders[i*perShop : (i+1)*perShop]
		t.actor(ctx, orders[0].shopper(), func(a *actor) error { return a.shop(orders) })
	}
	for i := range t.work.receipts {
		r := &t.work.receipts[i]
		if r.Quantity == 0 {
			continue
		}
		for range 1 + b2i(r.twice) {
			t.actor(ctx, "seller", func(a *actor) error { return a.receive(r) })
		}
	}
	for i := range t.work.amends {
		a := &t.work.amends[i]
		if a.quantity == 0 && !a.count {
			continue
		}
		for range 1 + b2i(a.twice) {
			t.actor(ctx, "seller", func(x *actor) error { return x.amend(a) })
		}
	}
	for i := range t.work.reshapes {
		if r := &t.work.reshapes[i]; r.kind != reshapeKinds[0] {
			t.actor(ctx, "operator", func(a *actor) error { return a.operate(r) })
		}
	}
	t.actor(ctx, "keeper", (*actor).keep)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fail keeps the first failure and ends the trial.
func (t *trial) fail(checker, format string, args ...any) {
	if t.failed == nil {
		t.failed = &failure{checker, fmt.Sprintf(format, args...)}
		t.note("!!! %s: %s", checker, t.failed.text)
		t.keep = false // what follows only ends
		t.s.Stop()
	}
}

// note writes a line of the trace, if one is kept.
func (t *trial) note(format string, args ...any) {
	if !t.keep {
		return
	}
	name := ""
	if r := t.s.Running(); r != nil {
		name = r.Name
	}
	t.log = append(t.log, fmt.Sprintf("%4d  +%-12s %-10s  %s", t.s.Steps(), t.s.Elapsed(), name, fmt.Sprintf(format, args...)))
}

// process is one execution environment: what it remembers dies with it.
type process struct {
	store   inventorystore.Store
	service *inventory.Service
}

func (t *trial) process() *process {
	const grains = 64
	env := shards.New(t.db, t.s.Now, func() float64 { return float64(t.s.Choose(grains)) / grains })
	env.Pause, env.MaxAge = schedule.Pause(5*time.Millisecond), t.work.fresh
	env.Policy.GrowAfter, env.Policy.Probes, env.Policy.Tries = t.work.growth, t.work.probes, 4
	s := inventorystore.New(env)
	return &process{s, &inventory.Service{Store: s, Now: t.s.Now}}
}

// actor is a task that does operations, one process after another.
type actor struct {
	*trial
	ctx context.Context
	p   *process
}

func (t *trial) actor(ctx context.Context, name string, do func(*actor) error) {
	t.s.Go(ctx, name, func(ctx context.Context) error {
		return do(&actor{t, ctx, t.process()})
	})
}

const (
	patience = 3  // tries of somebody who has a customer waiting
	forever  = 40 // of a queue's message
	backoff  = 50 * time.Millisecond
)

// persist does an operation until its outcome is known, or tries are used up. A process that crashes is followed by
// another, which tries the same with the same ids.
func (a *actor) persist(tries int, op func(try int) operation) (outcome, error) {
	for try := 1; ; try++ {
		x := a.called(a.ctx, op(try))
		out := x.op.perform(a.ctx, a.p, a.late)
		if errors.Is(out.err, schedule.ErrStopped) {
			return out, out.err
		}
		a.returned(a.ctx, x, out)
		if task := schedule.Of(a.ctx); task.Crashed() {
			task.Restart()
			a.p = a.process()
			a.note("--- a new process")
		}
		if !out.unknown || try == tries {
			if out.unknown && tries == forever && a.failed == nil {
				a.fail("stuck", "%s still fails after %d tries: %v", x.op, try, out.err)
			}
			return out, nil
		}
		if err := schedule.Sleep(a.ctx, backoff<<min(try, 8)); err != nil {
			return out, err
		}
	}
}
