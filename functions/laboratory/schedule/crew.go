package schedule

import "iter"

// Crew keeps coroutines for the next run: theirs is a stack that has already grown, which is worth a good part of a
// short run. It is not safe for concurrent use.
type Crew struct{ idle []*coroutine }

// Close ends the coroutines that wait for a run.
func (c *Crew) Close() {
	for _, x := range c.idle {
		x.stop()
	}
	c.idle = nil
}

// coroutine runs one task after another.
type coroutine struct {
	task  *Task
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
}

func (c *Crew) lend(t *Task) {
	var x *coroutine
	if n := len(c.idle); n > 0 {
		x, c.idle = c.idle[n-1], c.idle[:n-1]
	} else {
		x = &coroutine{}
		x.next, x.stop = iter.Pull(x.body)
	}
	x.task, t.on = t, x
}

func (c *Crew) back(t *Task) {
	c.idle, t.on = append(c.idle, t.on), nil
}

func (x *coroutine) body(yield func(struct{}) bool) {
	x.yield = yield
	for more := true; more; more = yield(struct{}{}) {
		t := x.task
		t.err = t.do(t.ctx)
		t.done = true
	}
}
