package checkouttrial_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/store"
	"rialto/statemachines/interpreter"
)

// execution is one run of the machine. It has its own idea of how long it has run: a clock that jumps is not
// time that Step Functions counts.
type execution struct {
	n       int // executions of its world are counted from 0
	in      checkout.Input
	elapsed time.Duration // guarded by the world's mu
}

// call is one call of a task.
type call struct {
	execution *execution
	state     string
	do        func(context.Context) ([]byte, error)
}

// at travels with a call's context down to the database.
type at struct {
	execution *execution
	state     string
}

type atKey struct{}

// storeFault, in a call's context, is what goes wrong in the database during that call.
type storeFault struct{ before, after func() error }

type storeFaultKey struct{}

var errTimedOut = errors.New("the execution timed out")

// Run is the state machine, in process.
func (w *world) Run(ctx context.Context, in checkout.Input) (checkout.Answer, bool, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	w.mu.Lock()
	e := &execution{n: w.runs, in: in}
	w.runs++
	w.mu.Unlock()
	out, err := w.machine.Run(ctx, interpreter.Host{
		InTurn: true,
		Enter: func(state string) error {
			w.mu.Lock()
			w.steps++
			w.mu.Unlock()
			if w.enter != nil {
				if err := w.enter(e, state); err != nil {
					return err
				}
			}
			return w.overtime(e)
		},
		Pause: func(_ context.Context, d time.Duration) error { w.pass(e, d); return nil },
		Call: func(ctx context.Context, state, function string, input []byte) ([]byte, error) {
			if err := w.overtime(e); err != nil {
				return nil, err
			}
			do := w.tasks[function]
			if do == nil {
				w.t.Errorf("state %s calls %s, which this world does not have", state, function)
				return nil, errDied
			}
			c := call{e, state, func(ctx context.Context) ([]byte, error) {
				return do(context.WithValue(ctx, atKey{}, at{e, state}), input)
			}}
			if w.around != nil {
				return w.around(c)
			}
			return c.do(ctx)
		}}, b)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	a, ok := checkout.AnswerIn(out)
	return a, ok, nil
}

// pass lets time go by inside an execution.
func (w *world) pass(e *execution, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, e.elapsed = w.now.Add(d), e.elapsed+d
}

// expire makes Step Functions give up on an execution: a task that runs goes on, and nothing follows it.
func (w *world) expire(e *execution) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.elapsed = time.Duration(w.machine.TimeoutSeconds)*time.Second + 1
}

func (w *world) overtime(e *execution) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.elapsed > time.Duration(w.machine.TimeoutSeconds)*time.Second {
		w.overtimes++
		return errTimedOut
	}
	return nil
}

func (w *world) before(ctx context.Context, _ string, writes []store.Write) error {
	if writes != nil {
		stand(ctx, "before "+nameOf(writes[0].Table, writes[0].Key))
	}
	if w.touch != nil {
		if a, ok := ctx.Value(atKey{}).(at); ok {
			w.touch(a.execution, a.state, "before")
		}
	}
	if f, ok := ctx.Value(storeFaultKey{}).(storeFault); ok && f.before != nil && writes != nil {
		return f.before()
	}
	return nil
}

func (w *world) reads(ctx context.Context, what string) { stand(ctx, "before "+what) }

func (w *world) read(ctx context.Context, what string) {
	stand(ctx, "reading "+what)
	if w.touch != nil {
		if a, ok := ctx.Value(atKey{}).(at); ok {
			w.touch(a.execution, a.state, "reading")
		}
	}
}

func (w *world) after(ctx context.Context, _ string, writes []store.Write) error {
	if slices.ContainsFunc(writes, func(wr store.Write) bool { return wr.Table == "checkouts" }) {
		w.watched()
		w.stepped(ctx, writes)
	}
	w.streamed(writes)
	if slices.ContainsFunc(writes, func(wr store.Write) bool { return wr.Table == "coupons" || wr.Table == "redemptions" }) {
		w.watchedCoupon()
	}
	stand(ctx, "after "+nameOf(writes[0].Table, writes[0].Key))
	if w.touch != nil {
		if a, ok := ctx.Value(atKey{}).(at); ok {
			w.touch(a.execution, a.state, "after")
		}
	}
	if f, ok := ctx.Value(storeFaultKey{}).(storeFault); ok && f.after != nil {
		return f.after()
	}
	return nil
}
