package inventorystore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// Place takes a plan's units, all or none, in one transaction. A repetition finds its own holds and succeeds,
// even when nothing is left. Errors: item_unavailable naming the lines that are short, hold_released if the
// order's release came first, hold_committed, hold_mismatch if the order holds other units; plan_invalid,
// too_many_lines; transient ones when others are at the same items.
func (s Store) Place(ctx context.Context, orderID string, plan inventory.Plan, expiresAt time.Time) error {
	if err := plan.Check(); err != nil {
		return err
	}
	wanted := plan.Holds(orderID, expiresAt.UnixMilli())
	var writes []store.Write
	for _, h := range wanted {
		writes = append(writes, store.Put(holds, holdKey(h), h).If(store.Absent()).Named(holdName(h)))
	}
	draws := drawsOf(wanted)
	for _, d := range draws {
		writes = append(writes, store.Update(inventoryTable, d.key).Add("available", -d.quantity).Add("version", 1).
			If(store.Ge("available", d.quantity)).Named(stockName))
	}
	err := s.DB.Transact(ctx, writes...)
	refused, ok := store.AsRefused(err)
	switch {
	case err == nil:
		return nil
	case !ok || len(refused.Reasons) != len(writes):
		return fmt.Errorf("place holds: %w", err)
	}
	return placeRefusal(refused, plan, wanted, draws)
}

// placeRefusal judges the holds before the stock: a hold that is there says what became of this order, while
// an empty stock item may be empty because of it. For the same reason nothing is said to be unavailable while
// another transaction, maybe an earlier try of this one, has a hold.
func placeRefusal(r *store.Refused, plan inventory.Plan, wanted []inventory.Hold, draws []draw) error {
	own, busy := 0, false
	for i, h := range wanted {
		switch reason := r.Reasons[i]; reason.Cause {
		case store.ConditionFailed:
			found, err := readHold(reason.Found)
			if err != nil {
				return err
			}
			if _, err := found.State.On(inventory.Place); err != nil {
				return err
			}
			if !found.Same(h) {
				return inventory.ErrMismatch
			}
			own++
		case store.Conflicted, store.Throttled:
			busy = true
		}
	}
	switch {
	case own == len(wanted):
		return nil
	case busy:
		return contended(r)
	case own > 0:
		return inventory.ErrMismatch // what was placed together is there together
	}
	lines := map[string]bool{}
	for i, d := range draws {
		if r.Reasons[len(wanted)+i].Cause == store.ConditionFailed {
			for _, line := range d.lines {
				lines[line] = true
			}
		}
	}
	var short []fault.Field
	for i, l := range plan.Lines {
		if lines[l.Line] {
			short = append(short, inventory.Short(i, l.Line))
		}
	}
	switch {
	case short != nil:
		return inventory.ErrUnavailable.With(short...)
	case r.Transient():
		return contended(r)
	}
	return fmt.Errorf("place holds: %w", r)
}

// draw is what an order takes from one stock item. A transaction writes an item once, so holds that draw on
// the same item share a draw.
type draw struct {
	key      store.Key
	quantity int64
	lines    []string
}

func drawsOf(wanted []inventory.Hold) []draw {
	var out []draw
	place := map[store.Key]int{}
	for _, h := range wanted {
		k := stockKey(h.SKU, h.Centre)
		n, ok := place[k]
		if !ok {
			n = len(out)
			place[k] = n
			out = append(out, draw{key: k})
		}
		out[n].quantity += h.Quantity
		out[n].lines = append(out[n].lines, h.Line)
	}
	return out
}
