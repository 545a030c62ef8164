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
	return s.advance(ctx, inventory.Release, plan.Holds(orderID, 0), now, now)
}

// Ship books an order's units as gone, which left at a time, or now if that is not known. If the last count that was
// booked is of after that, it has missed them, and what it took away for that is free again. It may be repeated. Errors:
// hold_mismatch if a hold has another quantity than the lines say, hold_missing, hold_not_committed, hold_released,
// transient ones.
func (s Store) Ship(ctx context.Context, orderID string, lines []inventory.PlannedLine, at, now time.Time) error {
	_, err := s.advance(ctx, inventory.Ship, inventory.Plan{Lines: lines}.Holds(orderID, 0), at, now)
	return err
}

// Restock gives an order's units back that were sold and will not be shipped. It may be repeated. Errors: as Ship's, and
// hold_shipped.
func (s Store) Restock(ctx context.Context, orderID string, lines []inventory.PlannedLine, now time.Time) error {
	_, err := s.advance(ctx, inventory.Restock, inventory.Plan{Lines: lines}.Holds(orderID, 0), now, now)
	return err
}

func (s Store) advance(ctx context.Context, op inventory.Operation, planned []inventory.Hold, at, now time.Time) (int, error) {
	moved := 0
	var errs []error
	for _, h := range planned {
		did, err := s.advanceOne(ctx, op, h, at, now)
		if did {
			moved++
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", op, holdKey(h).SK, err))
		}
	}
	return moved, errors.Join(errs...)
}

func (s Store) advanceOne(ctx context.Context, op inventory.Operation, planned inventory.Hold, at, now time.Time) (bool, error) {
	item, err := s.DB.Get(ctx, holds, holdKey(planned))
	if err != nil {
		return false, err
	}
	a := advance{planned: planned, at: at, now: now}
	for range maxTries {
		if a.found, err = readHold(item); err != nil {
			return false, err
		}
		if a.step, err = a.found.State.On(op); err != nil || a.step.To == a.found.State {
			return false, err
		}
		if op != inventory.Release && a.found.Quantity != planned.Quantity {
			return false, inventory.ErrMismatch
		}
		a.draws = a.found.Drawn()
		done, moved, err := s.take(ctx, &a)
		if done || err != nil {
			return done && a.found.State != inventory.Absent, err
		}
		if moved != nil {
			item = moved
		}
	}
	return false, errContended
}

var errContended = fault.New(fault.Unavailable, "inventory_contended", "others are changing the same hold just now")

// take makes a step, and tells whether it is made. If it is not, moved is the hold as it is now or, if it did not move, nothing: then
// what the step must know of its stock was learnt.
func (s Store) take(ctx context.Context, a *advance) (done bool, moved store.Item, err error) {
	for len(a.owed) < len(a.draws) {
		a.owed = append(a.owed, 0)
	}
	err = s.DB.Transact(ctx, a.writes()...)
	if err == nil {
		if c := a.counter(); a.returns() && (a.found.Draws != nil || s.env().KnownDivided(c)) {
			s.env().RefreshHint(ctx, c)
		}
		return true, nil, nil
	}
	refused, ok := store.AsRefused(err)
	if !ok {
		return false, nil, err
	}
	reason, lost := refused.Failed(holdName(a.planned))
	switch {
	case lost:
		return false, reason.Found, nil // it moved since it was read: maybe by our own try, whose answer was lost
	case refused.Transient():
		return false, nil, contended(refused)
	}
	return false, nil, a.learn(refused)
}

// Cut gives back the units of an order's holds that were sold and cancelled since. It may be repeated. Errors: as Restock's.
func (s Store) Cut(ctx context.Context, orderID string, cuts []inventory.Cut, now time.Time) error {
	var errs []error
	for _, c := range cuts {
		if err := s.cut(ctx, inventory.Hold{OrderID: orderID, Line: c.Line, Centre: c.Centre}, c, now); err != nil {
			errs = append(errs, fmt.Errorf("cut %s %s: %w", c.Line, c.Centre, err))
		}
	}
	return errors.Join(errs...)
}

func (s Store) cut(ctx context.Context, planned inventory.Hold, c inventory.Cut, now time.Time) error {
	item, err := s.DB.Get(ctx, holds, holdKey(planned))
	if err != nil {
		return err
	}
	a := advance{planned: planned, at: now, now: now}
	for range maxTries {
		if a.found, err = readHold(item); err != nil {
			return err
		}
		back, rest, err := a.found.Without(c)
		if err != nil || back == nil {
			return err
		}
		a.step, a.draws, a.rest = inventory.Step{To: rest.State, Available: 1, Out: -1}, back, &rest
		done, moved, err := s.take(ctx, &a)
		if done || err != nil {
			return err
		}
		if moved != nil {
			item = moved
		}
	}
	return errContended
}

// advance is one step of a hold that was found, or was not.
type advance struct {
	planned, found inventory.Hold
	rest           *inventory.Hold // of a hold that is cut
	step           inventory.Step
	at, now        time.Time
	draws          []inventory.Draw // that move
	owed           []int64          // by each shard that units return to
	counted        bool             // a count that is booked is of after they left
}

func (a advance) counter() shards.Counter { return counter(a.found.SKU, a.found.Centre) }

func (a advance) movement() movement { return moving(a.counter(), -a.found.Quantity, a.at, a.now) }

// returns tells whether units come free.
func (a advance) returns() bool { return a.step.Available > 0 || a.step.Shipped > 0 && a.counted }

// writes makes the step: the hold must still be in the state that it was found in, and its own quantity moves, not the
// planned one.
func (a advance) writes() []store.Write {
	ttl := a.now.Add(releasedFor).Unix()
	if a.found.State == inventory.Absent {
		tombstone := a.planned
		tombstone.Quantity, tombstone.State = 0, a.step.To
		return []store.Write{store.Put(holds, holdKey(a.planned), struct {
			inventory.Hold
			TTL int64 `dynamodbav:"ttl"`
		}{tombstone, ttl}).If(store.Absent()).Named(holdName(a.planned))}
	}
	hold := store.Update(holds, holdKey(a.planned)).Set("state", a.step.To).
		If(asFound(a.found)...).Named(holdName(a.planned))
	if a.rest != nil {
		hold = hold.Set("quantity", a.rest.Quantity).Set("cut", a.rest.Cut)
		if a.found.Draws != nil {
			hold = hold.Set("draws", a.rest.Draws)
		}
	}
	if a.step.To == inventory.Released {
		hold = hold.Set("ttl", ttl)
	}
	writes, c := []store.Write{hold}, a.counter()
	for i, d := range a.draws {
		switch {
		case a.step.Available > 0:
			writes = append(writes, c.Return(shards.Draw(d), a.owed[i]))
		case a.step.Shipped > 0 && a.counted:
			writes = append(writes, c.Return(shards.Draw(d), a.owed[i]).Add("shipped", d.Quantity).Add("adjusted", d.Quantity))
		case a.step.Shipped > 0:
			writes = append(writes, c.Spend(shards.Draw(d)).Add("shipped", d.Quantity))
		}
	}
	if a.found.Counted {
		writes = append(writes, counts(a.found, -a.units()))
	}
	if a.step.Shipped > 0 && !a.counted {
		return a.movement().booked(writes)
	}
	return writes
}

// units is how many units move.
func (a advance) units() (n int64) {
	for _, d := range a.draws {
		n += d.Quantity
	}
	return n
}

// learn finds out from a refusal by the stock what the next try must know.
func (a *advance) learn(r *store.Refused) (err error) {
	if first, failed := r.Failed(firstName); failed && a.step.Shipped > 0 && !a.counted {
		last, err := readLastCount(first.Found)
		if err != nil {
			return err
		}
		a.counted = a.movement().counted(last)
	}
	a.owed, err = owes(r, a.owed, a.draws)
	return err
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
