package inventorytrial_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/schedule"
)

// books follow every effect on the tables, item by item, and share no code with what writes them.
type books struct {
	t      *trial
	pools  [len(pools)]account
	stock  map[store.Key]stockItem
	holds  map[store.Key]holdItem
	booked map[store.Key]bool
	placed map[string]bool
	deltas map[string]int64 // by change
	// What shipments gave back that a count had missed.
	regained map[parcel]int64
	others   map[store.Key]bool
	state    uint64 // a hash of what the tables hold, whoever's it is
	seen     uint64 // a hash of all states so far
}

// account is a pool: the sum of its shards, and each of them.
type account struct {
	ledger
	receipts, returns int64 // units of receipts
	deltas            int64 // of adjustments and counts, and of what they had seen or missed
	last              counted
	moves             []movement
	shards            []ledger
	layout            layout
	at                store.Key // of the layout
	past              []level
}

// movement is units that came to a shelf or left it, counts aside.
type movement struct {
	at     time.Time
	units  int64
	id     string // of a receipt
	booked bool   // what came may be there long before
}

// counted is the last count that was booked: by it is known what lay on the shelf at a moment.
type counted struct {
	at    time.Time
	units int64
	id    string
}

// parcel is units of an order in a pool.
type parcel struct {
	order string
	pool  int
}

// level is how many units of a pool were free, less what was owed, from a moment on.
type level struct {
	from      time.Duration
	available int64
}

// ledger is an item of stock, or their sum, and what holds say about it.
type ledger struct {
	stockItem
	held, committed, gone int64 // units of holds
	closed                bool
}

func (p *account) shard(k int) *ledger {
	for len(p.shards) <= k {
		p.shards = append(p.shards, ledger{})
	}
	return &p.shards[k]
}

// lately is the fewest units that were free since a moment.
func (p *account) lately(since time.Duration) int64 {
	low := p.available - p.debt
	for i := len(p.past) - 1; i >= 0 && p.past[i].from >= since; i-- {
		if i == 0 {
			return 0
		}
		low = min(low, p.past[i-1].available)
	}
	return low
}

// retired tells whether there is a shard that should be closed.
func (p *account) retired() bool { return p.layout.open < p.layout.active }

func newBooks(t *trial) *books {
	return &books{t: t, stock: map[store.Key]stockItem{}, holds: map[store.Key]holdItem{}, booked: map[store.Key]bool{},
		placed: map[string]bool{}, deltas: map[string]int64{}, regained: map[parcel]int64{}, others: map[store.Key]bool{}}
}

// effect looks at what an operation on the store has just done.
func (t *trial) effect(ctx context.Context, c schedule.Call, err error) {
	if t.failed != nil {
		return
	}
	if t.keep {
		t.note("  %s", describe(c, err))
	}
	if err != nil || c.Writes == nil {
		return
	}
	t.flies(ctx, c)
	t.books.look(ctx, c)
	t.states.add(t.books.state)
	t.books.seen = schedule.Mix(t.books.seen ^ t.books.state)
	for _, x := range t.active {
		for i := range pools {
			x.low[i] = min(x.low[i], t.books.pools[i].available-t.books.pools[i].debt)
		}
	}
}

func (b *books) look(ctx context.Context, c schedule.Call) {
	orders := map[string]bool{}
	var adjusted [len(pools)]int64
	for i := range pools {
		adjusted[i] = b.pools[i].adjusted
	}
	counts := map[int]store.Item{}
	var gone []store.Key // holds that were shipped
	for _, w := range c.Writes {
		item, err := b.t.peek(w.Table, w.Key)
		switch {
		case err != nil:
			b.t.fail("store", "%v", err)
			return
		case w.Table == "orders":
			if orders[w.Key.PK] = true; !b.placed[w.Key.PK] {
				b.placed[w.Key.PK] = true
				b.t.ordered(b.t.order(w.Key.PK))
			}
		case w.Table == "holds":
			orders[w.Key.PK] = true
			if b.hold(ctx, w.Key, item) {
				gone = append(gone, w.Key)
			}
		case strings.HasPrefix(w.Key.PK, "!change#"):
			b.receipt(ctx, w.Key, item)
		case strings.HasPrefix(w.Key.PK, "!"): // the journal
			b.others[w.Key] = true
		case strings.HasPrefix(w.Key.SK, "!layout#"):
			b.layout(w.Key, item)
		default:
			b.item(w.Key, item)
			if at := poolAt(w.Key); at >= 0 && str(item, "counted_by") != "" && b.stock[w.Key].shard == 0 &&
				str(item, "counted_by") != b.pools[at].last.id {
				counts[at] = item
			}
		}
	}
	for at, item := range counts {
		b.count(ctx, &b.pools[at], item, b.pools[at].adjusted-adjusted[at])
	}
	for _, key := range gone {
		at := b.holds[key].pool
		b.ship(ctx, b.holds[key], b.pools[at].adjusted-adjusted[at])
	}
	for i := range pools {
		b.balanced(i)
	}
	for id := range orders {
		b.whole(b.t.order(id))
	}
}

func (t *trial) order(id string) *order {
	for i := range t.work.orders {
		if o := &t.work.orders[i]; o.id == id {
			return o
		}
	}
	return &order{id: id}
}

func (b *books) item(key store.Key, i store.Item) {
	old, at := b.stock[key], poolAt(key)
	if i == nil && old == (stockItem{}) {
		return
	}
	if at < 0 {
		b.t.fail("store", "an item of no pool: %v", key)
		return
	}
	x := readStock(i)
	p := &b.pools[at]
	s := p.shard(x.shard)
	b.stock[key] = x
	s.stockItem = x
	s.closed = flag(i, "closed")
	p.add(old, -1)
	p.add(x, 1)
	if x.available != old.available || x.debt != old.debt {
		p.past = append(p.past, level{b.t.s.Elapsed(), p.available - p.debt})
	}
	b.state += x.hash(at) - old.hash(at)
	if b.t.keep && x != old {
		b.t.note("    %s, shard %d: %s", pools[at], x.shard, old.changes(x))
	}
	switch {
	case x.available < 0:
		b.t.fail("oversold", "%s, shard %d has %d available", pools[at], x.shard, x.available)
	case poolOf(i) != at:
		b.t.fail("store", "the item %v does not say whose units it has", key)
	case x.received < old.received || x.returned < old.returned || x.shipped < old.shipped:
		b.t.fail("stock-equation", "the ledger of %s went back", pools[at])
	case x.debt < 0 || x.debt > 0 && x.available > 0:
		b.t.fail("debt", "%s: shard %d sells %d while it owes %d", pools[at], x.shard, x.available, x.debt)
	case s.closed && (x.available != 0 || x.out != 0 || x.debt != 0):
		b.t.fail("layout", "%s: shard %d is closed with %d available and %d out", pools[at], x.shard, x.available, x.out)
	}
}

// layout checks that bounds only grow, and that what is past them was closed before.
func (b *books) layout(key store.Key, i store.Item) {
	at := poolAt(key)
	if i == nil || at < 0 {
		return
	}
	p := &b.pools[at]
	old := p.layout
	p.layout, p.at = layout{int(num(i, "open")), int(num(i, "active")), int(num(i, "next"))}, key
	if b.t.keep && p.layout != old {
		b.t.note("    %s: shards %d to %d active, the first open %d", pools[at], p.layout.active, p.layout.next-1, p.layout.open)
	}
	b.state += p.layout.hash(at) - old.hash(at)
	if l := p.layout; l.open < old.open || l.active < old.active || l.next < old.next || l.open > l.active || l.active >= l.next {
		b.t.fail("layout", "%s: from %+v to %+v", pools[at], old, l)
	}
}

// count looks at a count that was booked just now, and changed so many units.
func (b *books) count(ctx context.Context, p *account, i store.Item, delta int64) {
	p.last = counted{units: num(i, "counted"), id: str(i, "counted_by")}
	if x := b.t.running[schedule.Of(ctx)]; x != nil && x.op.kind == countIt {
		p.last.at = x.op.at
	}
	b.deltas[p.last.id] = delta
	p.deltas += delta
}

// receipt looks at a relative change that was booked. It changes nothing on hand if a count had seen it: then its units are
// entered and taken out again.
func (b *books) receipt(ctx context.Context, key store.Key, i store.Item) {
	if b.booked[key] || i == nil {
		return
	}
	b.booked[key] = true
	p, id, quantity, delta := &b.pools[poolOf(i)], str(i, "change_id"), num(i, "quantity"), num(i, "delta")
	b.deltas[id] = delta
	if delta == 0 {
		b.t.counts.late++
	}
	switch str(i, "kind") {
	case string(inventory.Returned):
		p.returns += quantity
		p.deltas += delta - quantity
	case string(inventory.Received):
		p.receipts += quantity
		p.deltas += delta - quantity
	default:
		p.deltas += delta
		if x := b.t.running[schedule.Of(ctx)]; x != nil {
			p.moves = append(p.moves, movement{at: x.op.now, units: quantity, booked: true})
		}
		return
	}
	for n := range p.moves {
		if p.moves[n].id == id {
			p.moves[n].booked = true
		}
	}
}

// comes notes units that lie on the shelf from now on.
func (b *books) comes(r *receipt, at time.Time) {
	p := &b.pools[r.pool]
	if !slices.ContainsFunc(p.moves, func(m movement) bool { return m.id == r.ID }) {
		p.moves = append(p.moves, movement{at: at, units: r.Quantity, id: r.ID})
	}
}

// ship notes a shipment that was booked just now, and gave so many units back that a count had missed.
func (b *books) ship(ctx context.Context, h holdItem, regained int64) {
	p := &b.pools[h.pool]
	if x := b.t.running[schedule.Of(ctx)]; x != nil {
		p.moves = append(p.moves, movement{at: x.op.at, units: -h.quantity, booked: true})
	}
	b.regained[parcel{h.order, h.pool}] = regained
	p.deltas += regained
	if regained != 0 {
		b.t.counts.late++
	}
}

// shelf is how many units lie on a shelf, and what has left it as far as that is not booked: of those no hold is free. It is
// known by the last count that was booked, and by what has come and left since, to the moment.
func (p *account) shelf() int64 {
	n := p.last.units
	for _, m := range p.moves {
		if m.units > 0 && m.at.After(p.last.at) || m.units < 0 && !m.at.Before(p.last.at) {
			n += m.units
		}
	}
	return n
}

// expected is how many units the books should have on a shelf: what was counted last, and what was booked of that which came
// or left since, whenever that was. A count is exact to its second; what came in that is taken as counted, and so is what
// left.
func (p *account) expected() int64 {
	n, second := p.last.units, p.last.at.Truncate(time.Second)
	for _, m := range p.moves {
		at := m.at.Truncate(time.Second)
		if m.booked && (at.After(second) || at.Equal(second) && m.units < 0) {
			n += m.units
		}
	}
	return n
}

// legal are the steps of a hold's life.
var legal = map[[2]inventory.State]bool{
	{inventory.Absent, inventory.Held}: true, {inventory.Absent, inventory.Released}: true, {inventory.Held, inventory.Released}: true,
	{inventory.Held, inventory.Committed}: true, {inventory.Committed, inventory.Shipped}: true,
}

// hold looks at a hold, and tells whether its units have just left.
func (b *books) hold(ctx context.Context, key store.Key, i store.Item) (shipped bool) {
	old := b.holds[key]
	if i == nil && old.state == inventory.Absent {
		return false
	}
	x := readHold(i)
	if x.equal(old) {
		return false
	}
	if b.t.keep {
		b.t.note("    hold %s %s: %s -> %s, %d units%s", x.order, key.SK, or(string(old.state), "none"), x.state, x.quantity, x.from())
	}
	switch {
	case x.pool < 0 || x.order != key.PK:
		b.t.fail("store", "an unreadable hold: %v", key)
		return false
	case old.state == x.state && old.state == inventory.Held && old.expires != x.expires:
		b.t.fail("hold-extended", "hold %v expired at %d and now expires at %d", key, old.expires, x.expires)
	case !legal[[2]inventory.State{old.state, x.state}]:
		b.t.fail("illegal-step", "hold %v went from %q to %q", key, old.state, x.state)
	case old.state != inventory.Absent && (old.quantity != x.quantity || old.expires != x.expires || old.pool != x.pool ||
		!slices.Equal(old.draws, x.draws)):
		b.t.fail("illegal-step", "hold %v became another: %+v, then %+v", key, old, x)
	case x.state == inventory.Committed:
		if a := b.t.running[schedule.Of(ctx)]; a != nil && a.op.now.UnixMilli() >= x.expires {
			b.t.fail("sold-expired", "hold %v expired at %d and was committed at %d", key, x.expires, a.op.now.UnixMilli())
		}
	}
	b.holds[key] = x
	p := &b.pools[x.pool]
	p.count(old, -1)
	p.count(x, 1)
	b.state += x.hash() - old.hash()
	if x.state == inventory.Held && p.layout.next > 0 {
		b.t.counts.divided++
	}
	return x.state == inventory.Shipped
}

func (p *account) count(h holdItem, sign int64) {
	for _, d := range h.draws {
		for _, s := range []*ledger{&p.ledger, p.shard(d.shard)} {
			switch h.state {
			case inventory.Held:
				s.held += sign * d.quantity
			case inventory.Committed:
				s.committed += sign * d.quantity
			case inventory.Shipped:
				s.gone += sign * d.quantity
			}
		}
	}
}

// balanced checks a pool and each of its shards: the stock equation, nothing sold that never came in, each receipt counted
// once, and no more for sale than lies there.
func (b *books) balanced(i int) {
	p := &b.pools[i]
	in := p.received + p.returned + p.adjusted
	switch {
	case p.held+p.committed+p.gone-p.debt > in:
		b.t.fail("oversold", "%s: %s", pools[i], &p.ledger)
	case p.moved != 0:
		b.t.fail("stock-equation", "%s: %d units more arrived in shards than left others", pools[i], p.moved)
	case p.received != p.receipts || p.returned != p.returns || p.adjusted != p.deltas:
		b.t.fail("receipt-twice", "%s: %s; changes say %d, %d and %d", pools[i], &p.ledger, p.receipts, p.returns, p.deltas)
	}
	for k := range p.shards {
		s := &p.shards[k]
		switch {
		case s.received+s.returned+s.adjusted+s.moved != s.available+s.held+s.committed+s.shipped-s.debt || s.shipped != s.gone ||
			s.out != s.held+s.committed:
			b.t.fail("stock-equation", "%s, shard %d: %s", pools[i], k, s)
		}
	}
	switch {
	case p.available+p.held+p.committed-p.debt > p.shelf():
		b.t.fail("shelf", "%s: %s, and on the shelf are %d, of which %d were counted as of +%s",
			pools[i], &p.ledger, p.shelf(), p.last.units, p.last.at.Sub(dawn))
	case p.received+p.returned+p.adjusted-p.shipped != p.expected():
		b.t.fail("count", "%s: %s, and %d should be left of %d that were counted as of +%s",
			pools[i], &p.ledger, p.expected(), p.last.units, p.last.at.Sub(dawn))
	}
}

// whole checks an order: its holds are there together, one for each pick, and sold exactly if the order is there.
func (b *books) whole(o *order) {
	live, sold := 0, 0
	units := map[string]int64{}
	for _, h := range b.holds {
		if h.order != o.id {
			continue
		}
		switch h.state {
		case inventory.Committed, inventory.Shipped:
			sold++
			fallthrough
		case inventory.Held:
			live++
			units[h.line] += h.quantity
		}
	}
	for _, l := range o.plan.Lines {
		var want int64
		for _, p := range l.Picks {
			want += p.Quantity
		}
		if units[l.Line] > want {
			b.t.fail("one-hold-a-line", "order %s has %d units of %s in %d holds, and wants %d", o.id, units[l.Line], l.Line, live, want)
		}
	}
	if live > len(o.picks) {
		b.t.fail("one-hold-a-line", "order %s has %d holds, not %d", o.id, live, len(o.picks))
	}
	if want := b2i(b.placed[o.id]) * len(o.picks); sold != want {
		b.t.fail("half-order", "order %s has %d holds sold, not %d", o.id, sold, want)
	}
}

// end checks what is left when everything has ended.
func (b *books) end() {
	var all []inventory.Hold
	for key, h := range b.holds {
		if h.state == inventory.Held || h.state == inventory.Committed {
			b.t.fail("stranded", "hold %v is %s at the end, of %d units", key, h.state, h.quantity)
		}
		x := inventory.Hold{OrderID: key.PK, SKU: pools[h.pool].sku, Centre: pools[h.pool].centre, Quantity: h.quantity, State: h.state}
		for _, d := range h.draws {
			x.Draws = append(x.Draws, inventory.Draw{Shard: d.shard, Quantity: d.quantity})
		}
		all = append(all, x)
	}
	for i := range b.pools {
		p := &b.pools[i]
		count, err := inventorystore.Store{DB: b.t.raw}.Count(context.Background(), pools[i].sku, pools[i].centre)
		if err != nil {
			b.t.fail("store", "%v", err)
		} else if err := inventory.BalanceAll(count.Shards, all); err != nil {
			b.t.fail("stock-equation", "%v", err)
		} else if count.Available() != p.available {
			b.t.fail("stock-equation", "%s: the store counts %d available, the table has %d", pools[i], count.Available(), p.available)
		}
		if p.available-p.debt != p.received+p.returned+p.adjusted-p.shipped {
			b.t.fail("stranded", "%s: %s", pools[i], &p.ledger)
		}
		if p.retired() && p.debt == 0 {
			b.t.fail("stranded", "%s: shards %d to %d are retired and stay open: %+v", pools[i], p.layout.open, p.layout.active-1, p.shards)
		}
	}
}

// keys lists every item that the trial left.
func (b *books) keys() []store.Get {
	var out []store.Get
	for k := range b.stock {
		out = append(out, store.Get{Table: "inventory", Key: k})
	}
	for _, p := range b.pools {
		if p.layout.next > 0 {
			out = append(out, store.Get{Table: "inventory", Key: p.at})
		}
	}
	for k := range b.booked {
		out = append(out, store.Get{Table: "inventory", Key: k})
	}
	for k := range b.others {
		out = append(out, store.Get{Table: "inventory", Key: k})
	}
	for k := range b.holds {
		out = append(out, store.Get{Table: "holds", Key: k})
	}
	for id := range b.placed {
		out = append(out, store.Get{Table: "orders", Key: store.Key{PK: id}})
	}
	return out
}

func (s *ledger) String() string {
	in := fmt.Sprintf("%d received + %d returned", s.received, s.returned)
	if s.adjusted != 0 {
		in += fmt.Sprintf(" + %d adjusted", s.adjusted)
	}
	if s.moved != 0 {
		in += fmt.Sprintf(" + %d moved", s.moved)
	}
	return fmt.Sprintf("%s, and %d available + %d held + %d committed + %d shipped (%d by holds, which say %d out and the item %d) - %d owed",
		in, s.available, s.held, s.committed, s.shipped, s.gone, s.held+s.committed, s.out, s.debt)
}
