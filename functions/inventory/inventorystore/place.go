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

// Place takes a plan's units, all or none, in one transaction, each pick from one shard of its stock or from several.
// A repetition finds its own holds and succeeds, even when nothing is left. Errors: item_unavailable naming lines that
// are short, hold_released if the order's release came first, hold_committed, hold_mismatch if the order holds other
// units; plan_invalid, too_many_lines; transient ones when others are at the same items.
func (s Store) Place(ctx context.Context, orderID string, plan inventory.Plan, expiresAt time.Time) error {
	return s.draw(ctx, plan, plan.Holds(orderID, expiresAt.UnixMilli()))
}

// Sell takes a plan's units as sold, in one transaction with a record that must not be there yet: what no checkout holds before. Errors:
// those of Place; hold_committed for a repetition.
func (s Store) Sell(ctx context.Context, orderID string, plan inventory.Plan, with store.Write) error {
	sold := plan.Holds(orderID, 0)
	for i := range sold {
		sold[i].State = inventory.Committed
	}
	return s.draw(ctx, plan, sold, with)
}

// draw takes holds' units from stock and puts the holds, with other writes or none of it.
func (s Store) draw(ctx context.Context, plan inventory.Plan, wanted []inventory.Hold, with ...store.Write) error {
	if err := plan.Check(); err != nil {
		return err
	}
	wants, takers := demand(wanted)
	err := s.env().Take(ctx, wants, shards.Order{
		Writes: func(draws [][]shards.Draw) []store.Write {
			writes := make([]store.Write, len(wanted))
			for i, at := range takers {
				var quantities []int64
				for _, n := range at {
					quantities = append(quantities, wanted[n].Quantity)
				}
				for j, of := range shards.Split(draws[i], quantities) {
					h := wanted[at[j]]
					h.Draws = drawn(of)
					writes[at[j]] = store.Put(holds, holdKey(h), h).If(store.Absent()).Named(holdName(h))
				}
			}
			return append(writes, with...)
		},
		Judge: func(reasons []store.Reason) (bool, error) { return judge(reasons, wanted) },
	})
	return placeError(err, plan, wanted, takers)
}

// demand sums up what the holds take from each stock: a transaction writes an item once, so holds that draw on the
// same share a draw. takers are the holds of each want, by their places.
func demand(wanted []inventory.Hold) (wants []shards.Want, takers [][]int) {
	place := map[store.Key]int{}
	for i, h := range wanted {
		k := stockKey(h.SKU, h.Centre)
		n, ok := place[k]
		if !ok {
			n = len(wants)
			place[k] = n
			wants, takers = append(wants, shards.Want{Counter: counter(h.SKU, h.Centre)}), append(takers, nil)
		}
		wants[n].Quantity += h.Quantity
		takers[n] = append(takers[n], i)
	}
	return wants, takers
}

// drawn is what a hold remembers of its draws: nothing if all are from shard 0.
func drawn(of []shards.Draw) (out []inventory.Draw) {
	if len(of) == 1 && of[0].Shard == 0 {
		return nil
	}
	for _, d := range of {
		out = append(out, inventory.Draw(d))
	}
	return out
}

// judge looks at an order's holds before anything is said of the stock: a hold that is there says what became of this
// order, while a stock may be empty because of it.
func judge(reasons []store.Reason, wanted []inventory.Hold) (done bool, err error) {
	own, busy := 0, false
	for i, h := range wanted {
		switch reason := reasons[i]; reason.Cause {
		case store.ConditionFailed:
			found, err := readHold(reason.Found)
			if err != nil {
				return true, err
			}
			if _, err := found.State.On(inventory.Place); err != nil {
				return true, err
			}
			if !found.Same(h) {
				return true, inventory.ErrMismatch
			}
			own++
		case store.Conflicted, store.Throttled:
			busy = true
		}
	}
	switch {
	case own == len(wanted):
		return true, nil
	case own > 0 && !busy:
		return true, inventory.ErrMismatch // what was placed together is there together
	}
	return false, nil
}

func placeError(err error, plan inventory.Plan, wanted []inventory.Hold, takers [][]int) error {
	var short *shards.Short
	if errors.As(err, &short) {
		lines := map[string]bool{}
		for _, i := range short.Wants {
			for _, n := range takers[i] {
				lines[wanted[n].Line] = true
			}
		}
		var fields []fault.Field
		for i, l := range plan.Lines {
			if lines[l.Line] {
				fields = append(fields, inventory.Short(i, l.Line))
			}
		}
		return inventory.ErrUnavailable.With(fields...)
	}
	return asFault("place holds", err)
}

// asFault returns a fault as it is, makes one of a refusal that may pass, and says of any other error what failed.
func asFault(what string, err error) error {
	if f := (*fault.Error)(nil); err == nil || errors.As(err, &f) {
		return err
	}
	if refused, ok := store.AsRefused(err); ok && !refused.Has(store.Rejected) {
		return contended(refused)
	}
	return fmt.Errorf("%s: %w", what, err)
}
