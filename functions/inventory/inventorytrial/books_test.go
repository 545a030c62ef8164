package inventorytrial_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/schedule"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
)

// books follow every effect on the tables, item by item, and share no code with what writes them.
type books struct {
	t       *trial
	shelves [len(pools)]shelf
	stock   map[store.Key]stockItem
	holds   map[store.Key]holdItem
	booked  map[store.Key]bool
	placed  map[string]bool
	state   uint64 // a hash of what the tables hold, whoever's it is
	seen    uint64 // a hash of all states so far
}

// shelf is the sum of a pool's items.
type shelf struct {
	stockItem
	held, committed, gone int64 // units of holds
	receipts, returns     int64 // units of receipts
}

type stockItem struct{ available, received, returned, shipped int64 }

type holdItem struct {
	pool              int
	order             string
	line              string
	quantity, expires int64
	state             inventory.State
}

func newBooks(t *trial) *books {
	return &books{t: t, stock: map[store.Key]stockItem{}, holds: map[store.Key]holdItem{}, booked: map[store.Key]bool{}, placed: map[string]bool{}}
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
	t.books.look(ctx, c)
	t.states.add(t.books.state)
	t.books.seen = mix(t.books.seen ^ t.books.state)
	for _, x := range t.active {
		for i := range pools {
			x.low[i] = min(x.low[i], t.books.shelves[i].available)
		}
	}
}

func (b *books) look(ctx context.Context, c schedule.Call) {
	orders := map[string]bool{}
	for _, w := range c.Writes {
		item, err := b.t.raw.Get(context.Background(), w.Table, w.Key)
		if err != nil {
			b.t.fail("store", "%v", err)
			return
		}
		switch {
		case w.Table == "orders":
			if orders[w.Key.PK] = true; !b.placed[w.Key.PK] {
				b.placed[w.Key.PK] = true
				b.t.placed(w.Key.PK)
			}
		case w.Table == "holds":
			orders[w.Key.PK] = true
			b.hold(ctx, w.Key, item)
		case strings.HasPrefix(w.Key.PK, "!receipt#"):
			b.receipt(w.Key, item)
		default:
			b.item(w.Key, item)
		}
	}
	for i := range pools {
		b.balanced(i)
	}
	for id := range orders {
		b.whole(id)
	}
}

func (t *trial) placed(id string) {
	for i := range t.work.orders {
		if o := &t.work.orders[i]; o.id == id {
			t.ordered(o)
		}
	}
}

func (b *books) item(key store.Key, i store.Item) {
	if i == nil && b.stock[key] == (stockItem{}) {
		return
	}
	at := poolOf(i)
	if at < 0 {
		b.t.fail("store", "an item of no pool: %v", key)
		return
	}
	old, s := b.stock[key], &b.shelves[at]
	x := stockItem{num(i, "available"), num(i, "received"), num(i, "returned"), num(i, "shipped")}
	b.stock[key] = x
	s.available += x.available - old.available
	s.received += x.received - old.received
	s.returned += x.returned - old.returned
	s.shipped += x.shipped - old.shipped
	b.state += x.hash(at) - old.hash(at)
	if b.t.keep && x != old {
		b.t.note("    %s: %s", pools[at], changes("available", old.available, x.available, "received", old.received, x.received,
			"returned", old.returned, x.returned, "shipped", old.shipped, x.shipped))
	}
	if x.available < 0 {
		b.t.fail("oversold", "%s has %d available", pools[at], x.available)
	}
	if x.received < old.received || x.returned < old.returned || x.shipped < old.shipped {
		b.t.fail("stock-equation", "the ledger of %s went back", pools[at])
	}
}

func (b *books) receipt(key store.Key, i store.Item) {
	if b.booked[key] || i == nil {
		return
	}
	b.booked[key] = true
	if s := &b.shelves[poolOf(i)]; flag(i, "returned") {
		s.returns += num(i, "quantity")
	} else {
		s.receipts += num(i, "quantity")
	}
}

// legal are the steps of a hold's life.
var legal = map[[2]inventory.State]bool{
	{inventory.Absent, inventory.Held}: true, {inventory.Absent, inventory.Released}: true, {inventory.Held, inventory.Released}: true,
	{inventory.Held, inventory.Committed}: true, {inventory.Committed, inventory.Shipped}: true,
}

func (b *books) hold(ctx context.Context, key store.Key, i store.Item) {
	old := b.holds[key]
	if i == nil && old == (holdItem{}) {
		return
	}
	x := holdItem{poolOf(i), str(i, "order_id"), str(i, "line"), num(i, "quantity"), num(i, "expires_at"), inventory.State(str(i, "state"))}
	if x == old {
		return
	}
	if b.t.keep {
		b.t.note("    hold %s %s: %s -> %s, %d units", x.order, key.SK, or(string(old.state), "none"), x.state, x.quantity)
	}
	switch {
	case x.pool < 0 || x.order != key.PK:
		b.t.fail("store", "an unreadable hold: %v", key)
		return
	case old.state == x.state && old.state == inventory.Held && old.expires != x.expires:
		b.t.fail("hold-extended", "hold %v expired at %d and now expires at %d", key, old.expires, x.expires)
	case !legal[[2]inventory.State{old.state, x.state}]:
		b.t.fail("illegal-step", "hold %v went from %q to %q", key, old.state, x.state)
	case old.state != inventory.Absent && (old.quantity != x.quantity || old.expires != x.expires || old.pool != x.pool):
		b.t.fail("illegal-step", "hold %v became another: %+v, then %+v", key, old, x)
	case x.state == inventory.Committed:
		if a := b.t.running[schedule.Of(ctx)]; a != nil && a.op.now.UnixMilli() >= x.expires {
			b.t.fail("sold-expired", "hold %v expired at %d and was committed at %d", key, x.expires, a.op.now.UnixMilli())
		}
	}
	b.holds[key] = x
	b.shelves[x.pool].count(old, -1)
	b.shelves[x.pool].count(x, 1)
	b.state += x.hash() - old.hash()
}

func (s *shelf) count(h holdItem, sign int64) {
	switch h.state {
	case inventory.Held:
		s.held += sign * h.quantity
	case inventory.Committed:
		s.committed += sign * h.quantity
	case inventory.Shipped:
		s.gone += sign * h.quantity
	}
}

// balanced checks a pool: the stock equation, nothing sold that never came in, and each receipt counted once.
func (b *books) balanced(i int) {
	s := &b.shelves[i]
	in := s.received + s.returned
	switch {
	case s.available < 0 || s.held+s.committed+s.gone > in:
		b.t.fail("oversold", "%s: %s", pools[i], s)
	case in != s.available+s.held+s.committed+s.shipped || s.shipped != s.gone:
		b.t.fail("stock-equation", "%s: %s", pools[i], s)
	case s.received != s.receipts || s.returned != s.returns:
		b.t.fail("receipt-twice", "%s: %s; receipts say %d and %d", pools[i], s, s.receipts, s.returns)
	}
}

func (s *shelf) String() string {
	return fmt.Sprintf("%d received + %d returned, and %d available + %d held + %d committed + %d shipped (%d by holds)",
		s.received, s.returned, s.available, s.held, s.committed, s.shipped, s.gone)
}

// whole checks an order: its holds are there together, one for each pick, and sold exactly if the order is there.
func (b *books) whole(id string) {
	var o *order
	for i := range b.t.work.orders {
		if b.t.work.orders[i].id == id {
			o = &b.t.work.orders[i]
		}
	}
	live, sold := 0, 0
	units := map[string]int64{}
	for _, h := range b.holds {
		if h.order != id {
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
			b.t.fail("one-hold-a-line", "order %s has %d units of %s in %d holds, and wants %d", id, units[l.Line], l.Line, live, want)
		}
	}
	if live > len(o.picks) {
		b.t.fail("one-hold-a-line", "order %s has %d holds, not %d", id, live, len(o.picks))
	}
	if want := b2i(b.placed[id]) * len(o.picks); sold != want {
		b.t.fail("half-order", "order %s has %d holds sold, not %d", id, sold, want)
	}
}

// end checks what is left when everything has ended.
func (b *books) end() {
	for key, h := range b.holds {
		if h.state == inventory.Held || h.state == inventory.Committed {
			b.t.fail("stranded", "hold %v is %s at the end, of %d units", key, h.state, h.quantity)
		}
	}
	var all []inventory.Hold
	for key, h := range b.holds {
		all = append(all, inventory.Hold{OrderID: key.PK, SKU: pools[h.pool].sku, Centre: pools[h.pool].centre, Quantity: h.quantity, State: h.state})
	}
	stock, err := inventorystore.Store{DB: b.t.raw}.Stock(context.Background(), shoe, sock)
	if err != nil {
		b.t.fail("store", "%v", err)
	}
	for _, s := range stock {
		if err := inventory.Balance(s, all); err != nil {
			b.t.fail("stock-equation", "%v", err)
		}
		for i, p := range pools {
			if p.sku == s.SKU && p.centre == s.Centre && s.Available != b.shelves[i].available {
				b.t.fail("stock-equation", "%s: the store reads %d available, the table has %d", p, s.Available, b.shelves[i].available)
			}
		}
	}
	for i, s := range b.shelves {
		if s.available != s.received+s.returned-s.shipped {
			b.t.fail("stranded", "%s: %s", pools[i], &s)
		}
	}
}

// keys lists every item that the trial left.
func (b *books) keys() []store.Get {
	var out []store.Get
	for k := range b.stock {
		out = append(out, store.Get{Table: "inventory", Key: k})
	}
	for k := range b.booked {
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

func poolOf(i store.Item) int {
	product, centre := str(i, "product_id"), str(i, "centre")
	for n, p := range pools {
		if p.sku.ProductID == product && p.centre == centre {
			return n
		}
	}
	return -1
}

func num(i store.Item, attr string) int64 {
	if v, ok := i[attr].(*types.AttributeValueMemberN); ok {
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err == nil {
			return n
		}
	}
	return 0
}

func str(i store.Item, attr string) string {
	if v, ok := i[attr].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func flag(i store.Item, attr string) bool {
	v, ok := i[attr].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}
