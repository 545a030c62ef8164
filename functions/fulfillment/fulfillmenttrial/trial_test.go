package fulfillmenttrial_test

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/schedule"
)

// dawn is when every trial begins: a Friday, before a weekend on which no seller has to ship.
var dawn = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)

// limits end a trial that does not end by itself, which is a failure.
var limits = schedule.Limits{Steps: 400_000, Time: 400 * 24 * time.Hour}

// trial is one schedule.
type trial struct {
	s    *schedule.Scheduler
	mem  *memory.DB
	db   *schedule.DB // what tasks see of streams
	keep bool

	streams *streams
	wiring  *wiring
	bank    *bank
	books   *books
	work    workload
	process *process
	drawn   int // how many choices made the workload, if they are kept

	busy    int                 // tasks that are on their way
	running int                 // how many journals there were when the payouts' run began
	late    map[int64]faultKind // what is to go wrong when a call to the store is answered
	calls   int64               // to the store, the gateway and the queue of timers
	counts  counts
	log     []string
	failed  *failure

	lastCount bool // the shelves are counted once more before the last look at them
}

// failure is what a checker found.
type failure struct{ checker, text string }

func (f *failure) Error() string { return "checker: " + f.checker + "\n" + f.text }

// bench is what trials run on.
type bench struct {
	under func(store.DB) store.DB // what breaks the store on purpose, nil for nothing
	wrong func(*trial)            // or the trial
}

// run runs one trial of a scheduler's choices.
func (b bench) run(s *schedule.Scheduler) *trial {
	t := &trial{s: s, keep: s.Keep, mem: memory.New(), late: map[int64]faultKind{}, lastCount: true}
	t.work = drawWorkload(s)
	t.drawn = len(s.Choices())
	t.mem.Shared = true
	t.mem.Torn, t.mem.Lagging = schedule.Torn(t.work.torn), func() bool { return t.s.Chance(t.work.lagging) }
	t.streams = &streams{DB: t.mem, t: t}
	under := store.DB(t.streams)
	if b.under != nil {
		under = b.under(under)
	}
	t.db = &schedule.DB{DB: under, Before: t.before, Effect: t.effect, After: t.after}
	t.bank = newBank(t)
	t.books = newBooks(t)
	t.process = t.newProcess()
	t.wiring = newWiring(t)
	if b.wrong != nil {
		b.wrong(t)
	}
	s.Stay = []int{0, 50, 80, 95}[s.Choose(4)]
	t.begin()
	err := t.runs()
	t.counts.steps, t.counts.simulated, t.counts.calls = s.Steps(), int64(s.Elapsed().Seconds()), t.calls
	switch {
	case t.failed != nil:
	case err != nil:
		t.fail("stuck", "%v", err)
	default:
		t.books.end()
	}
	return t
}

// runs makes a panic of what is tried a failure like others.
func (t *trial) runs() (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.fail("panic", "%v\n%s", p, debug.Stack())
		}
	}()
	return t.s.Run(limits)
}

// fail keeps the first failure and ends the trial.
func (t *trial) fail(checker, format string, args ...any) {
	if _, listed := checkers[checker]; !listed {
		panic("no checker is listed as " + checker)
	}
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
	at := t.s.Now().Format("Jan 02 15:04:05")
	t.log = append(t.log, fmt.Sprintf("%6d  %s  %-22s  %s", t.s.Steps(), at, name, fmt.Sprintf(format, args...)))
}

// trace is the steps of a trial that kept them.
func (t *trial) trace() string { return strings.Join(t.log, "\n") }

// bridge carries what an invocation's goroutines ask of the world to the task that waits for them: a handler of a queue
// works in goroutines of its own (internal/batch), and only the task may let others run.
type bridge struct {
	task context.Context
	asks chan func()
}

type bridgeKey struct{}

func bridgeOf(ctx context.Context) *bridge {
	b, _ := ctx.Value(bridgeKey{}).(*bridge)
	return b
}

// panicked is the error of an invocation that panicked.
type panicked struct{ text string }

func (p *panicked) Error() string { return "panic: " + p.text }

// invoke runs what a function does in one invocation, beside whatever else is chosen to run. An invocation has one goroutine
// at work at a time: of several, the order would be nobody's choice.
func (t *trial) invoke(task context.Context, do func(context.Context) error) error {
	b := &bridge{task: task, asks: make(chan func())}
	done := make(chan error, 1)
	aside(func() {
		defer func() {
			if p := recover(); p != nil {
				done <- &panicked{fmt.Sprintf("%v\n%s", p, debug.Stack())}
			}
		}()
		done <- do(context.WithValue(context.Background(), bridgeKey{}, b))
	})
	for {
		select {
		case ask := <-b.asks:
			ask()
		case err := <-done:
			t.streams.flush()
			if p := (*panicked)(nil); errors.As(err, &p) {
				t.fail("panic", "%s", p.text) // else it would only be tried again
			}
			if x := schedule.Of(task); x.Crashed() {
				x.Restart()
				t.note("--- a new process")
				err = schedule.ErrCrashed
			}
			return err
		}
	}
}

// hands are goroutines that have run an invocation and wait for another: their stacks have grown.
var hands = make(chan chan func(), 64)

// aside runs something in a goroutine of its own.
func aside(do func()) {
	select {
	case h := <-hands:
		h <- do
	default:
		h := make(chan func(), 1)
		h <- do
		go func() {
			for do := range h {
				do()
				select {
				case hands <- h:
				default:
					return
				}
			}
		}()
	}
}

// through does something in the task that an invocation belongs to, outside of one at once.
func through[T any](ctx context.Context, do func(context.Context) (T, error)) (out T, err error) {
	b := bridgeOf(ctx)
	if b == nil {
		return do(context.Background())
	}
	done := make(chan struct{})
	b.asks <- func() {
		defer close(done)
		out, err = do(b.task)
	}
	<-done
	return out, err
}

// gate is the store as the functions see it.
type gate struct{ t *trial }

func (g gate) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	return through(ctx, func(ctx context.Context) (store.Item, error) { return g.t.db.Get(ctx, table, key) })
}

func (g gate) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return through(ctx, func(ctx context.Context) ([]store.Item, error) { return g.t.db.GetMany(ctx, gets...) })
}

func (g gate) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return through(ctx, func(ctx context.Context) ([]store.Item, error) { return g.t.db.Snapshot(ctx, gets...) })
}

// Query is a step of its own where it finds something, and otherwise now and then: most queries are of the lists of sweeps, of
// which nearly all are empty.
func (g gate) Query(ctx context.Context, q store.Query) (store.Page, error) {
	const empty = 50 // of 1,000
	if bridgeOf(ctx) == nil {
		return g.t.db.DB.Query(context.Background(), q)
	}
	if p, err := g.t.db.DB.Query(context.Background(), q); err == nil && len(p.Items) == 0 && !g.t.s.Chance(empty) {
		return p, nil
	}
	return through(ctx, func(ctx context.Context) (store.Page, error) { return g.t.db.Query(ctx, q) })
}

func (g gate) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	return through(ctx, func(ctx context.Context) (store.Item, error) { return g.t.db.Apply(ctx, w) })
}

func (g gate) Transact(ctx context.Context, writes ...store.Write) error {
	_, err := through(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, g.t.db.Transact(ctx, writes...) })
	return err
}

// pause waits before a call to the store is tried again, as store.Backoff does.
func (t *trial) pause(ctx context.Context, try int) error {
	_, err := through(ctx, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, schedule.Pause(5*time.Millisecond)(ctx, try)
	})
	return err
}

// outside calls something that is no store: it yields before and after, and may go wrong as a call to the store may.
func outside[T any](t *trial, ctx context.Context, label string, do func() (T, error)) (T, error) {
	return through(ctx, func(ctx context.Context) (out T, err error) {
		if schedule.Of(ctx) == nil {
			return do()
		}
		if err = schedule.Yield(ctx, label); err != nil {
			return out, err
		}
		kind := t.fault()
		if err = t.strike(ctx, kind, false); err != nil {
			return out, err
		}
		out, err = do()
		t.note("    %s: %+v %v", label, out, err)
		if stop := errors.Join(schedule.Yield(ctx, label), t.strike(ctx, kind, true)); stop != nil {
			return out, stop
		}
		return out, err
	})
}
