package inventorystore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

const (
	changeName = "change"

	// maxBookings bounds how often a change is tried on stock that others change meanwhile.
	maxBookings = 8
)

// record is a relative change that was booked. Delta is by how much it changed the units on hand: by none if a count had
// seen it.
type record struct {
	ID string `dynamodbav:"change_id"`
	inventory.SKU
	Centre   string         `dynamodbav:"fulfillment_center_id"`
	Kind     inventory.Kind `dynamodbav:"kind"`
	Quantity int64          `dynamodbav:"quantity"`
	Delta    int64          `dynamodbav:"delta"`
}

func recordOf(c inventory.Change) record {
	return record{ID: c.ID, SKU: c.SKU, Centre: c.Centre, Kind: c.Kind, Quantity: c.Quantity, Delta: c.Quantity}
}

// Apply books a change once, and returns whether it changed anything. Units that come pay debts first. Units that go are
// taken from what is free; what is not free becomes a debt, which the next releases, receipts and returns pay before
// anything is sold again. Errors: change_mismatch if the id was booked with other contents, change_invalid,
// as_of_in_future, as_of_too_old, superseded if the stock was counted at that time or later, transient ones.
func (s Store) Apply(ctx context.Context, ch inventory.Change, now time.Time) (changed bool, err error) {
	if err := ch.Check(now); err != nil {
		return false, err
	}
	i, err := s.DB.Get(ctx, inventoryTable, stockKey(ch.SKU, ch.Centre))
	if err != nil {
		return false, fmt.Errorf("read stock: %w", err)
	}
	return s.book(ctx, ch, i, now)
}

// prefetched is stock that was read for changes before they are booked.
type prefetched struct {
	Store
	mu   sync.Mutex
	seen map[store.Get]store.Item // shard 0 of each stock that no change was booked on yet
}

// Prefetch reads the stock of changes, 100 at most, in one call. What it returns does with each of them what Apply does.
// Each is written by itself: a transaction of several would cost no unit less, and would fall with any one of them that
// meets a hold.
func (s Store) Prefetch(ctx context.Context, changes []inventory.Change, now time.Time) (inventory.Applier, error) {
	var gets []store.Get
	for _, ch := range changes {
		if ch.Check(now) == nil { // what is wrong may be no key
			gets = append(gets, store.Get{Table: inventoryTable, Key: stockKey(ch.SKU, ch.Centre)})
		}
	}
	items, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, fmt.Errorf("read stock: %w", err)
	}
	p := &prefetched{Store: s, seen: map[store.Get]store.Item{}}
	for n, g := range gets {
		p.seen[g] = items[n]
	}
	return p, nil
}

// Apply books a change as the store's does, and spares it the read if it is the first of its stock.
func (p *prefetched) Apply(ctx context.Context, ch inventory.Change, now time.Time) (bool, error) {
	g := store.Get{Table: inventoryTable, Key: stockKey(ch.SKU, ch.Centre)}
	p.mu.Lock()
	i, fresh := p.seen[g]
	delete(p.seen, g) // the next change of it finds another
	p.mu.Unlock()
	if !fresh {
		return p.Store.Apply(ctx, ch, now)
	}
	if err := ch.Check(now); err != nil {
		return false, err
	}
	return p.book(ctx, ch, i, now)
}

// book books a change. i is shard 0 of its stock as it was read.
func (s Store) book(ctx context.Context, ch inventory.Change, i store.Item, now time.Time) (bool, error) {
	if ch.Kind == inventory.Counted {
		return s.count(ctx, ch, i)
	}
	return s.move(ctx, ch, i, now)
}

// move books a relative change: its units, the journal and its record are one transaction, so a repetition finds the
// record. What the last count has seen is entered and taken out again.
func (s Store) move(ctx context.Context, ch inventory.Change, i store.Item, now time.Time) (changed bool, err error) {
	env, c, rec := s.env(), counter(ch.SKU, ch.Centre), recordOf(ch)
	v, whole, err := c.Undivided(i, env.Now())
	if err != nil {
		return false, err
	}
	if !whole {
		v = shards.View{}
	}
	last, err := readLastCount(i)
	if err != nil {
		return false, err
	}
	m := moving(c, ch.Quantity, ch.At, now)
	var refused *store.Refused
	for range maxBookings {
		var effects []shards.Effect
		writes := rec.counted(c, ch)
		if !m.counted(last) {
			effects, err = env.Amendment(ctx, c, v, ch.Quantity)
			v = shards.View{}
			if shards.Declined(err) {
				continue // others move the same units
			}
			if err != nil {
				return false, asFault("book change", err)
			}
			writes = rec.writes(m, ch, effects)
		}
		if err = s.write(ctx, writes); err == nil {
			s.changed(ctx, env, c, effects)
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
		if reason, failed := refused.Failed(firstName); failed {
			if last, err = readLastCount(reason.Found); err != nil {
				return false, err
			}
		}
	}
	if refused == nil {
		return false, shards.ErrChanged
	}
	return false, contended(refused)
}

// writes book a change that no count has seen.
func (r record) writes(m movement, ch inventory.Change, effects []shards.Effect) []store.Write {
	writes := []store.Write{r.put()}
	for _, f := range effects {
		writes = append(writes, owned(m.counter.Amend(f).Add(sums[ch.Kind], f.Units()), ch))
	}
	return m.booked(writes)
}

// counted are the writes of a change that the last count has seen: its units are in the books. What was found, or lost, is
// the count's adjustment.
func (r record) counted(c shards.Counter, ch inventory.Change) []store.Write {
	r.Delta = 0
	if ch.Kind == inventory.Adjusted {
		return []store.Write{r.put()}
	}
	w := store.Update(inventoryTable, c.Key).Add(sums[ch.Kind], ch.Quantity).Add("adjusted", -ch.Quantity)
	return []store.Write{r.put(), owned(w, ch).Named(firstName)}
}

func (r record) put() store.Write {
	return store.Put(inventoryTable, changeKey(r.ID), r).If(store.Absent()).Named(changeName)
}

// owned has a write of stock say whose it is, and one of a stock item that it is in its seller's list (seller.go).
func owned(w store.Write, ch inventory.Change) store.Write {
	if w.Key == stockKey(ch.SKU, ch.Centre) {
		w = w.Set("stock_of", ch.SellerID)
	}
	return w.Set("product_id", ch.ProductID).Set("seller_id", ch.SellerID).Set("fulfillment_center_id", ch.Centre)
}

// changed follows a change that was booked.
func (s Store) changed(ctx context.Context, env *Environment, c shards.Counter, effects []shards.Effect) {
	env.Forget(c)
	if len(effects) > 0 && (env.KnownDivided(c) || effects[0].Shard > 0) {
		env.RefreshHint(ctx, c)
	}
}

// sums says which of a stock's sums a relative change is added to.
var sums = map[inventory.Kind]string{inventory.Received: "received", inventory.Returned: "returned", inventory.Adjusted: "adjusted"}

func sameChange(r record, found store.Item) error {
	var before record
	if err := store.Unmarshal(found, &before); err != nil {
		return fmt.Errorf("read change: %w", err)
	}
	if before.Delta = r.Delta; before != r { // which depends on what was counted
		return inventory.ErrChange
	}
	return nil
}

// Receive books a receipt as Apply does.
func (s Store) Receive(ctx context.Context, r inventory.Receipt) (booked bool, err error) {
	return s.Apply(ctx, r.Change(), s.env().Now())
}
