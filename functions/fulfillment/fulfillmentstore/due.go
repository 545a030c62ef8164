package fulfillmentstore

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/store"
	"rialto/functions/internal/sweep/sweepstore"
)

func dueKey(d fulfillment.Due) store.Key {
	return store.Key{PK: dayKey("!due", d.Day, bucketOf(d.OrderID)), SK: d.OrderID + "#" + cmp.Or(d.ReturnID, d.ShipmentID)}
}

// latest is the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// due is the write that lists a shipment on the day of a time.
func due(x fulfillment.Shipment, at time.Time) store.Write {
	d := fulfillment.Due{OrderID: x.OrderID, ShipmentID: x.ID, Day: at.UTC().Format(time.DateOnly)}
	return store.Put(sellerOrders, dueKey(d), d).Named("due")
}

// dueReturn is the write that lists a return on the day on which it ends.
func dueReturn(r fulfillment.Return) store.Write {
	d := fulfillment.Due{OrderID: r.OrderID, ShipmentID: r.ShipmentID, ReturnID: r.ID, Day: r.ExpiresAt().UTC().Format(time.DateOnly)}
	return store.Put(sellerOrders, dueKey(d), d).Named("due")
}

// Due lists what is cancelled on a day unless its seller confirms it.
func (s Store) Due(ctx context.Context, day string) ([]fulfillment.Due, error) {
	var out []fulfillment.Due
	for b := range buckets {
		list, err := all[fulfillment.Due](ctx, s.DB, sellerOrders, dayKey("!due", day, strconv.Itoa(b)))
		if err != nil {
			return nil, fmt.Errorf("list what is due: %w", err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func (s Store) mark() sweepstore.Mark {
	return sweepstore.Mark{DB: s.DB, Table: sellerOrders, Name: "overdue", Sorted: true}
}

// SweepFrom returns the day that the next sweep begins with.
func (s Store) SweepFrom(ctx context.Context) (string, error) { return s.mark().SweepFrom(ctx) }

// KeepSweepFrom keeps it.
func (s Store) KeepSweepFrom(ctx context.Context, day string) error {
	return s.mark().KeepSweepFrom(ctx, day)
}

// RemoveDue takes a shipment off its day's list.
func (s Store) RemoveDue(ctx context.Context, d fulfillment.Due) error {
	if _, err := s.DB.Apply(ctx, store.Delete(sellerOrders, dueKey(d)).Named("due")); err != nil {
		return fmt.Errorf("remove what was due: %w", err)
	}
	return nil
}
