package inventorystore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// movement is units that came to a counter's shelf (above 0) or left it.
//
// It counts by when it happened, not by when it is booked, which may be days later. Until then a count that was booked has
// seen already what came, and has missed what left, so the movement is booked with what the count made of it taken back:
// nothing comes, or leaves, twice. A count is exact to its second, so what moved in that second moved before it or after,
// and is judged so that no unit gets into the books twice:
//
//   - What came then is taken as counted.
//   - What left then is taken as counted too, and so as gone since.
//
// So a count is compared with no fewer units than it can have seen, and never makes units that are not there. What was
// judged wrongly is missing until it is counted again. That is why a second of the journal has two sums: one would hide the
// other.
type movement struct {
	counter shards.Counter
	units   int64
	at, now time.Time // when it happened, and when its booking began
}

// moving returns a movement. What has no time, or one that is not there yet by the clock here, happens now.
func moving(c shards.Counter, units int64, at, now time.Time) movement {
	if at.IsZero() || at.After(now) {
		at = now
	}
	return movement{c, units, at, now}
}

// counted tells whether the last count that was booked is of after the movement. Once that is so it stays so.
func (m movement) counted(last lastCount) bool {
	at := second(m.at)
	return at < last.AsOf || at == last.AsOf && m.units > 0
}

// uncounted holds for shard 0 while no count that was booked is of after the movement.
func (m movement) uncounted() store.Cond {
	before := store.Lt
	if m.units < 0 {
		before = store.Le
	}
	return store.Any(store.Lacks("counted_at"), before("counted_at", second(m.at)))
}

// booked adds to the writes that move the units of a movement which no count has seen what counts need to know: shard 0,
// where the last count stands, says that something moved, and the journal how much when. So a count and a movement always
// meet at shard 0, on whichever shard the units are.
func (m movement) booked(writes []store.Write) []store.Write {
	first := slices.IndexFunc(writes, func(w store.Write) bool { return w.Table == inventoryTable && w.Key == m.counter.Key })
	if first < 0 {
		first = len(writes)
		writes = append(writes, store.Update(inventoryTable, m.counter.Key).Named(firstName))
	}
	writes[first] = writes[first].Add("movements", 1).Set("moved_at", second(m.now)).If(m.uncounted())
	return append(writes, m.journal())
}

// firstName is what writes of shard 0 are called.
const firstName = "shard 0"

// journal adds the movement to the second in which it happened.
func (m movement) journal() store.Write {
	w := store.Update(inventoryTable, journalKey(m.counter, second(m.at)))
	if m.units > 0 {
		w = w.Add("came", m.units)
	} else {
		w = w.Add("left", -m.units)
	}
	return w.Set("ttl", m.at.Add(inventory.Journal+24*time.Hour).Unix()).Named("journal")
}

// second names the second that an instant is in. As text they are in the order of time.
func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func journalKey(c shards.Counter, second string) store.Key {
	return store.Key{PK: fmt.Sprintf("!moved#%s#%s", c.Key.PK, c.Key.SK), SK: second}
}

// moved sums up what moved since a count that was taken in a second.
func (s Store) moved(ctx context.Context, c shards.Counter, since string) (n int64, err error) {
	q := store.Query{Table: inventoryTable, Hash: journalKey(c, "").PK, From: since}
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		var x struct {
			Second string `dynamodbav:"sk"`
			Came   int64  `dynamodbav:"came"`
			Left   int64  `dynamodbav:"left"`
		}
		if err := store.Unmarshal(i, &x); err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		if n -= x.Left; x.Second > since {
			n += x.Came
		}
	}
	return n, nil
}

// flow is what shard 0 says of movements: how many were booked, and when the booking of the last one began.
type flow struct {
	Movements int64  `dynamodbav:"movements"`
	MovedAt   string `dynamodbav:"moved_at"`
}

func readFlow(i store.Item) (f flow, err error) {
	if err = store.Unmarshal(i, &f); err != nil {
		return f, fmt.Errorf("read movements: %w", err)
	}
	return f, nil
}

// slowest is longer than any booking takes: no function runs for more than 15 minutes
// (docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and clocks agree to seconds.
const slowest = time.Hour

// still tells that nothing has moved since a time: what was booked last began before it, and all else ended before that did.
func (f flow) still(since time.Time) bool {
	at, err := time.Parse(time.RFC3339, f.MovedAt)
	return f.Movements == 0 || err == nil && at.Add(slowest).Before(since)
}

// isStill holds for shard 0 while no other movement is booked.
func (f flow) isStill() store.Cond {
	if f.Movements == 0 {
		return store.Lacks("movements")
	}
	return store.Eq("movements", f.Movements)
}

// onHand is how many units lie on the shelf, as the ledgers of all shards say that there ever were. i is shard 0. Only
// movements and counts change ledgers, and each changes shard 0 with them: while that stands, as it was before anything
// else was read, the sum does too.
func (s Store) onHand(ctx context.Context, env *Environment, c shards.Counter, i store.Item) (n int64, v shards.View, err error) {
	v, whole, err := c.Undivided(i, env.Now())
	if err != nil {
		return 0, v, err
	}
	items := []store.Item{i}
	if !whole {
		if v, err = env.ReadCommitted(ctx, c); err != nil {
			return 0, v, err
		}
		if items, err = s.closed(ctx, c, v.Layout); err != nil {
			return 0, v, err
		}
		for _, x := range v.Shards {
			items = append(items, x.Item)
		}
	}
	for _, i := range items {
		x, err := readStock(i)
		if err != nil {
			return 0, v, err
		}
		n += x.Received + x.Returned + x.Adjusted - x.Shipped
	}
	return n, v, nil
}

// closed reads the shards of a layout that are closed.
func (s Store) closed(ctx context.Context, c shards.Counter, l shards.Layout) (out []store.Item, err error) {
	const atMost = 100 // of one call
	for k := 0; k < l.Open; k += atMost {
		var gets []store.Get
		for j := k; j < min(k+atMost, l.Open); j++ {
			gets = append(gets, store.Get{Table: inventoryTable, Key: c.Shard(j)})
		}
		items, err := s.DB.GetMany(ctx, gets...)
		if err != nil {
			return nil, fmt.Errorf("read closed shards: %w", err)
		}
		out = append(out, items...)
	}
	return out, nil
}
