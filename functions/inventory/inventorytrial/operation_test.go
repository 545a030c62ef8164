package inventorytrial_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/schedule"
)

type kind int

const (
	holdIt kind = iota
	commitIt
	releaseIt
	shipIt
	receiveIt
	adjustIt
	countIt
	growIt
	shrinkIt
	transferIt
	closeIt
	rebalanceIt
	kinds
)

var kindNames = [...]string{"hold", "commit", "release", "ship", "receive", "adjust", "count", "grow", "shrink", "transfer", "close", "rebalance"}

// reshapeKinds are what a layout goes through. The first is nothing.
var reshapeKinds = []kind{holdIt, growIt, growIt, shrinkIt, shrinkIt, transferIt, closeIt, rebalanceIt, rebalanceIt}

func (k kind) String() string { return kindNames[k] }

// operation is one request to the inventory.
type operation struct {
	kind    kind
	order   *order
	receipt *receipt
	amend   *amend
	reshape *reshape
	at      time.Time // when what moved did, or a count was taken
	now     time.Time
	expires time.Time
}

func (o operation) String() string {
	switch {
	case o.kind == holdIt:
		return fmt.Sprintf("hold %s: %s, until +%s", o.order.id, o.order.wants(), o.expires.Sub(dawn))
	case o.order != nil:
		return fmt.Sprintf("%s %s%s", o.kind, o.order.id, o.when())
	case o.receipt != nil && o.receipt.Returned:
		return fmt.Sprintf("return %d %s as %s%s", o.receipt.Quantity, pools[o.receipt.pool], o.receipt.ID, o.when())
	case o.receipt != nil:
		return fmt.Sprintf("receive %d %s as %s%s", o.receipt.Quantity, pools[o.receipt.pool], o.receipt.ID, o.when())
	case o.kind == adjustIt:
		return fmt.Sprintf("adjust %s by %+d as %s", pools[o.amend.pool], o.amend.quantity, o.amend.id)
	case o.kind == countIt:
		return fmt.Sprintf("count %d %s as of +%s as %s", o.amend.quantity, pools[o.amend.pool], o.at.Sub(dawn), o.amend.id)
	case o.kind == growIt || o.kind == shrinkIt:
		return fmt.Sprintf("%s %s by %d", o.kind, pools[o.reshape.pool], o.reshape.n)
	case o.kind == transferIt:
		return fmt.Sprintf("transfer %d %s from shard %d to %d", o.reshape.quantity, pools[o.reshape.pool], o.reshape.from, o.reshape.to)
	}
	return fmt.Sprintf("%s %s", o.kind, pools[o.reshape.pool])
}

// when says how late it is.
func (o operation) when() string {
	if o.at.IsZero() || o.at.Equal(o.now) {
		return ""
	}
	return fmt.Sprintf(", of +%s", o.at.Sub(dawn))
}

func (o *order) wants() string {
	var s []string
	for _, p := range o.picks {
		s = append(s, fmt.Sprintf("%d %s", p.n, pools[p.pool]))
	}
	return strings.Join(s, " + ")
}

// answers are the refusals that each operation may give.
var answers = [kinds][]string{
	holdIt:     {"item_unavailable", "hold_released", "hold_committed", "hold_expired"},
	commitIt:   {"hold_missing", "hold_released", "hold_expired"},
	releaseIt:  {"hold_committed"},
	countIt:    {"superseded"},
	growIt:     {"shards_too_many", "shard_short"},
	shrinkIt:   {"shards_last"},
	transferIt: {"shard_younger", "shard_short"},
	closeIt:    {"shard_in_use"},
}

// outcome is what an operation answered.
type outcome struct {
	code    string // "" for success
	n       int    // holds released; 1 for a receipt that was booked just now
	unknown bool   // it may have happened or not
	err     error
}

// perform makes the request through the real rules and store.
func (o operation) perform(ctx context.Context, p *process, late time.Duration) outcome {
	var out outcome
	switch o.kind {
	case holdIt:
		_, out.err = p.service.Hold(ctx, inventory.HoldInput{OrderID: o.order.id, Plan: o.order.plan, ExpiresAt: o.expires})
	case commitIt:
		out.err = o.commit(ctx, p, o.now.Add(-late))
	case releaseIt:
		var r inventory.ReleaseOutput
		r, out.err = p.service.Release(ctx, inventory.ReleaseInput{OrderID: o.order.id, Plan: o.order.plan})
		out.n = r.Released
	case shipIt:
		out.err = p.store.Ship(ctx, o.order.id, o.order.plan.Lines, o.at, o.now)
	case receiveIt:
		var booked bool
		r := o.receipt.Receipt
		r.ReceivedAt = o.at
		booked, out.err = p.store.Receive(ctx, r)
		out.n = b2i(booked)
	case adjustIt, countIt:
		a := o.amend
		ch := inventory.Change{ID: a.id, SKU: pools[a.pool].sku, Centre: pools[a.pool].centre, Kind: inventory.Adjusted, Quantity: a.quantity}
		if a.count {
			ch.Kind, ch.AsOf = inventory.Counted, o.at
		}
		var booked bool
		booked, out.err = p.store.Apply(ctx, ch, o.now)
		out.n = b2i(booked)
	case growIt:
		_, out.err = p.store.Grow(ctx, o.sku(), o.centre(), o.reshape.n)
	case shrinkIt:
		_, out.err = p.store.Shrink(ctx, o.sku(), o.centre(), o.reshape.n)
	case transferIt:
		out.err = p.store.Transfer(ctx, o.sku(), o.centre(), o.reshape.from, o.reshape.to, o.reshape.quantity)
	case closeIt:
		_, out.err = p.store.Close(ctx, o.sku(), o.centre())
	case rebalanceIt:
		out.err = p.store.Rebalance(ctx, o.sku(), o.centre())
	}
	out.code = fault.Code(out.err)
	out.unknown = out.err != nil && (interrupted(out.err) || transient(out.err))
	return out
}

func (o operation) sku() inventory.SKU { return pools[o.reshape.pool].sku }
func (o operation) centre() string     { return pools[o.reshape.pool].centre }

// commit is the pivot as far as the inventory is concerned: the order is written with its holds or not at all.
func (o operation) commit(ctx context.Context, p *process, now time.Time) error {
	writes := append(inventorystore.Commit(o.order.id, o.order.plan, now),
		store.Put("orders", store.Key{PK: o.order.id}, struct{}{}).If(store.Absent()).Named("order"))
	err := p.store.DB.Transact(ctx, writes...)
	r, ok := store.AsRefused(err)
	if !ok {
		return err
	}
	if _, placed := r.Failed("order"); placed {
		return nil
	}
	if f := inventorystore.CommitRefusal(r); f != nil {
		return f
	}
	return err
}

// interrupted tells that a fault of the trial is in the chain.
func interrupted(err error) bool {
	return errors.Is(err, schedule.ErrLost) || errors.Is(err, schedule.ErrCrashed) || errors.Is(err, schedule.ErrStopped)
}

// transient tells of a refusal that says to try again: only those that were made transient on purpose count.
func transient(err error) bool {
	if r, ok := store.AsRefused(err); ok && r.Transient() {
		return true
	}
	k := fault.Of(err).Kind
	return k == fault.Throttled || k == fault.Unavailable
}

// attempt is an operation that was begun, and maybe ended.
type attempt struct {
	op          operation
	out         outcome
	call, ended int64
	low         [len(pools)]int64 // the fewest units that were free while it ran, or shortly before if that may be remembered
	divided     bool              // some of what it wanted was divided when it ended
}

func (t *trial) called(ctx context.Context, op operation) *attempt {
	t.ticks++
	x := &attempt{op: op, call: t.ticks}
	t.history = append(t.history, x)
	t.running[schedule.Of(ctx)] = x
	t.counts.operations[op.kind]++
	if op.kind == holdIt {
		for i := range pools {
			x.low[i] = t.books.pools[i].lately(t.s.Elapsed() - t.work.fresh)
		}
		t.active = append(t.active, x)
	}
	if t.keep {
		t.note("> %s", op)
	}
	return x
}

func (t *trial) returned(ctx context.Context, x *attempt, out outcome) {
	t.ticks++
	x.out, x.ended = out, t.ticks
	delete(t.running, schedule.Of(ctx))
	if x.op.kind == holdIt {
		for _, p := range x.op.order.picks {
			x.divided = x.divided || t.books.pools[p.pool].layout.next > 0
		}
		t.active = slices.DeleteFunc(t.active, func(y *attempt) bool { return x == y })
	}
	t.s.Note(uint64(len(out.code))<<8 | uint64(out.n)<<1 | uint64(b2i(out.unknown)))
	if t.keep {
		switch {
		case out.unknown:
			t.note("< %s %s: no answer that says (%v)", x.op.kind, x.op.subject(), out.err)
		case out.code != "":
			t.note("< %s %s: %s", x.op.kind, x.op.subject(), out.code)
		default:
			t.note("< %s %s: done", x.op.kind, x.op.subject())
		}
	}
	switch {
	case out.unknown:
		t.counts.unknown++
	case x.op.kind == transferIt && (x.op.reshape.from >= x.op.reshape.to) != (out.code == "shard_younger"):
		t.fail("answer", "%s answered %q", x.op, out.code)
	case out.code == "superseded" && !t.outdated(x.op):
		t.fail("answer", "%s is told superseded, and nothing newer was booked", x.op)
	case out.code == "":
	case !slices.Contains(answers[x.op.kind], out.code):
		t.fail("answer", "%s answered %s: %v", x.op, out.code, out.err)
	case out.code == "item_unavailable":
		t.counts.soldOut++
		t.soldOut(x, out.err)
	}
}

// outdated tells whether a count of the same second or later was booked, or is being booked and seen in part.
func (t *trial) outdated(count operation) bool {
	newer := func(at time.Time) bool { return at.Truncate(time.Second).After(count.at.Add(-time.Second)) }
	for _, y := range t.running {
		if o := y.op; o.kind == countIt && o.amend.pool == count.amend.pool && o.amend.id != count.amend.id && newer(o.at) {
			return true
		}
	}
	return newer(t.books.pools[count.amend.pool].last.at)
}

func (o operation) subject() string {
	if o.order != nil {
		return o.order.id
	}
	if o.receipt != nil {
		return o.receipt.ID
	}
	if o.amend != nil {
		return o.amend.id
	}
	return pools[o.reshape.pool].String()
}

// soldOut judges an answer that lines are short: each must have been, at some instant since it was asked.
func (t *trial) soldOut(x *attempt, err error) {
	fields := fault.Of(err).Fields
	if len(fields) == 0 {
		t.fail("answer", "%s: item_unavailable names no line", x.op)
	}
	for _, f := range fields {
		var line int
		if _, err := fmt.Sscanf(f.Pointer, "/lines/%d", &line); err != nil || line >= len(x.op.order.plan.Lines) {
			t.fail("answer", "%s: item_unavailable names %q", x.op, f.Pointer)
			return
		}
		l := x.op.order.plan.Lines[line]
		short := false
		for i, p := range pools {
			var want int64
			for _, pick := range l.Picks {
				if p.sku.ProductID == l.ProductID && p.centre == pick.Centre {
					want += pick.Quantity
				}
			}
			short = short || x.low[i] < want
		}
		if !short {
			t.fail("false-sold-out", "%s: line %s was never short; the fewest free units meanwhile were %v", x.op, l.Line, x.low)
		}
	}
}
