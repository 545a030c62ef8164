package inventorystore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// machine runs operations on a few orders that share little stock, as badly as it can: before any write another
// operation may run (to two levels), and any write may fail or lose its answer. It is one thread, so a failure is
// replayed from rapid's seed.
type machine struct {
	*rapid.T
	db     *store.Memory
	s      Store
	now    time.Time
	orders []string
	plans  map[string]inventory.Plan
	depth  int
	calm   bool // no more faults, and nothing in between
}

var skus = []inventory.SKU{shoe, sock}

// After every single write: the ledger of every item balances, nothing is oversold, and an order is there if and
// only if all of its holds are sold. In the end: whatever was not sold is available again.
//
// Seen to catch: release, or commit, without the condition on the hold's state; release in two transactions; place
// in two; no tombstone; a committed hold released; units given back, or shipped, at each repetition; commit without
// its condition on the expiry; own holds not recognised; a hold that moved not looked at again.
func TestNoInterleavingOversellsOrStrands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{T: rt, db: store.NewMemory(), now: now, plans: map[string]inventory.Plan{}}
		m.s = Store{DB: m.db}
		for i := range 3 {
			o := fmt.Sprint("o", i)
			m.orders = append(m.orders, o)
			m.plans[o] = m.plan()
		}
		m.db.Before, m.db.After = m.before, m.after
		rt.Repeat(map[string]func(*rapid.T){"step": func(*rapid.T) { m.step() }})
		m.settle()
	})
}

func (m *machine) plan() inventory.Plan {
	var picks []pick
	for _, sku := range skus {
		for _, centre := range []string{"c1", "c2"} {
			if n := rapid.Int64Range(0, 2).Draw(m.T, "quantity"); n > 0 {
				picks = append(picks, pick{sku, centre, n})
			}
		}
	}
	if picks == nil {
		picks = []pick{{shoe, "c1", 1}}
	}
	return planOf(picks...)
}

func (m *machine) step() {
	o := rapid.SampledFrom(m.orders).Draw(m.T, "order")
	switch op := rapid.SampledFrom([]string{"receive", "place", "place", "release", "commit", "commit", "ship", "wait"}).Draw(m.T, "op"); op {
	case "receive":
		sku, centre := rapid.SampledFrom(skus).Draw(m.T, "sku"), rapid.SampledFrom([]string{"c1", "c2"}).Draw(m.T, "centre")
		_, err := m.s.Receive(ctx, inventory.Receipt{ID: rapid.SampledFrom([]string{"r1", "r2", "r3", "r4"}).Draw(m.T, "receipt") + sku.ProductID + centre,
			SKU: sku, Centre: centre, Quantity: 2})
		m.expect(err)
	case "place":
		m.place(o)
	case "release":
		if _, err := m.s.Release(ctx, o, m.plans[o], m.now); err == nil {
			m.all(o, inventory.Released)
		} else {
			m.expect(err, "hold_committed")
		}
	case "commit":
		at := m.now
		if err := commit(m.s, o, m.plans[o], at); err == nil {
			for _, h := range holdsOf(m.T, m.s, o) {
				if h.ExpiresAt <= at.UnixMilli() {
					m.Fatalf("sold after it expired: %+v at %v", h, at)
				}
			}
		} else {
			m.expect(err, "hold_missing", "hold_released", "hold_expired", "hold_committed")
		}
	case "ship":
		l := rapid.SampledFrom(m.plans[o].Lines).Draw(m.T, "line")
		m.expect(m.s.Ship(ctx, o, []inventory.PlannedLine{{Line: l.Line, Picks: l.Picks}}, m.now), "hold_missing", "hold_not_committed", "hold_released")
	case "wait":
		m.now = m.now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Minute, 10 * time.Minute}).Draw(m.T, "time"))
	}
}

func (m *machine) place(o string) {
	err := m.s.Place(ctx, o, m.plans[o], m.now.Add(10*time.Minute))
	switch fault.Code(err) {
	case "":
		m.all(o, inventory.Held)
	case "item_unavailable":
		for _, h := range holdsOf(m.T, m.s, o) {
			if h.State != inventory.Released {
				m.Fatalf("%s was told that nothing is there, and has %+v", o, h)
			}
		}
	default:
		m.expect(err, "hold_released", "hold_committed")
	}
}

// expect fails on what no interleaving may answer; a fault that the machine injected is fine.
func (m *machine) expect(err error, codes ...string) {
	if err == nil || fault.Code(err) == "injected" {
		return
	}
	for _, c := range codes {
		if fault.Code(err) == c {
			return
		}
	}
	m.Fatalf("not an answer: %v", err)
}

func (m *machine) all(o string, want inventory.State) {
	holds := m.plans[o].Holds(o, 0)
	if st := states(m.T, m.s, o); st[want] != len(holds) {
		m.Fatalf("%s should have %d holds %s: %v", o, len(holds), want, st)
	}
}

func (m *machine) before(_ context.Context, op string, _ []store.Write) error {
	if op != "Transact" || m.calm {
		return nil
	}
	switch rapid.IntRange(0, 9).Draw(m.T, "before") {
	case 0:
		return fault.New(fault.Unavailable, "injected", "not sent")
	case 1, 2, 3:
		if m.depth < 2 {
			m.depth++
			m.step()
			m.depth--
		}
	}
	return nil
}

func (m *machine) after(context.Context, string, []store.Write) error {
	m.check()
	if !m.calm && rapid.IntRange(0, 5).Draw(m.T, "after") == 0 {
		return fault.New(fault.Unavailable, "injected", "answer lost")
	}
	return nil
}

func (m *machine) check() {
	balanced(m.T, m.s, m.orders, skus...)
	for _, o := range m.orders {
		st := states(m.T, m.s, o)
		sold, want := st[inventory.Committed]+st[inventory.Shipped], 0
		if m.sold(o) {
			want = len(m.plans[o].Holds(o, 0))
		}
		if sold != want {
			m.Fatalf("order %s: %d holds sold, not %d: %v", o, sold, want, st)
		}
	}
}

func (m *machine) sold(o string) bool {
	i, err := m.db.Get(ctx, "orders", store.Key{PK: o})
	if err != nil {
		m.Fatalf("%v", err)
	}
	return i != nil
}

// settle is recovery: every order that is not sold is released, once more for the lost answers.
func (m *machine) settle() {
	m.calm = true
	var gone int64
	for _, o := range m.orders {
		if m.sold(o) {
			for _, h := range m.plans[o].Holds(o, 0) {
				gone += h.Quantity
			}
			continue
		}
		if _, err := m.s.Release(ctx, o, m.plans[o], m.now); err != nil {
			m.Fatalf("recovery of %s: %v", o, err)
		}
		m.all(o, inventory.Released)
		if err := m.s.Place(ctx, o, m.plans[o], m.now.Add(time.Hour)); fault.Code(err) != "hold_released" {
			m.Fatalf("a late hold is not barred: %v", err)
		}
	}
	stock, err := m.s.Stock(ctx, skus...)
	if err != nil {
		m.Fatalf("%v", err)
	}
	var received, available int64
	for _, s := range stock {
		received, available = received+s.Received, available+s.Available
	}
	if received != available+gone {
		m.Fatalf("%d units received, %d available, %d sold: some are stranded", received, available, gone)
	}
}
