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
// so a count of stock that is one item reads that item and writes it, for one read unit and one write unit (one more
// read unit for the journal, where anything ever moved). With the last count and a record of the change in items of
// their own it would be a transaction of three, for six write units, and would meet every hold that is under way; a
// seller's file has a count of everything the seller has. A record is not needed: whatever is booked is the last count,
// or older than it.
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

// count books a count by the difference to what should have been on the shelf then. i is shard 0 as it was read.
func (s Store) count(ctx context.Context, ch inventory.Change, i store.Item) (changed bool, err error) {
	env, c, m := s.env(), counter(ch.SKU, ch.Centre), lastCount{second(ch.AsOf), ch.ID, ch.Quantity}
	var refused *store.Refused
	for range maxBookings {
		last, err := readLastCount(i)
		if err != nil {
			return false, err
		}
		if follows, err := m.follows(last); err != nil || !follows {
			return false, err
		}
		delta, v, was, err := s.difference(ctx, env, c, ch, i)
		if err != nil {
			return false, asFault("book count", err)
		}
		effects, err := env.Amendment(ctx, c, v, delta)
		if err != nil && !shards.Declined(err) {
			return false, asFault("book count", err)
		}
		if err == nil {
			if err = s.write(ctx, m.writes(c, ch, last, effects, was)); err == nil {
				s.changed(ctx, env, c, effects)
				return delta != 0, nil
			}
			var ok bool
			if refused, ok = store.AsRefused(err); !ok || refused.Has(store.Rejected) {
				return false, fmt.Errorf("book count: %w", err)
			}
			if reason, moved := refused.Failed(lastCountName); moved {
				i = reason.Found
				continue
			}
		}
		if i, err = s.DB.Get(ctx, inventoryTable, c.Key); err != nil {
			return false, fmt.Errorf("read stock: %w", err)
		}
	}
	if refused == nil {
		return false, shards.ErrChanged
	}
	return false, contended(refused)
}

// writes are what a count changes. was holds for shard 0 while its ledger is as it was seen.
func (m lastCount) writes(c shards.Counter, ch inventory.Change, last lastCount, effects []shards.Effect, was []store.Cond) []store.Write {
	writes := []store.Write{store.Update(inventoryTable, c.Key)}
	for _, f := range effects {
		w := c.Amend(f).Add("adjusted", f.Units()).Add("adjustments", 1)
		if f.Shard == 0 {
			writes[0] = w
		} else {
			writes = append(writes, owned(w, ch))
		}
	}
	writes[0] = m.on(owned(writes[0], ch), last).If(was...)
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

// difference is by how many units a count differs from what should have been on the shelf then. Of stock that is one item
// that is what its ledger says less what moved since, if the ledger, as was says, is still the same when the count is
// written: then nothing came between it and the journal.
func (s Store) difference(ctx context.Context, env *Environment, c shards.Counter, ch inventory.Change, i store.Item) (
	delta int64, v shards.View, was []store.Cond, err error) {
	v, whole, err := c.Undivided(i, env.Now())
	if err != nil {
		return 0, v, nil, err
	}
	if !whole {
		if v, err = env.ReadCommitted(ctx, c); err != nil {
			return 0, v, nil, err
		}
		onHand, v, err := s.onHand(ctx, env, c, v, second(ch.AsOf))
		return ch.Quantity - onHand, v, nil, err
	}
	x, err := readStock(i)
	if err != nil {
		return 0, v, nil, err
	}
	l := ledgerOf(x)
	if delta = ch.Quantity - l.sum(); l != (ledger{}) {
		moved, err := s.movedOn(ctx, c, 0, second(ch.AsOf))
		if err != nil {
			return 0, v, nil, err
		}
		delta += moved
	}
	return delta, v, l.isStill(), nil
}
