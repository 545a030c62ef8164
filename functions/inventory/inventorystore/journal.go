package inventorystore

import (
	"context"
	"fmt"
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

// journal adds what moved on or off a shard's shelf to its second. It is part of the transaction that moves it; what a
// count finds is not in it, as that never moved.
func journal(c shards.Counter, shard int, units int64, at time.Time) store.Write {
	return store.Update(inventoryTable, journalKey(c, shard, second(at))).Add("units", units).
		Set("ttl", at.Add(inventory.Journal+24*time.Hour).Unix()).Named("journal")
}

// head is the last count of a sku in a centre that was booked.
type head struct {
	AsOf     string `dynamodbav:"as_of"`
	ChangeID string `dynamodbav:"change_id"`
}

func headKey(c shards.Counter) store.Key {
	return store.Key{PK: "!count#" + c.Key.PK + "#" + c.Key.SK, SK: "count"}
}

// counted compares a count with what should have been on the shelf at that time. The write that it returns keeps other
// counts from being booked meanwhile. Errors: superseded.
func (s Store) counted(ctx context.Context, env *Environment, c shards.Counter, ch inventory.Change) (store.Write, int64, error) {
	i, err := s.DB.Get(ctx, inventoryTable, headKey(c))
	if err != nil {
		return store.Write{}, 0, err
	}
	var last head
	if err := store.Unmarshal(i, &last); err != nil {
		return store.Write{}, 0, fmt.Errorf("read last count: %w", err)
	}
	at := second(ch.AsOf)
	if at <= last.AsOf {
		return store.Write{}, 0, inventory.ErrSuperseded
	}
	onHand, err := s.onHand(ctx, env, c, at)
	if err != nil {
		return store.Write{}, 0, err
	}
	is := store.Absent()
	if i != nil {
		is = store.Eq("change_id", last.ChangeID)
	}
	return store.Put(inventoryTable, headKey(c), head{at, ch.ID}).If(is).Named(headName), ch.Quantity - onHand, nil
}

// onHand is how many units lay on the shelf at the beginning of a second: of every shard that there ever was, what its
// ledger says now less what moved since. What moves meanwhile changes both, and a shard that is new has neither.
func (s Store) onHand(ctx context.Context, env *Environment, c shards.Counter, since string) (int64, error) {
	v, err := env.Glance(ctx, c)
	if err != nil {
		return 0, err
	}
	sums := make([]int64, v.Layout.Next)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for k := range sums {
		g.Go(func() (err error) { sums[k], err = s.shardOnHand(ctx, c, k, since); return err })
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	var n int64
	for _, x := range sums {
		n += x
	}
	return n, nil
}

// shardOnHand reads a shard's ledger before and after its journal: if that is the same, the journal is of that moment.
func (s Store) shardOnHand(ctx context.Context, c shards.Counter, shard int, since string) (int64, error) {
	before, err := s.ledger(ctx, c, shard)
	if err != nil {
		return 0, err
	}
	for range applying {
		moved, err := s.moved(ctx, c, shard, since)
		if err != nil {
			return 0, err
		}
		after, err := s.ledger(ctx, c, shard)
		if err != nil {
			return 0, err
		}
		if after == before {
			return after.received + after.returned + after.adjusted - after.shipped - moved, nil
		}
		before = after
	}
	return 0, fault.New(fault.Unavailable, "inventory_contended", "units are moving too fast to be counted just now")
}

// ledger is what came to a shard from outside and what left it, ever.
type ledger struct{ received, returned, adjusted, shipped int64 }

func (s Store) ledger(ctx context.Context, c shards.Counter, shard int) (ledger, error) {
	i, err := s.DB.Get(ctx, inventoryTable, c.Shard(shard))
	if err != nil {
		return ledger{}, err
	}
	x, err := readStock(i)
	return ledger{x.Received, x.Returned, x.Adjusted, x.Shipped}, err
}

func (s Store) moved(ctx context.Context, c shards.Counter, shard int, since string) (n int64, err error) {
	q := store.Query{Table: inventoryTable, Hash: journalKey(c, shard, "").PK, From: since}
	for {
		p, err := s.DB.Query(ctx, q)
		if err != nil {
			return 0, err
		}
		for _, i := range p.Items {
			var x struct {
				Units int64 `dynamodbav:"units"`
			}
			if err := store.Unmarshal(i, &x); err != nil {
				return 0, fmt.Errorf("read journal: %w", err)
			}
			n += x.Units
		}
		if q.After = p.Next; p.Next == nil {
			return n, nil
		}
	}
}
