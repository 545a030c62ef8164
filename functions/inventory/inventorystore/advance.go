package inventorystore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const (
	// releasedFor is how long a released hold stays. It must outlast every message that could still ask for its
	// hold: SQS keeps one 14 days at most.
	releasedFor = 35 * 24 * time.Hour
	// maxTries bounds how often a hold is looked at again because it, or a debt that its units pay, moved meanwhile.
	maxTries = 8
)

// Release gives the units of an order's holds back, and bars holds that were never placed. It returns how many
// holds it released. Each hold is a transaction of its own, and one that fails does not keep the others, so
// repeating it converges from anywhere. Errors: hold_committed if the order was placed, transient ones.
func (s Store) Release(ctx context.Context, orderID string, plan inventory.Plan, now time.Time) (int, error) {
	return s.advance(ctx, inventory.Release, plan.Holds(orderID, 0), now)
}

// Ship books an order's units as gone. It may be repeated. Errors: hold_mismatch if a hold has another
// quantity than the lines say, hold_missing, hold_not_committed, hold_released, transient ones.
func (s Store) Ship(ctx context.Context, orderID string, lines []inventory.PlannedLine, now time.Time) error {
	_, err := s.advance(ctx, inventory.Ship, inventory.Plan{Lines: lines}.Holds(orderID, 0), now)
	return err
}

// Restock gives an order's units back that were sold and will not be shipped. It may be repeated. Errors: as Ship's, and
// hold_shipped.
func (s Store) Restock(ctx context.Context, orderID string, lines []inventory.PlannedLine, now time.Time) error {
	_, err := s.advance(ctx, inventory.Restock, inventory.Plan{Lines: lines}.Holds(orderID, 0), now)
	return err
}

func (s Store) advance(ctx context.Context, op inventory.Operation, planned []inventory.Hold, now time.Time) (int, error) {
	moved := 0
	var errs []error
	for _, h := range planned {
		did, err := s.advanceOne(ctx, op, h, now)
		if did {
			moved++
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", op, holdKey(h).SK, err))
		}
	}
	return moved, errors.Join(errs...)
}

func (s Store) advanceOne(ctx context.Context, op inventory.Operation, planned inventory.Hold, now time.Time) (bool, error) {
	item, err := s.DB.Get(ctx, holds, holdKey(planned))
	if err != nil {
		return false, err
	}
	var owed []int64 // by each shard that units return to
	for range maxTries {
		found, err := readHold(item)
		if err != nil {
			return false, err
		}
		step, err := found.State.On(op)
		if err != nil || step.To == found.State {
			return false, err
		}
		if op != inventory.Release && found.Quantity != planned.Quantity {
			return false, inventory.ErrMismatch
		}
		for len(owed) < len(found.Drawn()) {
			owed = append(owed, 0)
		}
		err = s.DB.Transact(ctx, moveWrites(found, planned, step, owed, now)...)
		if err == nil {
			if c := counter(found.SKU, found.Centre); step.Available > 0 && (found.Draws != nil || s.env().KnownDivided(c)) {
				s.env().RefreshHint(ctx, c)
			}
			return found.State != inventory.Absent, nil
		}
		refused, ok := store.AsRefused(err)
		if !ok {
			return false, err
		}
		reason, lost := refused.Failed(holdName(planned))
		switch {
		case lost:
			item = reason.Found // it moved since it was read: maybe by our own try, whose answer was lost
		case refused.Transient():
			return false, contended(refused)
		default:
			if owed, err = owes(refused, owed, found.Drawn()); err != nil {
				return false, err
			}
		}
	}
	return false, fault.New(fault.Unavailable, "inventory_contended", "others are changing the same hold just now")
}

// moveWrites makes one step of a hold that was found (or was not): the hold must still be in the state that it
// was found in, and its own quantity moves, not the planned one.
func moveWrites(found, planned inventory.Hold, step inventory.Step, owed []int64, now time.Time) []store.Write {
	ttl := now.Add(releasedFor).Unix()
	if found.State == inventory.Absent {
		tombstone := planned
		tombstone.Quantity, tombstone.State = 0, step.To
		return []store.Write{store.Put(holds, holdKey(planned), struct {
			inventory.Hold
			TTL int64 `dynamodbav:"ttl"`
		}{tombstone, ttl}).If(store.Absent()).Named(holdName(planned))}
	}
	hold := store.Update(holds, holdKey(planned)).Set("state", step.To).If(store.Eq("state", found.State)).Named(holdName(planned))
	if step.To == inventory.Released {
		hold = hold.Set("ttl", ttl)
	}
	writes := []store.Write{hold}
	if step.Available == 0 && step.Shipped == 0 {
		return writes
	}
	c := counter(found.SKU, found.Centre)
	for i, d := range found.Drawn() {
		if step.Available > 0 {
			writes = append(writes, c.Return(shards.Draw(d), owed[i]))
		} else {
			writes = append(writes, c.Spend(shards.Draw(d)).Add("shipped", d.Quantity))
		}
	}
	if step.Shipped > 0 {
		for _, d := range found.Drawn() {
			writes = append(writes, journal(c, d.Shard, -d.Quantity, now))
		}
	}
	return writes
}

// owes finds out what the shards owe that units were to return to, for the next try. before is what they were thought
// to owe: nothing, at first.
func owes(r *store.Refused, before []int64, draws []inventory.Draw) ([]int64, error) {
	out := make([]int64, len(draws))
	copy(out, before)
	for i := range draws {
		x := r.Reasons[1+i]
		if x.Cause != store.ConditionFailed {
			continue
		}
		if x.Found == nil {
			return nil, fmt.Errorf("units have no shard to return to: %w", r)
		}
		var err error
		if out[i], err = shards.Owed(x.Found); err != nil {
			return nil, err
		}
	}
	return out, nil
}
