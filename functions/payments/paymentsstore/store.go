// Package paymentsstore keeps payments in the table payments: PK order_id, SK group. A payment is written whole,
// conditional on its version. What else is kept has a key that begins with an exclamation mark.
package paymentsstore

import (
	"context"
	"fmt"
	"strings"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/payments"
)

const table = "payments"

// Store reads and writes payments.
type Store struct{ DB store.DB }

func key(orderID, group string) store.Key { return store.Key{PK: orderID, SK: group} }

// Get reads the payment of a group, and whether there is one.
func (s Store) Get(ctx context.Context, orderID, group string) (payments.Payment, bool, error) {
	i, err := s.DB.Get(ctx, table, key(orderID, group))
	if err != nil || i == nil {
		return payments.Payment{}, false, err
	}
	p, err := read(i)
	return p, err == nil, err
}

// Balance returns what was taken of an order's money and what of that was given back, in minor units.
func (s Store) Balance(ctx context.Context, orderID string) (captured, refunded int64, err error) {
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: orderID}) {
		if err != nil {
			return 0, 0, fmt.Errorf("list payments: %w", err)
		}
		p, err := read(i)
		if err != nil {
			return 0, 0, err
		}
		captured += p.Captured
		for _, r := range p.Refunds {
			if r.State == payments.RefundDone && !r.Before {
				refunded += r.Minor
			}
		}
	}
	return captured, refunded, nil
}

// Save stores p as the next version unless another writer came first, whose payment it returns then.
func (s Store) Save(ctx context.Context, p payments.Payment) (payments.Payment, bool, error) {
	unchanged := store.Absent()
	if p.Version > 0 {
		unchanged = store.Eq("version", p.Version)
	}
	p.Version++
	_, err := s.DB.Apply(ctx, store.Put(table, key(p.OrderID, p.Group), p).If(unchanged).Named("payment"))
	if err == nil {
		return p, true, nil
	}
	found, refused := store.FailedCondition(err)
	if !refused || found == nil {
		return payments.Payment{}, false, fmt.Errorf("save payment: %w", err)
	}
	now, err := read(found)
	return now, false, err
}

// Events turns a change of the table into its events.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil || strings.HasPrefix(text(c.New["pk"]), beside) {
		return nil, nil
	}
	now, err := read(c.New)
	if err != nil {
		return nil, err
	}
	var before payments.Payment
	if c.Old != nil {
		if before, err = read(c.Old); err != nil {
			return nil, err
		}
	}
	names, data := payments.Happened(before, now)
	var out []outbox.Event
	for n, name := range names {
		e, err := outbox.New(name, now.OrderID, data[n])
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func read(i store.Item) (payments.Payment, error) {
	var p payments.Payment
	if err := store.Unmarshal(i, &p); err != nil {
		return p, fmt.Errorf("read payment: %w", err)
	}
	return p, nil
}
