package shards

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"rialto/functions/internal/store"
)

// Want is units that are wanted of a counter.
type Want struct {
	Counter  Counter
	Quantity int64
}

// Short reports that some wants, by their places, are for more units than there are.
type Short struct{ Wants []int }

// Error lists the wants.
func (s *Short) Error() string { return fmt.Sprintf("fewer units than wanted (%v)", s.Wants) }

// Order is what goes into the transaction that draws.
type Order struct {
	// Writes are the caller's own, given what is drawn for each want: records that must not be there yet, as many
	// each time.
	Writes func(draws [][]Draw) []store.Write
	// Judge is told what became of them when a transaction was refused, and decides whether that is the end, and
	// how. It is asked before any want is called short: an item that is empty may be empty because of them.
	Judge func(reasons []store.Reason) (done bool, err error)
}

const (
	maxActions = 100 // writes that one transaction can hold
	// MaxDraws is the most shards that one want is drawn from.
	MaxDraws = 48
)

// Take draws all wants, or none, in one transaction with an order's own writes. Counters must be distinct.
//
// A counter that was never divided costs what a plain conditional write costs, and is short when that write says
// so. Of a divided one the draw is tried at the environment's home; a conflict moves home, and if many, makes the
// counter grow; emptiness is answered from an older shard, or from several at once. It is short only if one
// transactional read of all its shards says so, made during the call or at most MaxAge before it.
//
// Errors: *Short; what Judge says; a transient *store.Refused when others keep being in the way.
func (e *Environment) Take(ctx context.Context, wants []Want, o Order) error {
	n := len(wants)
	t := &taking{Environment: e, since: e.nextTick(), wants: wants, order: o,
		spread: make([][]Draw, n), probed: make([]bool, n), plain: make([]bool, n)}
	if short := t.knownShort(); short != nil {
		return t.short(ctx, short)
	}
	for try := 1; ; try++ {
		refused, err := t.send(ctx)
		if refused == nil {
			return err
		}
		if done, err := o.Judge(refused.Reasons[:t.own]); done {
			return err
		}
		wait, short, err := t.adapt(ctx, refused)
		switch {
		case err != nil:
			return err
		case short != nil:
			return t.short(ctx, short)
		case try >= e.Policy.Tries:
			return refused
		case wait:
			if err := e.Pause(ctx, min(try, 4)); err != nil {
				return err
			}
		}
	}
}

// taking is one call of Take.
type taking struct {
	*Environment
	since  int64
	wants  []Want
	order  Order
	own    int      // how many writes are the caller's
	sent   [][]Draw // what was tried last
	spread [][]Draw // by want, what to draw where home is not enough
	probed []bool
	plain  []bool // whose last refusal said that they were never divided
	grown  bool
}

// knownShort says what a fresh enough reading of all shards already tells.
func (t *taking) knownShort() (short []int) {
	at := t.Now()
	for i, w := range t.wants {
		t.recall(w.Counter, func(m *memory) {
			if m.view != nil && at.Sub(m.view.At) < t.MaxAge && m.view.Layout.Divided() && m.view.Free() < w.Quantity {
				short = append(short, i)
			}
		})
	}
	return short
}

// short says that wants are short. Where that is known from a read of all shards, the caller's own records are read
// after it: if they are there, the units may be missing because another try of the same order took them. That read is
// transactional, so a try that is still being made refuses it.
func (t *taking) short(ctx context.Context, wants []int) error {
	if !slices.ContainsFunc(wants, func(i int) bool { return !t.plain[i] }) {
		return &Short{wants} // the refusal told of both at once
	}
	draws := make([][]Draw, len(t.wants))
	for i, w := range t.wants {
		draws[i] = []Draw{{0, w.Quantity}}
	}
	own := t.order.Writes(draws)
	gets := make([]store.Get, len(own))
	for i, w := range own {
		gets[i] = store.Get{Table: w.Table, Key: w.Key}
	}
	items, err := t.DB.Snapshot(ctx, gets...)
	if err != nil {
		return err
	}
	reasons := make([]store.Reason, len(own))
	for i, w := range own {
		if reasons[i].Write = w.Name; items[i] != nil {
			reasons[i].Cause, reasons[i].Found = store.ConditionFailed, items[i]
		}
	}
	if done, err := t.order.Judge(reasons); done {
		return err
	}
	return &Short{wants}
}

// send tries the transaction once. It returns nil and no error when it was made.
func (t *taking) send(ctx context.Context) (*store.Refused, error) {
	t.sent = make([][]Draw, len(t.wants))
	for i, w := range t.wants {
		if t.spread[i] != nil {
			t.sent[i] = t.spread[i]
			continue
		}
		if _, err := t.layout(ctx, w.Counter); err != nil {
			return nil, err
		}
		home := 0
		t.recall(w.Counter, func(m *memory) { home = m.home })
		t.sent[i] = []Draw{{home, w.Quantity}}
	}
	writes := t.order.Writes(t.sent)
	t.own = len(writes)
	for i, w := range t.wants {
		for _, d := range t.sent[i] {
			writes = append(writes, w.Counter.Take(d))
		}
	}
	err := t.DB.Transact(store.Once(ctx), writes...)
	if err == nil {
		for _, w := range t.wants {
			t.count(w.Counter, 0)
		}
		t.rebalanceDue(ctx)
		return nil, nil
	}
	if r, ok := store.AsRefused(err); ok && len(r.Reasons) == len(writes) {
		if !r.Has(store.Rejected) {
			return r, nil
		}
	}
	return nil, err
}

// rebalanceDue rebalances the counters whose hint was found old. The draw is made, so nothing of it can fail.
func (t *taking) rebalanceDue(ctx context.Context) {
	for _, w := range t.wants {
		due := false
		t.recall(w.Counter, func(m *memory) { due, m.due = m.due, false })
		if !due {
			continue
		}
		err := t.Rebalance(ctx, w.Counter)
		if _, refused := store.AsRefused(err); err != nil && !refused && !Declined(err) {
			slog.WarnContext(ctx, "shards were not rebalanced", "counter", w.Counter.Key, "error", err)
		}
	}
}

// adapt looks for a better way to draw what was refused. wait tells that there is none and that time may help, short
// which wants no way will do for.
func (t *taking) adapt(ctx context.Context, r *store.Refused) (wait bool, short []int, err error) {
	for _, x := range r.Reasons[:t.own] {
		if x.Cause == store.Conflicted || x.Cause == store.Throttled {
			return true, nil, nil // an earlier try of the same order may be about to take what then is missing
		}
	}
	at := t.own
	for i, w := range t.wants {
		reasons := &store.Refused{Reasons: r.Reasons[at : at+len(t.sent[i])]}
		at += len(reasons.Reasons)
		switch {
		case reasons.Has(store.ConditionFailed) && t.sent[i][0].Shard == 0 && len(t.sent[i]) == 1 && !Divided(reasons.Reasons[0].Found):
			short, t.plain[i] = append(short, i), true
		case reasons.Has(store.ConditionFailed):
			enough, err := t.findUnits(ctx, i)
			if refused, ok := store.AsRefused(err); ok && refused.Transient() {
				wait = true // others are at the shards that were to be read
			} else if err != nil {
				return false, nil, err
			} else if !enough {
				short = append(short, i)
			}
		case reasons.Has(store.Conflicted) || reasons.Has(store.Throttled):
			moved, err := t.conflict(ctx, w.Counter)
			if err != nil {
				return false, nil, err
			}
			wait = wait || !moved || t.spread[i] != nil
		}
	}
	return wait, short, nil
}

func (e *Environment) count(c Counter, conflicts int64) {
	e.recall(c, func(m *memory) {
		if m.transactions++; m.transactions > window {
			m.transactions, m.conflicts = m.transactions/2, m.conflicts/2
		}
		m.conflicts += conflicts
	})
}

// conflict makes a counter grow if it must, and moves home if it can.
func (t *taking) conflict(ctx context.Context, c Counter) (moved bool, err error) {
	t.remember(c, func(*memory) {})
	t.count(c, 1)
	l, err := t.layout(ctx, c)
	if err == nil && !l.Divided() {
		l, err = t.readLayout(ctx, c) // maybe somebody has just divided it
	}
	if err != nil {
		return false, err
	}
	m, home := 0, 0
	t.recall(c, func(x *memory) { m, home = t.Policy.Growth(l, x.transactions, x.conflicts), x.home })
	if m > 0 && !t.grown {
		t.grown = true
		if _, err := t.Grow(store.Once(ctx), c, m, home); err != nil && !Declined(err) {
			return false, err
		}
	}
	return t.moveHome(c), nil
}
