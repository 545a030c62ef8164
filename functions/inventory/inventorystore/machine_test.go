package inventorystore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/laboratory/memory"
)

// machine runs operations on a few orders that share little stock, as badly as it can: before any write another
// operation may run (to two levels), and any write may fail or lose its answer. It is one thread, so a failure is
// replayed from rapid's seed.
type machine struct {
	*rapid.T
	db *memory.DB
	// Each depth has an environment of its own: one that is interrupted does nothing else meanwhile.
	envs    []Store
	s       Store // for looking
	now     time.Time
	orders  []string
	plans   map[string]inventory.Plan
	depth   int
	calm    bool // no more faults, and nothing in between
	history map[place][]total
	// What moved on and off the shelves, by when it did, and the counts that are being booked.
	happened [deepest + 1]time.Time
	counting [deepest + 1]inventory.Change
	onHand   map[place]int64
	moved    map[place][]total
}

// place is where units are, total how many were free there from a moment on, or moved there at it.
type (
	place struct {
		sku    inventory.SKU
		centre string
	}
	total struct {
		at   time.Time
		free int64
	}
)

var skus = []inventory.SKU{shoe, sock}

// After every single write: the ledger of every shard balances, nothing is oversold, and an order is there if and
// only if all of its holds are sold. Nobody is told that units are missing who did not, at some instant of the call
// or the time before it for which readings serve, want more than there were. In the end: whatever was not sold is
// available again.
//
// Seen to catch: release, or commit, without the condition on the hold's state; release in two transactions; place
// in two; no tombstone; a committed hold released; units given back, or shipped, at each repetition; commit without
// its condition on the expiry; own holds not recognised; a hold that moved not looked at again.
func TestNoInterleavingOversellsOrStrands(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{T: rt, db: memory.New(), now: now, plans: map[string]inventory.Plan{}, history: map[place][]total{},
			onHand: map[place]int64{}, moved: map[place][]total{}}
		m.s = Store{DB: m.db}
		fresh := rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(rt, "fresh")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "random"), 1))
		for range deepest + 1 {
			s := New(shards.New(m.db, func() time.Time { return m.now }, random.Float64))
			s.Env.MaxAge, s.Env.Pause = fresh, func(context.Context, int) error { return nil }
			m.envs = append(m.envs, s)
		}
		for i := range 3 {
			o := fmt.Sprint("o", i)
			m.orders = append(m.orders, o)
			m.plans[o] = m.plan()
		}
		for _, sku := range skus {
			m.onHand[place{sku, "c1"}], m.onHand[place{sku, "c2"}] = 0, 0
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
	s := m.envs[m.depth]
	at := m.now.Add(-rapid.SampledFrom([]time.Duration{0, 0, time.Second, time.Minute, 24 * time.Hour}).Draw(m.T, "late"))
	m.happened[m.depth] = m.now
	sku, centre := rapid.SampledFrom(skus).Draw(m.T, "sku"), rapid.SampledFrom([]string{"c1", "c2"}).Draw(m.T, "centre")
	switch op := rapid.SampledFrom([]string{"receive", "place", "place", "place", "release", "commit", "commit", "committed", "ship", "wait", "grow",
		"shrink", "transfer", "close", "rebalance", "adjust", "adjust", "count", "count"}).Draw(m.T, "op"); op {
	case "receive":
		id := rapid.SampledFrom([]string{"r1", "r2", "r3", "r4"}).Draw(m.T, "receipt") + sku.ProductID + centre
		m.happened[m.depth] = at
		_, err := s.Receive(ctx, inventory.Receipt{ID: id, SKU: sku, Centre: centre, Quantity: 2, ReceivedAt: at})
		m.expect(err)
	case "place":
		m.place(o)
	case "release":
		if _, err := s.Release(ctx, o, m.plans[o], m.now); err == nil {
			m.all(o, inventory.Released)
		} else {
			m.expect(err, "hold_committed")
		}
	case "commit":
		at := m.now
		if err := commit(s, o, m.plans[o], at); err == nil {
			for _, h := range holdsOf(m.T, m.s, o) {
				if h.ExpiresAt <= at.UnixMilli() {
					m.Fatalf("sold after it expired: %+v at %v", h, at)
				}
			}
		} else {
			m.expect(err, "hold_missing", "hold_released", "hold_expired", "hold_committed")
		}
	case "committed":
		m.expect(s.CountCommitted(ctx, o))
	case "ship":
		l := rapid.SampledFrom(m.plans[o].Lines).Draw(m.T, "line")
		m.happened[m.depth] = at
		m.expect(s.Ship(ctx, o, []inventory.PlannedLine{{Line: l.Line, Picks: l.Picks}}, at, m.now), "hold_missing", "hold_not_committed",
			"hold_released")
	case "adjust":
		id := rapid.SampledFrom([]string{"a1", "a2", "a3", "a4"}).Draw(m.T, "change") + sku.ProductID + centre
		c := inventory.Change{ID: id, SKU: sku, Centre: centre,
			Kind: inventory.Adjusted, Quantity: rapid.SampledFrom([]int64{-3, -2, -1, 1, 2}).Draw(m.T, "units")}
		_, err := s.Apply(ctx, c, m.now)
		m.expect(err, "change_mismatch")
	case "count":
		id := rapid.SampledFrom([]string{"c1", "c2", "c3", "c4"}).Draw(m.T, "change") + sku.ProductID + centre
		c := inventory.Change{ID: id, SKU: sku, Centre: centre,
			Kind: inventory.Counted, Quantity: rapid.Int64Range(0, 6).Draw(m.T, "units"),
			AsOf: m.now.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(m.T, "ago"))}
		m.counting[m.depth] = c
		_, err := s.Apply(ctx, c, m.now)
		m.expect(err, "change_mismatch", "superseded")
	case "wait":
		m.now = m.now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Minute, 10 * time.Minute}).Draw(m.T, "time"))
	default:
		m.reshape(op, sku, centre)
	}
}

// reshape changes what shards there are.
func (m *machine) reshape(op string, sku inventory.SKU, centre string) {
	s := m.envs[m.depth]
	switch op {
	case "grow":
		_, err := s.Grow(ctx, sku, centre, rapid.IntRange(1, 3).Draw(m.T, "m"))
		m.expect(err, "shards_too_many", "shard_short")
	case "shrink":
		_, err := s.Shrink(ctx, sku, centre, rapid.IntRange(1, 2).Draw(m.T, "m"))
		m.expect(err, "shards_last")
	case "transfer":
		from, to := rapid.IntRange(0, 4).Draw(m.T, "from"), rapid.IntRange(0, 6).Draw(m.T, "to")
		m.expect(s.Transfer(ctx, sku, centre, from, to, rapid.Int64Range(1, 2).Draw(m.T, "units")), "shard_younger", "shard_short")
	case "close":
		_, err := s.Close(ctx, sku, centre)
		m.expect(err, "shard_in_use")
	case "rebalance":
		m.expect(s.Rebalance(ctx, sku, centre))
	}
}

func (m *machine) place(o string) {
	s, since, began := m.envs[m.depth], m.marks(), m.now
	err := s.Place(ctx, o, m.plans[o], m.now.Add(10*time.Minute))
	switch fault.Code(err) {
	case "":
		if n := len(holdsOf(m.T, m.s, o)); n != len(m.plans[o].Holds(o, 0)) { // others may already have moved them on
			m.Fatalf("%s was told that it has its holds, and has %d", o, n)
		}
	case "item_unavailable":
		m.wasShort(err, m.plans[o], since, began.Add(-s.Env.MaxAge), s.Env.MaxAge > 0)
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
	if refused, ok := store.AsRefused(err); err == nil || ok && refused.Transient() {
		return
	}
	for _, c := range append(codes, "injected", "inventory_contended", "shards_changed") {
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

// deepest is to how many levels operations are interrupted by others.
const deepest = 2

func (m *machine) before(_ context.Context, op string, writes []store.Write) error {
	if m.calm || op != "Transact" && op != "Apply" && op != "Snapshot" {
		return nil
	}
	switch rapid.IntRange(0, 12).Draw(m.T, "before") {
	case 0:
		return fault.New(fault.Unavailable, "injected", "not sent")
	case 10, 11:
		r := &store.Refused{Reasons: make([]store.Reason, max(1, len(writes)))}
		r.Reasons[rapid.IntRange(0, len(r.Reasons)-1).Draw(m.T, "met")].Cause = store.Conflicted
		return r
	case 1, 2, 3:
		if m.depth < deepest {
			m.depth++
			m.step()
			m.depth--
		}
	}
	return nil
}

func (m *machine) after(_ context.Context, _ string, writes []store.Write) error {
	m.check()
	m.noteMoves(writes)
	if m.calm {
		return nil
	}
	if rapid.IntRange(0, 5).Draw(m.T, "after") == 0 {
		return fault.New(fault.Unavailable, "injected", "answer lost")
	}
	return nil
}

func (m *machine) check() {
	calm := m.calm
	m.calm = true
	defer func() { m.calm = calm }()
	balanced(m.T, m.s, m.orders, skus...)
	m.tallied()
	for _, sku := range skus {
		for _, centre := range []string{"c1", "c2"} {
			count, err := m.s.Count(ctx, sku, centre)
			if err != nil {
				m.Fatalf("%v", err)
			}
			k := place{sku, centre}
			m.history[k] = append(m.history[k], total{m.now, count.Available()})
		}
	}
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
	var received, available int64
	for k := range m.history {
		count, err := m.s.Count(ctx, k.sku, k.centre)
		if err != nil {
			m.Fatalf("%v", err)
		}
		for _, s := range count.Shards {
			received, available = received+s.Received+s.Adjusted, available+s.Available-s.Debt
		}
	}
	if received != available+gone {
		m.Fatalf("%d units received, %d available, %d sold: some are stranded", received, available, gone)
	}
}
