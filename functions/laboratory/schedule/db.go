package schedule

import (
	"context"
	"errors"

	"rialto/functions/internal/store"
)

// DB decorates a store.DB: every operation yields before it takes effect, and again between its effect and its
// answer. GetMany, which is no snapshot, reads its items forwards or backwards and yields between them.
//
// Outside a task it only passes through. So it does under a context that can be cancelled: code that starts goroutines
// gives them one (errgroup), and what they do is part of the step in which their task waits for them. Such operations
// are not counted, and no hook sees them.
type DB struct {
	DB store.DB
	// Before, if set, is called in the step in which the operation would take effect, just before it; an error is
	// returned in the operation's place. It may Sleep, or crash its task.
	Before func(ctx context.Context, c Call) error
	// Effect, if set, is called in the same step, just after; err is the operation's error.
	Effect func(ctx context.Context, c Call, err error)
	// After, if set, is called in the step in which the answer arrives; an error is returned although the
	// operation took effect.
	After func(ctx context.Context, c Call) error

	calls int64
}

// Call is one operation. Gets, Query or Writes is set, as the operation has it.
type Call struct {
	N         int64  // from 1, in the order of the steps in which operations take effect
	Operation string // Get, GetMany, Snapshot, Query, Apply or Transact
	Gets      []store.Get
	Query     *store.Query
	Writes    []store.Write
}

// ErrLost is the error of a call whose answer was lost, or that was never sent: the caller cannot tell.
var ErrLost = errors.New("schedule: no answer")

// Conflict is the refusal of a transaction, or of a Snapshot, that met another one at the n-th of its items.
func (c Call) Conflict(n int) error { return c.refused(n, store.Conflicted) }

// Throttled is the refusal of a call whose n-th item lies on a busy partition.
func (c Call) Throttled(n int) error { return c.refused(n, store.Throttled) }

func (c Call) refused(n int, cause store.Cause) error {
	r := &store.Refused{}
	for _, w := range c.Writes {
		r.Reasons = append(r.Reasons, store.Reason{Write: w.Label()})
	}
	for range c.Gets {
		r.Reasons = append(r.Reasons, store.Reason{Write: "read"})
	}
	if n < len(r.Reasons) {
		r.Reasons[n].Cause = cause
	}
	return r
}

func (d *DB) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	return do(ctx, d, "Get before", "Get after", Call{Operation: "Get", Gets: []store.Get{{Table: table, Key: key}}}, func() (store.Item, error) {
		return d.DB.Get(ctx, table, key)
	})
}

func (d *DB) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return do(ctx, d, "GetMany before", "GetMany after", Call{Operation: "GetMany", Gets: gets}, func() ([]store.Item, error) {
		out := make([]store.Item, len(gets))
		if aside(ctx) {
			return d.DB.GetMany(ctx, gets...)
		}
		backwards := len(gets) > 1 && Of(ctx).s.Choose(2) == 1
		for n := range gets {
			if n > 0 {
				if err := Yield(ctx, "GetMany next"); err != nil {
					return nil, err
				}
			}
			i := n
			if backwards {
				i = len(gets) - 1 - n
			}
			found, err := d.DB.GetMany(ctx, gets[i])
			if err != nil {
				return nil, err
			}
			out[i] = found[0]
		}
		return out, nil
	})
}

func (d *DB) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return do(ctx, d, "Snapshot before", "Snapshot after", Call{Operation: "Snapshot", Gets: gets}, func() ([]store.Item, error) {
		return d.DB.Snapshot(ctx, gets...)
	})
}

func (d *DB) Query(ctx context.Context, q store.Query) (store.Page, error) {
	return do(ctx, d, "Query before", "Query after", Call{Operation: "Query", Query: &q}, func() (store.Page, error) {
		return d.DB.Query(ctx, q)
	})
}

func (d *DB) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	return do(ctx, d, "Apply before", "Apply after", Call{Operation: "Apply", Writes: []store.Write{w}}, func() (store.Item, error) {
		return d.DB.Apply(ctx, w)
	})
}

func (d *DB) Transact(ctx context.Context, writes ...store.Write) error {
	_, err := do(ctx, d, "Transact before", "Transact after", Call{Operation: "Transact", Writes: writes}, func() (struct{}, error) {
		return struct{}{}, d.DB.Transact(ctx, writes...)
	})
	return err
}

func do[T any](ctx context.Context, d *DB, before, after string, c Call, call func() (T, error)) (T, error) {
	var none T
	if aside(ctx) {
		return call()
	}
	if err := Yield(ctx, before); err != nil {
		return none, err
	}
	d.calls++
	c.N = d.calls
	if d.Before != nil {
		if err := d.Before(ctx, c); err != nil {
			return none, err
		}
	}
	out, err := call()
	if d.Effect != nil {
		d.Effect(ctx, c, err)
	}
	if err := Yield(ctx, after); err != nil {
		return none, err
	}
	if d.After != nil {
		if err := d.After(ctx, c); err != nil {
			return none, err
		}
	}
	return out, err
}

// aside tells that an operation is not a step of a task.
func aside(ctx context.Context) bool { return ctx.Done() != nil || Of(ctx) == nil }

// gap is how many steps there may be between two items of a transaction: enough for others to read and go by it.
const gap = 10

// Torn makes a transaction in perMille of 1,000 cases seen half done: its items are written in an order of choices, with
// steps before each. It is for memory.DB's Torn.
func Torn(perMille int) func(ctx context.Context, writes []store.Write) (next func(left int) int) {
	return func(ctx context.Context, _ []store.Write) func(int) int {
		if aside(ctx) || !Of(ctx).s.Chance(perMille) {
			return nil
		}
		return func(left int) int {
			for range 1 + Of(ctx).s.Choose(gap) {
				_ = Yield(ctx, "Transact next") // it is made to its end whatever becomes of who asked for it
			}
			return Of(ctx).s.Choose(left)
		}
	}
}
