// Package recorded is a store.DB that writes down every call to another and what it costs.
package recorded

import (
	"context"
	"slices"
	"sync"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/capacity"
	"rialto/functions/laboratory/memory"
)

// DB is a store.DB that writes down every call to another and what DynamoDB charges for it. It is for tests and
// benchmarks: nothing that is deployed wires it, and no other DB knows of it.
//
// Over a memory.DB every figure is exact as long as nobody else writes the same items at the same moment, since the
// item before a write is looked up first. Over any other DB nothing more is read than was asked for: a write's
// cost is then of what is known (the item written or returned), and the call is not Exact; calls that the DB
// makes again by itself are not seen.
type DB struct {
	DB     store.DB
	Tables []tables.Table // whose indexes are charged
	// Delay, if set, is called after a call is written down as begun. Over a fake that answers at once it makes
	// calls that run side by side overlap.
	Delay func(ctx context.Context)
	// Label, if set, says for whom a call is made.
	Label func(ctx context.Context) string

	mu    sync.Mutex
	tick  int64
	calls []*Call
}

// Call is one request to DynamoDB. Begun and Ended count all beginnings and ends in their order, from 1; Ended is
// 0 while it runs.
type Call struct {
	Operation    string // store.Get, GetMany, Snapshot, Query, Apply or Transact
	Label        string
	Tables       []string // sorted, each once
	Writes       []Change // of Apply and Transact
	Read         int      // bytes
	RCU, WCU     float64
	LeastWCU     float64 // WCU if no item were larger than 1 KB
	Begun, Ended int64
	Exact        bool
	Refused      bool // a condition did not hold
	Failed       bool // any other error
}

// Change is what one write of a call made of an item; sizes in bytes, 0 for no item.
type Change struct {
	Write, Table  string
	Before, After int
	WCU           float64
	Changed       bool
}

// Calls returns copies of the calls so far, in the order of their beginnings.
func (r *DB) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Call, len(r.calls))
	for i, c := range r.calls {
		out[i] = *c
	}
	return out
}

// Reset forgets the calls so far.
func (r *DB) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

// Depth returns a longest chain of calls that had to wait for each other: each began after the one before it
// ended. Its length is how many round trips the caller waited for; calls that overlap count once.
func Depth(calls []Call) []Call {
	calls = slices.Clone(calls)
	slices.SortFunc(calls, func(a, b Call) int { return int(a.Begun - b.Begun) })
	length, before, longest := make([]int, len(calls)), make([]int, len(calls)), -1
	for i, c := range calls {
		length[i], before[i] = 1, -1
		for j, d := range calls[:i] {
			waited, chained := d.Ended != 0 && d.Ended < c.Begun, length[j]+1
			// Of chains as long, the one through the same label explains more.
			if waited && (chained > length[i] || chained == length[i] && d.Label == c.Label) {
				length[i], before[i] = chained, j
			}
		}
		if longest < 0 || length[i] > length[longest] {
			longest = i
		}
	}
	var chain []Call
	for i := longest; i >= 0; i = before[i] {
		chain = append(chain, calls[i])
	}
	slices.Reverse(chain)
	return chain
}

func (r *DB) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	c := r.begin(ctx, "Get", table)
	i, err := r.DB.Get(ctx, table, key)
	c.reads(capacity.Strongly, i)
	return i, r.end(c, err)
}

func (r *DB) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return r.many(ctx, "GetMany", capacity.Strongly, gets, r.DB.GetMany)
}

func (r *DB) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return r.many(ctx, "Snapshot", capacity.Transactional, gets, r.DB.Snapshot)
}

func (r *DB) many(ctx context.Context, operation string, how capacity.Consistency, gets []store.Get,
	do func(context.Context, ...store.Get) ([]store.Item, error)) ([]store.Item, error) {
	if len(gets) == 0 { // no request is made
		return do(ctx, gets...)
	}
	var names []string
	for _, g := range gets {
		names = append(names, g.Table)
	}
	c := r.begin(ctx, operation, names...)
	items, err := do(ctx, gets...)
	seen := map[store.Get]bool{}
	for n, g := range gets {
		if !seen[g] && n < len(items) { // a key named twice is asked for once
			seen[g] = true
			c.reads(how, items[n])
		}
	}
	return items, r.end(c, err)
}

func (r *DB) Query(ctx context.Context, q store.Query) (store.Page, error) {
	c := r.begin(ctx, "Query", q.Table)
	p, err := r.DB.Query(ctx, q)
	how := capacity.Strongly
	if q.Eventual || q.Index != "" {
		how = capacity.Eventually
	}
	c.reads(how, p.Items...)
	return p, r.end(c, err)
}

func (r *DB) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	c := r.begin(ctx, "Apply", w.Table)
	old, exact := r.before(w)
	i, err := r.DB.Apply(ctx, w)
	if !exact && w.Kind() == store.KindUpdate && err == nil {
		old = i
	}
	r.wrote(c, w, old, exact, err, 0)
	return i, r.end(c, err)
}

func (r *DB) Transact(ctx context.Context, writes ...store.Write) error {
	var names []string
	for _, w := range writes {
		names = append(names, w.Table)
	}
	c := r.begin(ctx, "Transact", names...)
	olds, exact := make([]store.Item, len(writes)), make([]bool, len(writes))
	for n, w := range writes {
		olds[n], exact[n] = r.before(w)
	}
	err := r.DB.Transact(ctx, writes...)
	for n, w := range writes {
		r.wrote(c, w, olds[n], exact[n], err, n)
	}
	return r.end(c, err)
}

func (r *DB) begin(ctx context.Context, operation string, names ...string) *Call {
	slices.Sort(names)
	c := &Call{Operation: operation, Tables: slices.Compact(names), Exact: true}
	if r.Label != nil {
		c.Label = r.Label(ctx)
	}
	r.mu.Lock()
	r.tick++
	c.Begun = r.tick
	r.calls = append(r.calls, &Call{Operation: operation, Tables: c.Tables, Label: c.Label, Begun: c.Begun})
	r.mu.Unlock()
	if r.Delay != nil {
		r.Delay(ctx)
	}
	return c
}

func (r *DB) end(c *Call, err error) error {
	if _, refused := store.AsRefused(err); refused {
		c.Refused = true
	} else if err != nil {
		c.Failed = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tick++
	c.Ended = r.tick
	for n, begun := range r.calls {
		if begun.Begun == c.Begun {
			r.calls[n] = c
		}
	}
	return err
}

// reads charges one read of items together; no item is a read of nothing.
func (c *Call) reads(how capacity.Consistency, items ...store.Item) {
	bytes := 0
	for _, i := range items {
		bytes += capacity.Size(i)
	}
	c.Read += bytes
	c.RCU += capacity.ReadUnits(bytes, how)
}

// before returns the item that a write meets, where looking costs nothing.
func (r *DB) before(w store.Write) (store.Item, bool) {
	m, ok := r.DB.(*memory.DB)
	if !ok {
		return nil, false
	}
	return store.Clone(m.Peek(w.Table, w.Key)), true
}

func (r *DB) wrote(c *Call, w store.Write, old store.Item, exact bool, err error, n int) {
	transaction := c.Operation == "Transact"
	t, after := r.table(w.Table), w.After(old)
	change := Change{Write: w.Label(), Table: w.Table, Before: capacity.Size(old), After: capacity.Size(after)}
	refused, no := store.AsRefused(err)
	switch {
	case no:
		if n < len(refused.Reasons) && refused.Reasons[n].Found != nil {
			old = refused.Reasons[n].Found
		}
		change.WCU = capacity.RefusedUnits(old, after, transaction)
		c.LeastWCU += capacity.Base(0, transaction)
	case err == nil:
		change.WCU = capacity.WriteUnits(t, old, after, transaction)
		change.Changed = !capacity.Equal(old, after)
		c.LeastWCU += capacity.LeastUnits(t, old, after, transaction)
	}
	c.Exact = c.Exact && exact
	c.WCU += change.WCU
	c.Writes = append(c.Writes, change)
}

func (r *DB) table(name string) tables.Table {
	for _, t := range r.Tables {
		if t.Name == name {
			return t
		}
	}
	return tables.Table{Name: name}
}
