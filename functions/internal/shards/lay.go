package shards

import (
	"context"
	"fmt"

	"rialto/functions/internal/store"
)

// Widest is how many active shards a counter can always have: one more is open while its first retires.
const Widest = MaxOpen - 1

// Lay keeps a counter at least so many shards wide from now on, whatever its traffic, and widens it to that, as far as there are free
// units to put into them and shards that drain leave room. From 1 down its traffic alone says again how wide it is, and narrows it in its
// own time. Laid again it changes nothing. Errors: Declined ones if others were faster.
func (e *Environment) Lay(ctx context.Context, c Counter, least int) (View, error) {
	v, err := e.ReadSnapshot(ctx, c)
	if err != nil {
		return v, err
	}
	l, least := v.Layout, min(least, Widest)
	wide := min(least, int(min(v.Free(), Widest)), MaxOpen-(l.Next-l.Open)+l.Width())
	if !l.Divided() {
		wide = min(wide, Widest)
	}
	if wide > l.Width() {
		more := wide - l.Width()
		if !l.Divided() {
			more = wide // they replace shard 0
		}
		if _, err := e.Grow(ctx, c, more, v.richest().K); err != nil {
			return v, err
		}
		if v, err = e.ReadSnapshot(ctx, c); err != nil {
			return v, err
		}
	}
	if l = v.Layout; !l.Divided() || max(l.Least, 1) == max(least, 1) {
		return v, nil
	}
	w := store.Update(c.Table, c.Layout()).Set("least", least).If(store.Has("version"))
	if _, err := e.DB.Apply(ctx, w.Named("layout")); err != nil {
		return v, fmt.Errorf("lay shards: %w", err)
	}
	v.Layout.Least = least
	return v, nil
}
