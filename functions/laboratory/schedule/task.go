package schedule

import (
	"context"
	"time"
)

// Yield ends a step: other tasks may run before it returns. The label says what the task is about to do; keep it
// a constant. It returns ErrCrashed or ErrStopped if the task must not go on, and nil without a task in ctx.
func Yield(ctx context.Context, label string) error {
	t := Of(ctx)
	if t == nil {
		return nil
	}
	if err := t.gone(); err != nil {
		return err
	}
	return t.wait(label)
}

// Sleep ends a step and lets d of virtual time pass; without a task in ctx it returns at once. Its errors are
// Yield's.
func Sleep(ctx context.Context, d time.Duration) error {
	t := Of(ctx)
	if t == nil {
		return nil
	}
	if err := t.gone(); err != nil {
		return err
	}
	if d <= 0 {
		return t.wait("sleep")
	}
	t.s.naps++
	t.wake, t.nap, t.napping = t.s.now+d, t.s.naps, true
	err := t.wait("sleep")
	t.napping = false
	return err
}

// SleepUntil is Sleep until an instant; one that is past is a Yield.
func SleepUntil(ctx context.Context, at time.Time) error {
	t := Of(ctx)
	if t == nil {
		return nil
	}
	return Sleep(ctx, sinceEpoch(at)-t.s.now)
}

// Pause returns a backoff of full jitter on the virtual clock, up to base x 2^try, for store.Dynamo's Pause and
// everything shaped like it.
func Pause(base time.Duration) func(ctx context.Context, try int) error {
	const grains = 1024
	return func(ctx context.Context, try int) error {
		t := Of(ctx)
		if t == nil {
			return nil
		}
		return Sleep(ctx, time.Duration(t.s.Choose(grains))*(base<<try)/grains)
	}
}

// Crash makes every yield of the task fail with ErrCrashed from now on, and with it every operation of a DB, which
// then has no effect: as far as others can see the task has stopped where it is. Restart ends that.
func (t *Task) Crash() { t.crashed = true }

// Restart lets a task that has crashed go on, as another process with the same name.
func (t *Task) Restart() { t.crashed = false }

// Crashed tells whether the task has crashed.
func (t *Task) Crashed() bool { return t.crashed }

// Scheduler is what runs the task.
func (t *Task) Scheduler() *Scheduler { return t.s }

func (t *Task) gone() error {
	switch {
	case t.s.stopped:
		return ErrStopped
	case t.crashed:
		return ErrCrashed
	}
	return t.ctx.Err()
}

func (t *Task) wait(label string) error {
	t.label = label
	if !t.on.yield(struct{}{}) || t.s.stopped {
		return ErrStopped
	}
	return nil
}

// resume runs the task until it yields or ends.
func (t *Task) resume() {
	if t.on == nil {
		t.s.Crew.lend(t)
	}
	t.on.next()
	if t.done {
		t.s.Crew.back(t)
	}
}
