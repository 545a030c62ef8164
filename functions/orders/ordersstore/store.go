// Package ordersstore keeps orders in the table orders: one item an order, PK order_id, with the index
// by_customer (customer_id, created_at) of keys alone. Its keys are as many as customers, so it cannot throttle the
// table.
package ordersstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
)

const table = "orders"

// Store reads and writes orders.
type Store struct{ DB store.DB }

func key(orderID string) store.Key { return store.Key{PK: orderID} }

// Place is the write that makes an order; it refuses (as "order") if the order exists.
func Place(o orders.Order) store.Write {
	return store.Put(table, key(o.ID), toRecord(o)).If(store.Absent()).Named("order")
}

// Get returns an order, and whether it exists.
func (s Store) Get(ctx context.Context, orderID string) (orders.Order, bool, error) {
	i, err := s.DB.Get(ctx, table, key(orderID))
	if err != nil || i == nil {
		return orders.Order{}, false, err
	}
	o, err := read(i)
	return o, err == nil, err
}

// Take gives a guest's order to an account, and tells whether it was still the guest's.
func (s Store) Take(ctx context.Context, orderID, guestID, customerID string) (bool, error) {
	_, err := s.DB.Apply(ctx, store.Update(table, key(orderID)).Set("customer_id", customerID).Set("placed_by", guestID).
		If(store.Eq("customer_id", guestID)).Named("order"))
	if _, anothers := store.FailedCondition(err); anothers {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take order: %w", err)
	}
	return true, nil
}

// Owner returns whose an order is and when it was placed. Errors: orders.ErrNotFound.
func (s Store) Owner(ctx context.Context, orderID string) (customerID string, placedAt time.Time, err error) {
	o, ok, err := s.Get(ctx, orderID)
	if err == nil && !ok {
		err = orders.ErrNotFound
	}
	return o.CustomerID, o.PlacedAt, err
}

// History returns a page of a customer's orders, newest first: which they are from the index, and then what they are,
// so that an order costs the pivot one write of its index and not one of all its size. Errors: invalid_cursor.
func (s Store) History(
	ctx context.Context, customerID string, in orders.Period, limit int, after orders.Position,
) ([]orders.Order, orders.Position, error) {
	q := store.Query{Table: table, Index: "by_customer", HashAttr: "customer_id", SortAttr: "created_at", Hash: customerID, Limit: limit,
		Reverse: true}
	if !in.From.IsZero() {
		q.From = in.From.UTC().Format(store.Sortable)
	}
	if !in.To.IsZero() {
		q.To = in.To.UTC().Add(-time.Nanosecond).Format(store.Sortable)
	}
	if q.To != "" && q.From > q.To {
		return nil, orders.Position{}, nil
	}
	if after != (orders.Position{}) {
		if after.PlacedAt < q.From || q.To != "" && after.PlacedAt > q.To {
			return nil, orders.Position{}, orders.ErrCursor
		}
		i, err := store.Marshal(map[string]string{"pk": after.OrderID, "customer_id": customerID, "created_at": after.PlacedAt})
		if err != nil {
			return nil, orders.Position{}, err
		}
		q.After = i
	}
	p, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, orders.Position{}, err
	}
	var gets []store.Get
	for _, i := range p.Items {
		var k struct {
			ID string `dynamodbav:"pk"`
		}
		if err := store.Unmarshal(i, &k); err != nil {
			return nil, orders.Position{}, fmt.Errorf("read index: %w", err)
		}
		gets = append(gets, store.Get{Table: table, Key: key(k.ID)})
	}
	items, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, orders.Position{}, err
	}
	var out []orders.Order
	for _, i := range items { // an order is never deleted, so each is there
		o, err := read(i)
		if err != nil {
			return nil, orders.Position{}, err
		}
		out = append(out, o)
	}
	if p.Next == nil || len(out) == 0 {
		return out, orders.Position{}, nil
	}
	last := out[len(out)-1]
	return out, orders.Position{OrderID: last.ID, PlacedAt: last.PlacedAt.UTC().Format(store.Sortable)}, nil
}

// Events turns a change of the table into its events: a new order is OrderPlaced, and nothing else happens to
// an order.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if c.Old != nil || c.New == nil {
		return nil, nil
	}
	o, err := read(c.New)
	if err != nil {
		return nil, err
	}
	e, err := outbox.New("OrderPlaced", o.ID, o.Placed())
	return []outbox.Event{e}, err
}

func read(i store.Item) (orders.Order, error) {
	var r record
	if err := store.Unmarshal(i, &r); err != nil {
		return orders.Order{}, fmt.Errorf("read order: %w", err)
	}
	return r.order()
}
