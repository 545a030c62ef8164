package shards

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"rialto/functions/internal/store"
)

// Environment is what one execution environment remembers of the counters that it draws on: of each a layout, a
// home shard, and how often it met others there. It remembers only counters that are hot. It is safe for
// concurrent use; several that share one share its reads of all shards too, and wait for each other's.
type Environment struct {
	DB     store.DB
	Now    func() time.Time
	Random func() float64 // in [0, 1)
	// Pause waits before try n (1, 2, …) of a draw that met others; an error ends the trying.
	Pause  func(ctx context.Context, try int) error
	Policy Policy
	// MaxAge is how old what is remembered of a layout, or of all shards, may get: it is used while it is younger.
	MaxAge time.Duration

	mu    sync.Mutex
	tick  int64
	known map[store.Get]*memory
}

// New returns an environment of the default policy, which remembers for a second.
func New(db store.DB, now func() time.Time, random func() float64) *Environment {
	return &Environment{DB: db, Now: now, Random: random, Pause: store.Backoff(5*time.Millisecond, random), Policy: Default, MaxAge: time.Second}
}

// Forgetful returns an environment for one call: it has no clock and no chance, and too little experience to make a
// counter grow.
func Forgetful(db store.DB) *Environment {
	e := New(db, func() time.Time { return time.Time{} }, func() float64 { return 0.5 })
	e.Policy.GrowAfter = math.MaxInt64
	return e
}

type memory struct {
	layout                  Layout
	readAt                  time.Time // when the layout was read
	home                    int
	due                     bool // the hint was old when the layout was read
	transactions, conflicts int64
	view                    *cachedView
	flight                  *flight
}

// cachedView is a view and the tick at which its reading began.
type cachedView struct {
	View
	begun int64
}

type flight struct {
	begun int64
	done  chan struct{}
	view  View
	err   error
}

// maxRemembered bounds how many counters are remembered; who forgets one learns it again at its next conflict.
const maxRemembered = 4096

// remember calls f with what is remembered of a counter, under the lock.
func (e *Environment) remember(c Counter, f func(*memory)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.known[c.id()]
	if m == nil {
		if e.known == nil || len(e.known) >= maxRemembered {
			e.known = map[store.Get]*memory{}
		}
		m = &memory{layout: Whole}
		e.known[c.id()] = m
	}
	f(m)
}

// recall calls f as remember does, and not at all for a counter that was never hot here.
func (e *Environment) recall(c Counter, f func(*memory)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if m := e.known[c.id()]; m != nil {
		f(m)
	}
}

func (e *Environment) nextTick() int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tick++
	return e.tick
}

// Forget drops what is remembered of how many units a counter has: somebody here has just changed that.
func (e *Environment) Forget(c Counter) {
	e.recall(c, func(m *memory) { m.view, m.flight = nil, nil })
}

// learn takes a layout that was just read, and a home in it if the old one is no longer active.
func (e *Environment) learn(c Counter, l Layout, at time.Time) {
	random := e.Random()
	e.remember(c, func(m *memory) {
		if l.Version < m.layout.Version || l.Version == m.layout.Version && at.Before(m.readAt) {
			return // an older reading that came late
		}
		if l.Version > m.layout.Version {
			m.transactions, m.conflicts = 0, 0
			if !m.layout.Divided() || !l.IsActive(m.home) {
				m.home = l.Active + int(random*float64(l.Width()))
			}
		}
		m.layout, m.readAt = l, at
		m.due = l.Divided() && at.UnixMilli()-l.At >= hintAge.Milliseconds()
	})
}

// readLayout reads a counter's layout.
func (e *Environment) readLayout(ctx context.Context, c Counter) (Layout, error) {
	at := e.Now()
	i, err := e.DB.Get(ctx, c.Table, c.Layout())
	if err != nil {
		return Whole, err
	}
	l, err := ReadLayout(i)
	if err == nil {
		e.learn(c, l, at)
	}
	return l, err
}

// layout returns a counter's layout as it was at most MaxAge ago; never hot means whole.
func (e *Environment) layout(ctx context.Context, c Counter) (Layout, error) {
	l, stale := Whole, false
	at := e.Now()
	e.recall(c, func(m *memory) { l, stale = m.layout, m.layout.Divided() && at.Sub(m.readAt) >= e.MaxAge })
	if stale {
		return e.readLayout(ctx, c)
	}
	return l, nil
}

// moveHome moves home to another active shard, if there is one, and tells whether it did.
func (e *Environment) moveHome(c Counter) (did bool) {
	random := e.Random()
	e.remember(c, func(m *memory) {
		l := m.layout
		others := l.Width()
		if l.IsActive(m.home) {
			others--
		}
		if others == 0 {
			return
		}
		k := l.Active + int(random*float64(others))
		if l.IsActive(m.home) && k >= m.home {
			k++
		}
		m.home, did = k, true
	})
	return did
}

// ReadSnapshot reads a counter's layout and open shards as of one instant, now. While a counter is hot, that may be refused:
// some transaction is under way on one of the shards.
//
// Two plain reads that find the same versions would not do: a transaction that is being committed shows its items
// one by one, so both could find a transfer's units gone from here and not yet there.
func (e *Environment) ReadSnapshot(ctx context.Context, c Counter) (View, error) {
	return e.read(ctx, c, e.DB.Snapshot)
}

// ReadAll reads all shards that a counter ever had, in the order of their numbers: the open ones as of one instant, and
// those that are closed, which do not change any more. Where nothing was ever put in, shard 0 is nil.
func (e *Environment) ReadAll(ctx context.Context, c Counter) (Layout, []store.Item, error) {
	v, err := e.ReadSnapshot(ctx, c)
	if err != nil {
		return Whole, nil, err
	}
	var closed []store.Get
	for k := range v.Layout.Open {
		closed = append(closed, store.Get{Table: c.Table, Key: c.Shard(k)})
	}
	var items []store.Item
	for len(closed) > 0 {
		n := min(len(closed), maxActions)
		found, err := e.DB.GetMany(ctx, closed[:n]...)
		if err != nil {
			return Whole, nil, err
		}
		items, closed = append(items, found...), closed[n:]
	}
	for _, s := range v.Shards {
		items = append(items, s.Item)
	}
	return v.Layout, items, nil
}

// ReadCommitted reads a counter's layout and open shards item by item, with read-committed isolation: no transaction
// can be in its way, and units that are moving may be in it twice or not at all.
func (e *Environment) ReadCommitted(ctx context.Context, c Counter) (View, error) {
	return e.read(ctx, c, e.DB.GetMany)
}

func (e *Environment) read(ctx context.Context, c Counter, from func(context.Context, ...store.Get) ([]store.Item, error)) (View, error) {
	guess := Whole
	e.recall(c, func(m *memory) { guess = m.layout })
	for range 8 {
		gets := []store.Get{{Table: c.Table, Key: c.Layout()}}
		for k := guess.Open; k < guess.Next; k++ {
			gets = append(gets, store.Get{Table: c.Table, Key: c.Shard(k)})
		}
		at := e.Now()
		items, err := from(ctx, gets...)
		if err != nil {
			return View{}, err
		}
		l, err := ReadLayout(items[0])
		if err != nil {
			return View{}, err
		}
		if l.Divided() {
			e.learn(c, l, at)
		}
		if l.Open != guess.Open || l.Next != guess.Next {
			guess = l
			continue
		}
		v := View{Layout: l, At: at}
		for n, i := range items[1:] {
			s, err := readShard(l.Open+n, i)
			if err != nil {
				return View{}, err
			}
			v.Shards = append(v.Shards, s)
		}
		return v, nil
	}
	return View{}, ErrChanged
}

// readCached returns all shards as of an instant since a tick or, if it may be cached, at most MaxAge ago. Calls that can
// use the same reading share it.
func (e *Environment) readCached(ctx context.Context, c Counter, since int64, cached bool) (View, error) {
	begun, at := e.nextTick(), e.Now()
	var ready *View
	var f *flight
	mine := false
	e.remember(c, func(m *memory) {
		switch {
		case m.view != nil && (m.view.begun >= since || cached && at.Sub(m.view.At) < e.MaxAge):
			ready = &m.view.View
		case m.flight != nil && (m.flight.begun >= since || cached):
			f = m.flight
		default:
			f, mine = &flight{begun: begun, done: make(chan struct{})}, true
			m.flight = f
		}
	})
	switch {
	case ready != nil:
		return *ready, nil
	case !mine:
		select {
		case <-f.done:
		case <-ctx.Done():
			return View{}, ctx.Err()
		}
		if errors.Is(f.err, context.Canceled) && ctx.Err() == nil {
			return e.ReadSnapshot(ctx, c) // who read for both has gone
		}
		return f.view, f.err
	}
	f.view, f.err = e.ReadSnapshot(ctx, c)
	e.remember(c, func(m *memory) {
		if m.flight == f { // else somebody forgot, or reads anew
			if m.flight = nil; f.err == nil {
				m.view = &cachedView{f.view, f.begun}
			}
		}
	})
	close(f.done)
	return f.view, f.err
}

// ReadCached is ReadSnapshot, shared by concurrent calls and cached for at most MaxAge.
func (e *Environment) ReadCached(ctx context.Context, c Counter) (View, error) {
	v, err := e.readCached(ctx, c, e.nextTick(), true)
	v.Shards = slices.Clone(v.Shards)
	return v, err
}
