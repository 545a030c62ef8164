package inventorystore

import (
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// noteMoves notes what moved, and checks a count that was just booked against what moved since: it says what was on the
// shelf then, with what came in its own second and what left in it.
func (m *machine) noteMoves(writes []store.Write) {
	counted := false
	for _, w := range writes {
		counted = counted || w.Name == lastCountName
	}
	for k, was := range m.onHand {
		now := m.ledgerSum(k)
		c := m.counting[m.depth]
		switch {
		case counted && c.SKU == k.sku && c.Centre == k.centre:
			then, asOf := now, c.AsOf.Truncate(time.Second)
			for _, x := range m.moved[k] {
				if x.at.After(asOf) || x.at.Equal(asOf) && x.free < 0 {
					then -= x.free
				}
			}
			if c.Quantity != then {
				m.Fatalf("%+v was booked, and says %d: %+v", c, then, m.moved[k])
			}
		case now != was:
			m.moved[k] = append(m.moved[k], total{m.happened[m.depth].Truncate(time.Second), now - was})
		}
		m.onHand[k] = now
	}
}

// ledgerSum is what a place's ledgers say.
func (m *machine) ledgerSum(k place) (n int64) {
	defer func(calm bool) { m.calm = calm }(m.calm)
	m.calm = true
	count, err := m.s.Count(ctx, k.sku, k.centre)
	if err != nil {
		m.Fatalf("%v", err)
	}
	for _, s := range count.Shards {
		n += s.Received + s.Returned + s.Adjusted - s.Shipped
	}
	return n
}

// tallied checks that what is counted as committed is what the holds say that are marked so.
func (m *machine) tallied() {
	want := map[place]int64{}
	for _, o := range m.orders {
		for _, h := range holdsOf(m.T, m.s, o) {
			if h.Counted && h.State == inventory.Committed {
				want[place{h.SKU, h.Centre}] += h.Quantity
			}
		}
	}
	for _, sku := range skus {
		got, err := m.s.committed(ctx, sku)
		if err != nil {
			m.Fatalf("%v", err)
		}
		for _, centre := range []string{"c1", "c2"} {
			if n := want[place{sku, centre}]; got[centre] != n {
				m.Fatalf("%d units of %v are counted as committed in %s, and %d are", got[centre], sku, centre, n)
			}
		}
	}
}

// marks returns how long each place's history is.
func (m *machine) marks() map[place]int {
	out := map[place]int{}
	for k, h := range m.history {
		out[k] = len(h)
	}
	return out
}

// wasShort fails unless of every line that was called short some pick was for more than there was, at an instant since
// the marks or, if it is cached, since a time.
func (m *machine) wasShort(err error, plan inventory.Plan, since map[place]int, from time.Time, cached bool) {
	for _, f := range fault.Of(err).Fields {
		var i int
		if _, err := fmt.Sscanf(f.Pointer, "/lines/%d", &i); err != nil {
			m.Fatalf("%v", err)
		}
		l, truly := plan.Lines[i], false
		for _, pick := range l.Picks {
			h := m.history[place{inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID}, pick.Centre}]
			first := since[place{inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID}, pick.Centre}] - 1
			for cached && first > 0 && !h[first].at.Before(from) {
				first--
			}
			truly = truly || len(h) == 0 || first < 0
			for n := max(first, 0); n < len(h); n++ {
				truly = truly || h[n].free < pick.Quantity
			}
		}
		if !truly {
			m.Fatalf("a false sold-out: %v of %+v, %+v", f, plan, m.history)
		}
	}
}
