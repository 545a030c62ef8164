package shards

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

// hintAge is how old a layout's hint gets before the next draw renews it.
const hintAge = time.Second

// Grow adds m shards and gives each a share of what shard source has free, as large as the one that stays there. If
// it divides a counter that was whole, nearly all of shard 0 goes to them; a little stays, for the counter is being
// drawn on between the read and the change. Errors: ErrTooMany, ErrTooFew if there is no such shard, ErrChanged
// if others were faster.
func (e *Environment) Grow(ctx context.Context, c Counter, m, source int) (Layout, error) {
	at := e.Now()
	items, err := e.DB.GetMany(ctx, store.Get{Table: c.Table, Key: c.Layout()}, store.Get{Table: c.Table, Key: c.Shard(source)})
	if err != nil {
		return Whole, err
	}
	old, err := ReadLayout(items[0])
	if err != nil {
		return Whole, err
	}
	from, err := readShard(source, items[1])
	if err != nil {
		return old, err
	}
	l, err := old.Grown(m)
	if err != nil {
		return old, err
	}
	if items[1] == nil || !old.IsOpen(source) {
		return old, ErrTooFew
	}
	share := from.Available / int64(m+1)
	if !old.Divided() {
		share = (from.Available - from.Available/16) / int64(m)
	}
	var writes []store.Write
	give := c.change(source).Add(available, -share*int64(m)).Add(moved, -share*int64(m)).If(store.Ge(available, share*int64(m)))
	if old.Divided() {
		writes = append(writes, c.bounds(old, l))
	} else {
		l.Hint = Hint{Free: from.Available, At: at.UnixMilli(), Turnover: from.Version}
		writes = append(writes, c.first(c.Layout(), l).Named("layout"))
		give = give.Set(shard, 0).SetIfAbsent(out, 0)
	}
	if share > 0 || !old.Divided() {
		writes = append(writes, give)
	}
	for k := old.Next; k < l.Next; k++ {
		writes = append(writes, c.first(c.Shard(k), newShard{K: k, Available: share, Moved: share, Version: 1}))
	}
	return e.reshape(ctx, c, l, at, e.DB.Transact(ctx, writes...), ErrChanged)
}

// Shrink retires the m oldest active shards. Errors: ErrLast, ErrChanged if others were faster.
func (e *Environment) Shrink(ctx context.Context, c Counter, m int) (Layout, error) {
	at := e.Now()
	old, err := e.readLayout(ctx, c)
	if err != nil {
		return old, err
	}
	l, err := old.Shrunk(m)
	if err != nil {
		return old, err
	}
	_, err = e.DB.Apply(ctx, c.bounds(old, l))
	return e.reshape(ctx, c, l, at, err, ErrChanged)
}

// Close closes the oldest shard. Errors: ErrInUse unless it is retired, has no units, and none can come back to it;
// ErrChanged if others were faster.
func (e *Environment) Close(ctx context.Context, c Counter) (Layout, error) {
	at := e.Now()
	old, err := e.readLayout(ctx, c)
	if err != nil {
		return old, err
	}
	l, err := old.Closed()
	if err != nil {
		return old, err
	}
	return e.reshape(ctx, c, l, at, e.DB.Transact(ctx, c.bounds(old, l),
		c.change(old.Open).Set(closed, true).If(store.Eq(available, 0), store.Eq(out, 0), free)), ErrInUse)
}

// Transfer moves units to a younger shard. A repetition moves as many again, which changes where units are and not
// how many. Errors: ErrYounger, ErrTooFew, ErrChanged if others were in the way.
func (e *Environment) Transfer(ctx context.Context, c Counter, t Transfer) error {
	if t.From >= t.To || t.Quantity < 1 {
		return ErrYounger
	}
	_, err := e.reshape(ctx, c, Whole, e.Now(), e.DB.Transact(ctx, c.transfer(t)...), ErrTooFew)
	return err
}

func (e *Environment) pay(ctx context.Context, c Counter, t Transfer) error {
	_, err := e.reshape(ctx, c, Whole, e.Now(), e.DB.Transact(ctx,
		c.change(t.From).Add(available, -t.Quantity).Add(moved, -t.Quantity).If(store.Ge(available, t.Quantity)),
		c.change(t.To).Add(debt, -t.Quantity).Add(moved, t.Quantity).If(store.Ge(debt, t.Quantity))), ErrTooFew)
	return err
}

// Gather moves all free units of a view into the youngest shard. Errors: ErrTooFew, ErrChanged.
func (e *Environment) Gather(ctx context.Context, c Counter, v View) error {
	var sum int64
	var writes []store.Write
	for _, s := range v.Shards[:len(v.Shards)-1] {
		if s.Available > 0 {
			sum += s.Available
			writes = append(writes, c.transfer(Transfer{From: s.K, Quantity: s.Available})[0])
		}
	}
	if sum == 0 {
		return nil
	}
	writes = append(writes, c.transfer(Transfer{To: v.Layout.Next - 1, Quantity: sum})[1])
	_, err := e.reshape(ctx, c, Whole, v.At, e.DB.Transact(ctx, writes...), ErrTooFew)
	return err
}

// newShard is what a new shard begins with.
type newShard struct {
	K         int   `dynamodbav:"shard"`
	Available int64 `dynamodbav:"available"`
	Out       int64 `dynamodbav:"out"`
	Moved     int64 `dynamodbav:"moved"`
	Version   int64 `dynamodbav:"version"`
}

// first writes an item that must not be there yet, with the context's attributes.
func (c Counter) first(key store.Key, record any) store.Write {
	i, err := store.Marshal(record)
	if err != nil {
		return store.Put(c.Table, key, record) // which reports it
	}
	maps.Copy(i, c.Record)
	return store.Put(c.Table, key, i).If(store.Absent())
}

func (c Counter) bounds(old, l Layout) store.Write {
	return store.Update(c.Table, c.Layout()).Set("open", l.Open).Set("active", l.Active).Set("next", l.Next).Set("version", l.Version).
		If(store.Eq("version", old.Version)).Named("layout")
}

// reshape learns from the outcome of a change. missed is the error if a condition other than the layout's failed.
func (e *Environment) reshape(ctx context.Context, c Counter, l Layout, at time.Time, err error, missed *fault.Error) (Layout, error) {
	e.Forget(c)
	if err == nil {
		if l.Divided() {
			e.learn(c, l, at)
		}
		return l, nil
	}
	r, ok := store.AsRefused(err)
	switch {
	case !ok:
		return l, fmt.Errorf("change shards: %w", err)
	case r.Transient():
		return l, ErrChanged.Because(err)
	}
	if _, changed := r.Failed("layout"); changed {
		if _, err := e.readLayout(ctx, c); err != nil {
			return l, err
		}
		return l, ErrChanged.Because(err)
	}
	if r.Has(store.Rejected) {
		return l, fmt.Errorf("change shards: %w", err)
	}
	return l, missed.Because(err)
}

// Rebalance reads all shards of a counter, renews the layout's hint, and takes the next step of the policy, which has
// conditions of its own. Where there seem to be few units it reads them again as of one instant, so that the hint is
// exact where it matters. Of many callers at once, one does so. It does nothing for a counter that was never divided.
// Errors: Declined ones if there was a step and somebody was faster.
func (e *Environment) Rebalance(ctx context.Context, c Counter) error {
	l, err := e.readLayout(ctx, c)
	if err != nil || !l.Divided() {
		return err
	}
	duty := store.Update(c.Table, c.Layout()).Set("free_at", e.Now().UnixMilli()).If(store.Eq("free_at", l.At))
	if _, err := e.DB.Apply(store.Once(ctx), duty); err != nil {
		if _, refused := store.AsRefused(err); refused {
			return nil // somebody else began after this one had read the layout, and will read all shards yet
		}
		return err
	}
	v, err := e.ReadCommitted(ctx, c)
	if err == nil && v.Free() <= e.Policy.Low {
		v, err = e.ReadSnapshot(ctx, c)
	}
	if err != nil {
		return err
	}
	e.hint(ctx, c, v)
	return e.step(ctx, c, e.Policy.Next(v, rate(l.Hint, v)))
}

// RefreshHint is called after units came to a counter that is known to be divided, returned or new, so that a hint that
// says there are none does not stay. Like Rebalance, it can fail without making anything wrong.
func (e *Environment) RefreshHint(ctx context.Context, c Counter) {
	e.Forget(c)
	l, err := e.readLayout(ctx, c)
	if err == nil && l.Divided() && l.Free <= e.Policy.Low {
		err = e.Rebalance(ctx, c)
	}
	if _, refused := store.AsRefused(err); err != nil && !refused && !Declined(err) {
		slog.WarnContext(ctx, "a counter's hint was not renewed", "counter", c.Key, "error", err)
	}
}

// KnownDivided tells whether a counter is known here to be divided.
func (e *Environment) KnownDivided(c Counter) (divided bool) {
	e.recall(c, func(m *memory) { divided = m.layout.Divided() })
	return divided
}

// rate is how many transactions a second met a counter since a hint, -1 if that cannot be told.
func rate(since Hint, v View) int64 {
	millis, n := v.At.UnixMilli()-since.At, v.Turnover()-since.Turnover
	if millis < hintAge.Milliseconds() || n < 0 { // closed shards take their versions with them
		return -1
	}
	return n * 1000 / millis
}

func (e *Environment) step(ctx context.Context, c Counter, s Step) (err error) {
	switch {
	case s.Pay != nil:
		err = e.pay(ctx, c, *s.Pay)
	case s.Close:
		_, err = e.Close(ctx, c)
	case s.Drain != nil:
		err = e.Transfer(ctx, c, *s.Drain)
	case s.Shrink > 0:
		_, err = e.Shrink(ctx, c, s.Shrink)
	}
	return err
}

// hint writes what a view found into the layout, unless it says so already or somebody wrote a later one. That it
// fails makes nothing wrong.
func (e *Environment) hint(ctx context.Context, c Counter, v View) {
	if v.Layout.Free == v.Free() && v.At.UnixMilli()-v.Layout.At < hintAge.Milliseconds() && v.Layout.Turnover == v.Turnover() {
		return
	}
	_, err := e.DB.Apply(store.Once(ctx), store.Update(c.Table, c.Layout()).
		Set("free", v.Free()).Set("free_at", v.At.UnixMilli()).Set("turnover", v.Turnover()).If(store.Eq("free_at", v.Layout.At)))
	if err == nil {
		return
	}
	if _, refused := store.AsRefused(err); !refused {
		slog.WarnContext(ctx, "a counter's hint was not renewed", "counter", c.Key, "error", err)
	}
}
