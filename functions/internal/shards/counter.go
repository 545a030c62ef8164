package shards

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rialto/functions/internal/store"
)

// Counter says where a counter is kept: the item of shard 0, which is the whole counter until it is divided. The
// layout is in its partition under the sort key "!layout#<sk>". Shard k has the partition key "<pk>#<sk>#<k>": items of
// one partition key may share one partition's 1,000 write units, so no two shards have the same, not those of two
// counters of one partition either.
type Counter struct {
	Table string
	Key   store.Key
	// Record is what a new shard, and the layout, has beside its counts: the context's own attributes.
	Record store.Item
}

// Draw is units taken from one shard.
type Draw struct {
	Shard    int
	Quantity int64
}

// The attributes that a counter's items have. A context may add to others in the same write.
const (
	available = "available" // free units, never below 0
	out       = "out"       // units that were drawn and are neither returned nor spent
	moved     = "moved"     // units that came from other shards less those that went to them
	debt      = "debt"      // units that were taken away before they were free; none are free meanwhile
	version   = "version"
	shard     = "shard"  // the shard's number; shard 0 has one only if there is a layout
	closed    = "closed" // a closed shard takes no more units
)

// Shard returns where a shard is kept.
func (c Counter) Shard(k int) store.Key {
	if k == 0 {
		return c.Key
	}
	return store.Key{PK: c.Key.PK + "#" + c.Key.SK + "#" + strconv.Itoa(k), SK: c.Key.SK}
}

// Layout returns where the layout is kept.
func (c Counter) Layout() store.Key { return store.Key{PK: c.Key.PK, SK: LayoutPrefix + c.Key.SK} }

// LayoutPrefix begins the sort key of a layout.
const LayoutPrefix = "!layout#"

func (c Counter) id() store.Get { return store.Get{Table: c.Table, Key: c.Key} }

// Take takes units from a shard if it has them.
func (c Counter) Take(d Draw) store.Write {
	return c.change(d.Shard).Add(available, -d.Quantity).Add(out, d.Quantity).If(store.Ge(available, d.Quantity))
}

// Return gives units back to the shard that they were drawn from, which owes so many: they pay first.
func (c Counter) Return(d Draw, owed int64) store.Write {
	paid := min(owed, d.Quantity)
	w := c.change(d.Shard).Add(available, d.Quantity-paid).Add(out, -d.Quantity)
	if owed > 0 {
		return w.Add(debt, -paid).If(store.Eq(debt, owed))
	}
	return w.If(store.Exists(), free)
}

// free holds for a shard without debt.
var free = store.Any(store.Lacks(debt), store.Eq(debt, 0))

// Owed is how many units a shard owes, as a refusal shows it.
func Owed(i store.Item) (int64, error) {
	s, err := readShard(0, i)
	return s.Debt, err
}

// Spend books units that were drawn as gone for good.
func (c Counter) Spend(d Draw) store.Write {
	return c.change(d.Shard).Add(out, -d.Quantity).If(store.Exists())
}

// Divided tells of an item of shard 0, as a refusal shows it, whether there is a layout.
func Divided(i store.Item) bool { return i[shard] != nil }

func (c Counter) change(k int) store.Write {
	return store.Update(c.Table, c.Shard(k)).Add(version, 1).Named("shard " + strconv.Itoa(k))
}

// transfer needs not ask whether the younger shard is closed: then the older one is too, and has nothing.
func (c Counter) transfer(t Transfer) []store.Write {
	return []store.Write{
		c.change(t.From).Add(available, -t.Quantity).Add(moved, -t.Quantity).If(store.Ge(available, t.Quantity)),
		c.change(t.To).Add(available, t.Quantity).Add(moved, t.Quantity).If(store.Has(shard), free),
	}
}

// Shard is a shard as it was read.
type Shard struct {
	K                                    int
	Available, Out, Moved, Debt, Version int64
	Item                                 store.Item // with the context's own attributes
}

// Empty tells that a shard can be closed: it has no units, owes none, and none can come back to it.
func (s Shard) Empty() bool { return s.Available == 0 && s.Out == 0 && s.Debt == 0 }

func readShard(k int, i store.Item) (Shard, error) {
	s := Shard{K: k, Item: i}
	err := errors.Join(store.Int(i, available, &s.Available), store.Int(i, out, &s.Out), store.Int(i, moved, &s.Moved),
		store.Int(i, debt, &s.Debt), store.Int(i, version, &s.Version))
	if err != nil {
		return Shard{}, fmt.Errorf("read shard: %w", err)
	}
	return s, nil
}

// ReadLayout reads a layout; no item is Whole.
func ReadLayout(i store.Item) (Layout, error) {
	if i == nil {
		return Whole, nil
	}
	var l Layout
	err := errors.Join(store.Int(i, "open", &l.Open), store.Int(i, "active", &l.Active), store.Int(i, "next", &l.Next),
		store.Int(i, "version", &l.Version), store.Int(i, "free", &l.Free), store.Int(i, "free_at", &l.At), store.Int(i, "turnover", &l.Turnover),
		store.Int(i, "least", &l.Least))
	if err != nil {
		return Whole, fmt.Errorf("read layout: %w", err)
	}
	return l, nil
}

// View is a layout and all its open shards at one instant.
type View struct {
	Layout Layout
	Shards []Shard   // in the order of their numbers
	At     time.Time // not after that instant
}

// Free is how many units are free in all.
func (v View) Free() (n int64) {
	for _, s := range v.Shards {
		n += s.Available
	}
	return n
}

// Undivided is the view of a counter that is one item, as that was read just now. Of a divided one it returns false.
func (c Counter) Undivided(i store.Item, at time.Time) (View, bool, error) {
	if Divided(i) {
		return View{}, false, nil
	}
	s, err := readShard(0, i)
	return View{Layout: Whole, Shards: []Shard{s}, At: at}, true, err
}

// Turnover is the sum of the shards' versions.
func (v View) Turnover() (n int64) {
	for _, s := range v.Shards {
		n += s.Version
	}
	return n
}

func (v View) richest() Shard {
	return slices.MaxFunc(v.Shards, func(a, b Shard) int { return cmp.Compare(a.Available, b.Available) })
}

// poorest is the active shard with the least that owes nothing or, if all owe, the youngest.
func (v View) poorest() Shard {
	best := v.Shards[len(v.Shards)-1]
	for _, s := range v.Shards {
		if v.Layout.IsActive(s.K) && s.Debt == 0 && s.Available < best.Available {
			best = s
		}
	}
	return best
}
