package inventorystore

import (
	"context"
	"fmt"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const lastCountName = "count"

// lastCount is the last count of a sku in a centre that was booked. It stands in the item of shard 0, which there always is:
// so a count of stock that is one item reads that item and writes it, for one read unit and one write unit (and three more
// read units if something moved shortly before the count was taken, or since: for reading it again and for the journal).
// With the last count and a record of the change in items of their own it would be a transaction of three, for six write
// units, and would meet every hold that is under way; a seller's file has a count of everything the seller has. A record is
// not needed: whatever is booked is the last count, or older than it.
type lastCount struct {
	AsOf  string `dynamodbav:"counted_at"`
	ID    string `dynamodbav:"counted_by"`
	Units int64  `dynamodbav:"counted"`
}

func readLastCount(i store.Item) (m lastCount, err error) {
	if err = store.Unmarshal(i, &m); err != nil {
		return m, fmt.Errorf("read last count: %w", err)
	}
	return m, nil
}

// follows tells whether a count can be booked after the last one: not if it is that one.
func (m lastCount) follows(last lastCount) (bool, error) {
	switch {
	case m == last:
		return false, nil
	case m.ID == last.ID:
		return false, inventory.ErrChange
	case m.AsOf <= last.AsOf:
		return false, inventory.ErrSuperseded
	}
	return true, nil
}

// on has a write of shard 0 set it, if the last count still is the one that was seen.
func (m lastCount) on(w store.Write, last lastCount) store.Write {
	seen := store.Lacks("counted_by")
	if last.ID != "" {
		seen = store.Eq("counted_by", last.ID)
	}
	return w.Set("counted_at", m.AsOf).Set("counted_by", m.ID).Set("counted", m.Units).If(seen).Named(lastCountName)
}

// count books a count by the difference to what should have been on the shelf then: what its ledgers say less what moved
// since. i is shard 0 as it was read. What is read is of one moment, that of the write, if shard 0 still is as it was: the
// same last count, and as many movements.
//
// That is not enough where something may have moved since the count was taken: a movement that is being booked shows its
// items one by one, so a plain read of shard 0 may have it and the journal not yet. Then shard 0 must have been read when
// no transaction was at it, which a transactional read or a refused condition tells.
func (s Store) count(ctx context.Context, ch inventory.Change, i store.Item) (changed bool, err error) {
	env, c, m := s.env(), counter(ch.SKU, ch.Centre), lastCount{second(ch.AsOf), ch.ID, ch.Quantity}
	settled := false
	var refused *store.Refused
	for range maxBookings {
		x, err := m.find(i)
		if err != nil || x.done {
			return false, err
		}
		if !x.still(ch.AsOf) && !settled {
			items, err := s.DB.Snapshot(ctx, store.Get{Table: inventoryTable, Key: c.Key})
			if err != nil {
				return false, asFault("read stock", err)
			}
			i, settled = items[0], true
			continue
		}
		delta, v, err := s.difference(ctx, env, c, ch, i, x.flow)
		if err != nil {
			return false, asFault("book count", err)
		}
		effects, err := env.Amendment(ctx, c, v, delta)
		if err != nil && !shards.Declined(err) {
			return false, asFault("book count", err)
		}
		if err == nil {
			if err = s.write(ctx, m.writes(c, ch, x, effects)); err == nil {
				s.changed(ctx, env, c, effects)
				return delta != 0, nil
			}
			var ok bool
			if refused, ok = store.AsRefused(err); !ok || refused.Has(store.Rejected) {
				return false, fmt.Errorf("book count: %w", err)
			}
			if reason, moved := refused.Failed(lastCountName); moved {
				i, settled = reason.Found, true
				continue
			}
		}
		settled = false
		if i, err = s.DB.Get(ctx, inventoryTable, c.Key); err != nil {
			return false, fmt.Errorf("read stock: %w", err)
		}
	}
	if refused == nil {
		return false, shards.ErrChanged
	}
	return false, contended(refused)
}

// found is what a count finds in shard 0.
type found struct {
	flow
	last lastCount
	done bool // the count is booked already
}

// find reads shard 0 for a count. Errors: change_mismatch, superseded.
func (m lastCount) find(i store.Item) (x found, err error) {
	if x.last, err = readLastCount(i); err != nil {
		return x, err
	}
	follows, err := m.follows(x.last)
	if err != nil {
		return x, err
	}
	x.done = !follows
	x.flow, err = readFlow(i)
	return x, err
}

// difference is by how many units a count differs from what should have been on the shelf then. i is shard 0.
func (s Store) difference(ctx context.Context, env *Environment, c shards.Counter, ch inventory.Change, i store.Item, f flow) (
	int64, shards.View, error) {
	n, v, err := s.onHand(ctx, env, c, i)
	if err != nil || f.still(ch.AsOf) {
		return ch.Quantity - n, v, err
	}
	moved, err := s.moved(ctx, c, second(ch.AsOf))
	return ch.Quantity - n + moved, v, err
}

// writes are what a count changes, if shard 0 is as it was found.
func (m lastCount) writes(c shards.Counter, ch inventory.Change, x found, effects []shards.Effect) []store.Write {
	writes := []store.Write{store.Update(inventoryTable, c.Key)}
	for _, f := range effects {
		w := c.Amend(f).Add("adjusted", f.Units())
		if f.Shard == 0 {
			writes[0] = w
		} else {
			writes = append(writes, owned(w, ch))
		}
	}
	writes[0] = m.on(owned(writes[0], ch), x.last).If(x.isStill())
	return writes
}

// write makes one write by itself, at half the price of a transaction.
func (s Store) write(ctx context.Context, writes []store.Write) (err error) {
	if len(writes) == 1 {
		_, err = s.DB.Apply(ctx, writes[0])
		return err
	}
	return s.DB.Transact(ctx, writes...)
}
