package shards

import (
	"cmp"
	"context"
	"slices"

	"rialto/functions/internal/store"
)

// findUnits finds units for a want whose draw found too few, and tells whether there are enough.
func (t *taking) findUnits(ctx context.Context, i int) (enough bool, err error) {
	c, q := t.wants[i].Counter, t.wants[i].Quantity
	if l, err := t.layout(ctx, c); err != nil {
		return false, err
	} else if !l.Divided() {
		if _, err := t.readLayout(ctx, c); err != nil {
			return false, err
		}
		return true, nil // the item said that there is a layout: now home is in it
	}
	if t.spread[i] == nil && !t.probed[i] {
		t.probed[i] = true
		if found, err := t.probe(ctx, c, q); found || err != nil {
			return true, err
		}
	}
	since, cached := t.since, true
	if t.spread[i] != nil { // a reading said where, and it is no longer so
		since, cached = t.nextTick(), false
	}
	v, err := t.readCached(ctx, c, since, cached)
	if err != nil {
		return false, err
	}
	if v.Free() < q {
		t.hint(ctx, c, v)
		return false, nil
	}
	room := maxActions - t.own // and MaxDraws, so that what is drawn can be spent in one transaction, with a record each
	for j, others := range t.spread {
		if j != i {
			room -= max(1, len(others))
		}
	}
	draws := v.Spread(q)
	if len(draws) > min(room, MaxDraws) {
		to := v.Layout.Next - 1
		if err := t.Gather(store.Once(ctx), c, v); err != nil && !Declined(err) {
			return false, err
		}
		draws = []Draw{{to, q}}
	}
	t.spread[i] = draws
	return true, nil
}

// probe looks at a few open shards. It moves units home from the richest of them if that is older, or else makes
// it home.
func (t *taking) probe(ctx context.Context, c Counter, quantity int64) (found bool, err error) {
	var l Layout
	var home int
	t.recall(c, func(m *memory) { l, home = m.layout, m.home })
	var at []int
	for range t.Policy.Probes {
		k := l.Open + int(t.Random()*float64(l.Next-l.Open))
		if k != home && !slices.Contains(at, k) {
			at = append(at, k)
		}
	}
	if at == nil {
		return false, nil
	}
	slices.Sort(at)
	gets := make([]store.Get, len(at))
	for i, k := range at {
		gets[i] = store.Get{Table: c.Table, Key: c.Shard(k)}
	}
	items, err := t.DB.GetMany(ctx, gets...)
	if err != nil {
		return false, err
	}
	var best Shard
	for i, item := range items {
		s, err := readShard(at[i], item)
		if err != nil {
			return false, err
		}
		if s.Available > best.Available {
			best = s
		}
	}
	switch {
	case best.Available < quantity:
		return false, nil
	case best.K > home:
		t.remember(c, func(m *memory) { m.home = best.K })
		return true, nil
	}
	err = t.Transfer(store.Once(ctx), c, Transfer{best.K, home, max(quantity, best.Available/2)})
	if err != nil && !Declined(err) {
		return false, err
	}
	return err == nil, nil
}

// Spread draws a quantity from as few shards as have it. There must be enough.
func (v View) Spread(quantity int64) []Draw {
	richest := slices.Clone(v.Shards)
	slices.SortStableFunc(richest, func(a, b Shard) int { return cmp.Compare(b.Available, a.Available) })
	var draws []Draw
	for _, s := range richest {
		n := min(s.Available, quantity)
		if quantity -= n; n > 0 {
			draws = append(draws, Draw{s.K, n})
		}
	}
	slices.SortFunc(draws, func(a, b Draw) int { return cmp.Compare(a.Shard, b.Shard) })
	return draws
}

// Split gives each of some takers of one counter, by their quantities, its part of the counter's draws.
func Split(draws []Draw, quantities []int64) [][]Draw {
	out := make([][]Draw, len(quantities))
	rest := slices.Clone(draws)
	for i, q := range quantities {
		for q > 0 && len(rest) > 0 {
			n := min(q, rest[0].Quantity)
			out[i] = append(out[i], Draw{rest[0].Shard, n})
			q -= n
			if rest[0].Quantity -= n; rest[0].Quantity == 0 {
				rest = rest[1:]
			}
		}
	}
	return out
}
