package inventorystore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// second names the second that an instant is in. As text they are in the order of time.
func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func journalKey(c shards.Counter, shard int, second string) store.Key {
	return store.Key{PK: fmt.Sprintf("!moved#%s#%s#%d", c.Key.PK, c.Key.SK, shard), SK: second}
}

// journal adds what came to a shard's shelf (units above 0), or left it, to the second in which its booking began. It is
// part of the transaction that moves it; what a count finds is not in it, as that never moved.
//
// From the beginning of its booking to the end a unit is on its way, in or out, and in no count. A count is exact to its
// second, so what moved in that second moved before it or after, and is judged so that no unit gets into the books twice:
//
//   - What came then is taken as counted. Of a unit that was counted the booking had ended by then, so it had begun, in
//     the count's second at the latest.
//   - What left then is taken as counted, too. Of a unit that was counted the booking had not begun, so it is of the
//     count's second at the earliest.
//
// So a count is compared with no fewer units than it can have seen, and never makes units that are not there. What was
// judged wrongly is missing until it is counted again. That is why a second has two sums: one would hide the other.
func journal(c shards.Counter, shard int, units int64, at time.Time) store.Write {
	w := store.Update(inventoryTable, journalKey(c, shard, second(at)))
	if units > 0 {
		w = w.Add("came", units)
	} else {
		w = w.Add("left", -units)
	}
	return w.Set("ttl", at.Add(inventory.Journal+24*time.Hour).Unix()).Named("journal")
}

// onHand is how many units lay on the shelf in a second, at most: of every shard that there ever was, what its ledger
// says now less what moved since. What moves meanwhile changes both, and a shard that is new has neither; so each shard
// can be looked at by itself, if its ledger was the same before and after its journal was read.
func (s Store) onHand(ctx context.Context, env *Environment, c shards.Counter, v shards.View, since string) (n int64, last shards.View, err error) {
	open := make([]int, v.Layout.Next)
	for k := range open {
		open[k] = k
	}
	before, err := s.ledgers(ctx, c, v, open)
	if err != nil {
		return 0, v, err
	}
	for range maxBookings {
		moved, err := s.moved(ctx, c, open, since)
		if err != nil {
			return 0, v, err
		}
		if v, err = env.ReadCommitted(ctx, c); err != nil {
			return 0, v, err
		}
		after, err := s.ledgers(ctx, c, v, open)
		if err != nil {
			return 0, v, err
		}
		open = slices.DeleteFunc(open, func(k int) bool {
			if before[k] == after[k] {
				n += after[k].sum() - moved[k]
			}
			return before[k] == after[k]
		})
		if len(open) == 0 {
			return n, v, nil
		}
		before = after
	}
	return 0, v, fault.New(fault.Unavailable, "inventory_contended", "units are moving too fast to be counted just now")
}

// ledger is what came to a shard from outside and what left it, ever. Two that are equal had nothing between them, since
// adjustments only grow: units found and lost again leave adjusted as it was.
type ledger struct{ received, returned, adjusted, adjustments, shipped int64 }

func (l ledger) sum() int64 { return l.received + l.returned + l.adjusted - l.shipped }

func ledgerOf(x inventory.Stock) ledger {
	return ledger{x.Received, x.Returned, x.Adjusted, x.Adjustments, x.Shipped}
}

// isStill holds for a shard whose ledger is still this one.
func (l ledger) isStill() []store.Cond {
	is := func(attr string, n int64) store.Cond {
		if n == 0 {
			return store.Any(store.Lacks(attr), store.Eq(attr, 0))
		}
		return store.Eq(attr, n)
	}
	return []store.Cond{is("received", l.received), is("returned", l.returned), is("adjustments", l.adjustments), is("shipped", l.shipped)}
}

// ledgers reads shards' ledgers: of open ones as they were seen, of closed ones as they will always be.
func (s Store) ledgers(ctx context.Context, c shards.Counter, v shards.View, of []int) (map[int]ledger, error) {
	out := map[int]ledger{}
	for _, k := range of {
		var i store.Item
		var err error
		if k >= v.Layout.Open {
			i = v.Shards[k-v.Layout.Open].Item
		} else if i, err = s.DB.Get(ctx, inventoryTable, c.Shard(k)); err != nil {
			return nil, err
		}
		x, err := readStock(i)
		if err != nil {
			return nil, err
		}
		out[k] = ledgerOf(x)
	}
	return out, nil
}

// moved sums up what moved on shards since a count that was taken in a second.
func (s Store) moved(ctx context.Context, c shards.Counter, of []int, since string) (map[int]int64, error) {
	sums := make([]int64, len(of))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxReads)
	for n, k := range of {
		g.Go(func() (err error) { sums[n], err = s.movedOn(ctx, c, k, since); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := map[int]int64{}
	for n, k := range of {
		out[k] = sums[n]
	}
	return out, nil
}

func (s Store) movedOn(ctx context.Context, c shards.Counter, shard int, since string) (n int64, err error) {
	q := store.Query{Table: inventoryTable, Hash: journalKey(c, shard, "").PK, From: since}
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return 0, err
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
