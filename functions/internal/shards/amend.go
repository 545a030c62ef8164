package shards

import (
	"cmp"
	"context"
	"slices"

	"rialto/functions/internal/store"
)

// Effect is what a change of a counter's units from outside does to one shard: units that come, or go, or are owed.
type Effect struct {
	Shard           int
	Available, Debt int64 // to be added
	seen            Shard
	divided         bool
}

// Units is by how much the shard's units grow.
func (f Effect) Units() int64 { return f.Available - f.Debt }

// Amendment says what a change of a counter's units by n does to each of its shards, as they were seen if they were (v).
// ReadCommitted is enough, as every write has its condition, unless it seems that not all can be taken from what is
// free: units that are moving could be missing from it. Errors: Declined ones when others move the same units.
func (e *Environment) Amendment(ctx context.Context, c Counter, v View, n int64) (_ []Effect, err error) {
	if n == 0 {
		return nil, nil
	}
	if v.Shards == nil {
		v, err = e.ReadCommitted(ctx, c)
	}
	if err == nil && v.Free()+n < 0 && v.Layout.Divided() {
		v, err = e.ReadSnapshot(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	effects := v.Amend(n)
	if len(effects) > MaxDraws { // a transaction has room for two writes each
		if err := e.Gather(ctx, c, v); err != nil {
			return nil, err
		}
		return nil, ErrChanged
	}
	return effects, nil
}

// Amend says how a counter as it was seen takes units that come (n above 0) or go (below). What comes pays debts first;
// the rest goes to an active shard that owes nothing. What goes is taken from what is free; the rest is owed, where
// there are draws that can pay it when they return, and by the youngest shard what nobody can.
func (v View) Amend(n int64) []Effect {
	if n >= 0 {
		return v.added(n)
	}
	return v.removed(-n)
}

func (v View) added(n int64) []Effect {
	var out []Effect
	for _, s := range v.Shards {
		if p := min(s.Debt, n); p > 0 {
			out, n = append(out, v.effect(s, 0, -p)), n-p
		}
	}
	if n == 0 {
		return out
	}
	home := v.poorest()
	for i := range out {
		if out[i].Shard == home.K {
			out[i].Available += n
			return out
		}
	}
	return append(out, v.effect(home, n, 0))
}

func (v View) removed(n int64) []Effect {
	taken := map[int]int64{}
	for _, d := range v.Spread(min(n, v.Free())) {
		taken[d.Shard] = d.Quantity
		n -= d.Quantity
	}
	able := slices.Clone(v.Shards)
	slices.SortStableFunc(able, func(a, b Shard) int { return cmp.Compare(b.Out-b.Debt, a.Out-a.Debt) })
	owes := map[int]int64{}
	for _, s := range able[:min(len(able), MaxDraws/2)] {
		if p := min(s.Out-s.Debt, n); p > 0 {
			owes[s.K], n = p, n-p
		}
	}
	if n > 0 {
		owes[v.Shards[len(v.Shards)-1].K] += n
	}
	var out []Effect
	for _, s := range v.Shards {
		if taken[s.K] > 0 || owes[s.K] > 0 {
			out = append(out, v.effect(s, -taken[s.K], owes[s.K]))
		}
	}
	return out
}

func (v View) effect(s Shard, units, owed int64) Effect {
	return Effect{s.K, units, owed, s, v.Layout.Divided()}
}

// Amend writes an effect, if the shard is as it was seen as far as that matters: debts are made where nothing is free,
// and units come free where nothing is owed.
func (c Counter) Amend(f Effect) store.Write {
	w := c.change(f.Shard).Add(available, f.Available)
	if f.Debt != 0 {
		w = w.Add(debt, f.Debt)
	}
	switch {
	case f.Debt > 0 && f.seen.Available == 0:
		w = w.If(store.Any(store.Lacks(available), store.Eq(available, 0)))
	case f.Debt > 0:
		w = w.If(store.Eq(available, f.seen.Available))
	case f.Debt < 0:
		w = w.If(store.Eq(debt, f.seen.Debt))
	case f.Available < 0:
		w = w.If(store.Ge(available, -f.Available))
	default:
		w = w.If(free)
	}
	if f.divided {
		return w.If(store.Has(shard), store.Lacks(closed))
	}
	return w.If(store.Lacks(shard))
}
