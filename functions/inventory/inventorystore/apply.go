package inventorystore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const (
	changeName = "change"
	headName   = "count"

	// applying bounds how often a change is tried on stock that others change meanwhile.
	applying = 8
)

// record is a change that was booked. Delta is by how much it changed the units on hand.
type record struct {
	ID string `dynamodbav:"change_id"`
	inventory.SKU
	Centre   string         `dynamodbav:"centre"`
	Kind     inventory.Kind `dynamodbav:"kind"`
	Quantity int64          `dynamodbav:"quantity"`
	AsOf     string         `dynamodbav:"as_of,omitempty"`
	Delta    int64          `dynamodbav:"delta"`
}

func recordOf(c inventory.Change) record {
	r := record{ID: c.ID, SKU: c.SKU, Centre: c.Centre, Kind: c.Kind, Quantity: c.Quantity, Delta: c.Quantity}
	if c.Kind == inventory.Counted {
		r.AsOf = second(c.AsOf)
	}
	return r
}

// Apply books a change once: its units and its record are one transaction, so a repetition finds the record and returns
// false. Units that come pay debts first. Units that go are taken from what is free; what is not free becomes a debt,
// which the next releases, receipts and returns pay before anything is sold again. Errors: change_mismatch if the id
// was booked with other contents, change_invalid, as_of_in_future, as_of_too_old, superseded if the stock was counted
// at that time or later, transient ones.
func (s Store) Apply(ctx context.Context, ch inventory.Change, now time.Time) (changed bool, err error) {
	if err := ch.Check(now); err != nil {
		return false, err
	}
	env, c, rec := s.env(), counter(ch.SKU, ch.Centre), recordOf(ch)
	var refused *store.Refused
	for range applying {
		var writes []store.Write
		var v shards.View
		if ch.Kind == inventory.Counted {
			head, seen, delta, err := s.counted(ctx, env, c, ch)
			if errors.Is(err, inventory.ErrSuperseded) {
				return s.repeated(ctx, rec, err)
			}
			if err != nil {
				return false, spoken("book change", err)
			}
			rec.Delta, v, writes = delta, seen, append(writes, head)
		}
		effects, err := effectsOf(ctx, env, c, v, rec.Delta)
		if shards.Declined(err) {
			continue // others move the same units
		}
		if err != nil {
			return false, spoken("book change", err)
		}
		writes = append([]store.Write{store.Put(inventoryTable, changeKey(ch.ID), rec).If(store.Absent()).Named(changeName)}, writes...)
		for _, f := range effects {
			w := c.Amend(f).Add(sums[ch.Kind], f.Units()).
				Set("product_id", ch.ProductID).Set("seller_id", ch.SellerID).Set("centre", ch.Centre)
			if sums[ch.Kind] == "adjusted" {
				w = w.Add("adjustments", 1)
			}
			writes = append(writes, w)
			if ch.Kind != inventory.Counted {
				writes = append(writes, journal(c, f.Shard, f.Units(), now))
			}
		}
		if err = s.DB.Transact(ctx, writes...); err == nil {
			env.Forget(c)
			if len(effects) > 0 && (env.Known(c) || effects[0].Shard > 0) {
				s.came(ctx, c)
			}
			return true, nil
		}
		var ok bool
		if refused, ok = store.AsRefused(err); !ok {
			return false, fmt.Errorf("book change: %w", err)
		}
		if reason, there := refused.Failed(changeName); there {
			return false, sameChange(rec, reason.Found)
		}
		if refused.Has(store.Rejected) {
			return false, fmt.Errorf("book change: %w", err)
		}
	}
	if refused == nil {
		return false, shards.ErrChanged
	}
	return false, contended(refused)
}

// sums says which of a stock's sums a change is added to.
var sums = map[inventory.Kind]string{inventory.Received: "received", inventory.Returned: "returned", inventory.Adjusted: "adjusted", inventory.Counted: "adjusted"}

// most is the most shards that one change is spread over: each needs two writes.
const most = 48

// effectsOf says what a change does to each shard of stock as it was seen, if it was. A glance is enough, as every write
// has its condition, unless it seems that not all can be taken from what is free: units that are moving could be
// missing from it.
func effectsOf(ctx context.Context, env *Environment, c shards.Counter, v shards.View, delta int64) (_ []shards.Effect, err error) {
	if delta == 0 {
		return nil, nil
	}
	if v.Shards == nil {
		v, err = env.Glance(ctx, c)
	}
	if err == nil && v.Free()+delta < 0 && v.Layout.Divided() {
		v, err = env.Read(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	effects := v.Amend(delta)
	if len(effects) > most {
		if err := env.Gather(ctx, c, v); err != nil {
			return nil, err
		}
		return nil, shards.ErrChanged
	}
	return effects, nil
}

// repeated says of a change that comes too late whether it was booked when it was not.
func (s Store) repeated(ctx context.Context, r record, late error) (bool, error) {
	i, err := s.DB.Get(ctx, inventoryTable, changeKey(r.ID))
	if err != nil {
		return false, fmt.Errorf("read change: %w", err)
	}
	if i == nil {
		return false, late
	}
	return false, sameChange(r, i)
}

func sameChange(r record, found store.Item) error {
	var before record
	if err := store.Unmarshal(found, &before); err != nil {
		return fmt.Errorf("read change: %w", err)
	}
	if before.Delta = r.Delta; before != r { // what a count came to is no part of what it says
		return inventory.ErrChange
	}
	return nil
}

// Receive books a receipt as Apply does.
func (s Store) Receive(ctx context.Context, r inventory.Receipt) (booked bool, err error) {
	return s.Apply(ctx, r.Change(), s.env().Now())
}
