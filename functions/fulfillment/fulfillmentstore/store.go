// Package fulfillmentstore keeps shipments (PK order_id, SK shipment_id) and their tracking (PK order_id, SK
// time#shipment_id#status). A shipment and the tracking row of its step are written in one transaction.
package fulfillmentstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

const (
	shipments = "shipments"
	tracking  = "tracking"
)

// Store reads and writes shipments and tracking.
type Store struct{ DB store.DB }

func key(orderID, shipmentID string) store.Key { return store.Key{PK: orderID, SK: shipmentID} }

func eventKey(orderID string, e fulfillment.Event) store.Key {
	return store.Key{PK: orderID, SK: e.At.UTC().Format(store.Sortable) + "#" + e.ShipmentID + "#" + e.Status}
}

// Open stores a new shipment with its first event, unless it exists.
func (s Store) Open(ctx context.Context, x fulfillment.Shipment, e fulfillment.Event) error {
	var more []store.Write
	if x.BySeller() {
		more = append(more, due(x, latest(x.CancelBy(), x.UpdatedAt))) // an order may be told late: no sweep comes to a day that is over
	}
	_, _, err := s.write(ctx, store.Put(shipments, key(x.OrderID, x.ID), x).If(store.Absent()), x.OrderID, e, more...)
	if err != nil {
		return fmt.Errorf("open shipment: %w", err)
	}
	return nil
}

// moves bounds how often a step is tried again because the shipment's money was secured meanwhile, or its number corrected.
const moves = 8

// Move stores the shipment with the event of its step, and what it counts as, if it is still in the state from. A MoneyUntil
// that was stored meanwhile stays, and so do a correction of what was confirmed before, another address, and what was cancelled of it.
func (s Store) Move(ctx context.Context, from fulfillment.State, x fulfillment.Shipment, e fulfillment.Event) (bool, error) {
	var more []store.Write
	if w, counts := count(x.SellerID, x.OrderID, x.PlacedAt, fulfillment.Counted(from, x)); counts {
		more = append(more, w)
	}
	if at := x.RetryAt(); !at.IsZero() {
		more = append(more, due(x, at))
	}
	for range moves {
		as := []store.Cond{store.Eq("state", from), store.Eq("money_until", x.MoneyUntil), store.Eq("money_lost", x.MoneyLost),
			counted("redirects", x.Redirects), counted("cuts", x.Cuts)}
		if from != fulfillment.Pending {
			as = append(as, store.Eq("carrier", x.Carrier), store.Eq("tracking_number", x.TrackingNumber))
		}
		w := store.Put(shipments, key(x.OrderID, x.ID), x).If(as...)
		done, found, err := s.write(ctx, w, x.OrderID, e, more...)
		if err != nil {
			return false, fmt.Errorf("move shipment: %w", err)
		}
		if done || found == nil {
			return done, nil
		}
		now, err := read[fulfillment.Shipment](found)
		if err != nil || now.State != from {
			return false, err
		}
		x.ShipTo, x.Redirects, x.Country, x.Region = now.ShipTo, now.Redirects, now.Country, now.Region
		x.Lines, x.Amount, x.Cut, x.CutShipping, x.Cuts = now.Lines, now.Amount, now.Cut, now.CutShipping, now.Cuts
		if x.MoneyUntil, x.MoneyLost = now.MoneyUntil, now.MoneyLost; from != fulfillment.Pending {
			x.Carrier, x.TrackingNumber = now.Carrier, now.TrackingNumber
		}
	}
	return false, errBusy
}

// counted holds of a shipment that was not changed since, as far as an attribute counts that.
func counted(attr string, times int) store.Cond {
	if times == 0 {
		return store.Lacks(attr)
	}
	return store.Eq(attr, times)
}

// Reduce stores what is left of a shipment with the event of that, and what it counts as, if the stored one is in its state and as whole
// as it was.
func (s Store) Reduce(ctx context.Context, was, now fulfillment.Shipment, e fulfillment.Event) (bool, error) {
	w := store.Update(shipments, key(was.OrderID, was.ID)).Set("lines", now.Lines).Set("amount", now.Amount).Set("cut", now.Cut).
		Set("cut_shipping", now.CutShipping).Set("cuts", now.Cuts).Set("updated_at", now.UpdatedAt).
		If(store.Eq("state", was.State), counted("cuts", was.Cuts))
	if now.Note != was.Note {
		w = w.Set("note", now.Note)
	}
	var more []store.Write
	if w, counts := count(was.SellerID, was.OrderID, was.PlacedAt, fulfillment.CountedCut(was, now)); counts {
		more = append(more, w)
	}
	done, _, err := s.write(ctx, w, was.OrderID, e, more...)
	if err != nil {
		return false, fmt.Errorf("reduce shipment: %w", err)
	}
	return done, nil
}

// Redirect stores where a shipment goes now with the event of that, if the stored one is in its state and goes where it went.
func (s Store) Redirect(ctx context.Context, was, now fulfillment.Shipment, e fulfillment.Event) (bool, error) {
	w := store.Update(shipments, key(was.OrderID, was.ID)).Set("ship_to", now.ShipTo).Set("redirects", now.Redirects).
		Set("country", now.Country).Set("region", now.Region).If(store.Eq("state", was.State), counted("redirects", was.Redirects))
	done, _, err := s.write(ctx, w, was.OrderID, e)
	if err != nil {
		return false, fmt.Errorf("redirect shipment: %w", err)
	}
	return done, nil
}

// Correct stores another carrier and tracking number with the event of that, if the stored shipment has those of x and is in its
// state.
func (s Store) Correct(ctx context.Context, x fulfillment.Shipment, carrier, number string, e fulfillment.Event) (bool, error) {
	w := store.Update(shipments, key(x.OrderID, x.ID)).Set("carrier", carrier).Set("tracking_number", number).
		If(store.Eq("state", x.State), store.Eq("carrier", x.Carrier), store.Eq("tracking_number", x.TrackingNumber))
	done, _, err := s.write(ctx, w, x.OrderID, e)
	if err != nil {
		return false, fmt.Errorf("correct shipment: %w", err)
	}
	return done, nil
}

var errBusy = fault.New(fault.Unavailable, "shipment_busy", "the shipment is being changed by others")

// Secure notes until when a shipment's money is held, unless it is known to be held for longer. It tells whether there is such
// a shipment.
func (s Store) Secure(ctx context.Context, orderID, shipmentID string, until time.Time) (found bool, err error) {
	return s.money(ctx, orderID, shipmentID, func(x fulfillment.Shipment) (time.Time, bool, bool) {
		return until.UTC(), false, until.After(x.MoneyUntil)
	})
}

// Lose notes that a shipment's money is held until then and no longer, unless it is known to be held for longer. It tells whether
// there is such a shipment.
func (s Store) Lose(ctx context.Context, orderID, shipmentID string, until time.Time) (found bool, err error) {
	return s.money(ctx, orderID, shipmentID, func(x fulfillment.Shipment) (time.Time, bool, bool) {
		return until.UTC(), true, until.After(x.MoneyUntil) || !x.MoneyLost && until.Equal(x.MoneyUntil)
	})
}

// Close notes on a parcel that its order is cancelled whole, unless that is noted.
func (s Store) Close(ctx context.Context, shipmentID string, c fulfillment.OrderCancelled) error {
	_, err := s.DB.Apply(ctx, store.Update(shipments, key(c.OrderID, shipmentID)).Set("order_cancelled", c).
		If(store.Eq("state", fulfillment.Cancelled), store.Lacks("order_cancelled")).Named("shipment"))
	if _, noted := store.FailedCondition(err); noted {
		return nil
	}
	return store.Explained("close order", err, errBusy)
}

// money changes what is known of a shipment's money, if now has a change. It tells whether there is such a shipment.
func (s Store) money(
	ctx context.Context, orderID, shipmentID string, now func(fulfillment.Shipment) (until time.Time, lost, changed bool),
) (found bool, err error) {
	for range moves {
		x, found, err := s.Get(ctx, orderID, shipmentID)
		if err != nil || !found {
			return found, err
		}
		until, lost, changed := now(x)
		if !changed {
			return true, nil
		}
		_, err = s.DB.Apply(ctx, store.Update(shipments, key(orderID, shipmentID)).Set("money_until", until).Set("money_lost", lost).
			If(store.Eq("money_until", x.MoneyUntil), store.Eq("money_lost", x.MoneyLost)).Named("money"))
		if _, failed := store.FailedCondition(err); !failed {
			return true, err
		}
	}
	return true, errBusy
}

// write makes all writes or, if the shipment's condition fails, none, and then returns the shipment that is there.
func (s Store) write(
	ctx context.Context, w store.Write, orderID string, e fulfillment.Event, more ...store.Write,
) (done bool, found store.Item, err error) {
	err = s.DB.Transact(ctx, append(more, w.Named("shipment"), store.Put(tracking, eventKey(orderID, e), e).Named("tracking"))...)
	if r, refused := store.AsRefused(err); refused {
		if why, failed := r.Failed("shipment"); failed {
			return false, why.Found, nil
		}
	}
	return err == nil, nil, err
}

// Get reads a shipment, and whether there is one.
func (s Store) Get(ctx context.Context, orderID, shipmentID string) (fulfillment.Shipment, bool, error) {
	i, err := s.DB.Get(ctx, shipments, key(orderID, shipmentID))
	if err != nil || i == nil {
		return fulfillment.Shipment{}, false, err
	}
	x, err := read[fulfillment.Shipment](i)
	return x, err == nil, err
}

// Shipments returns an order's shipments.
func (s Store) Shipments(ctx context.Context, orderID string) ([]fulfillment.Shipment, error) {
	return all[fulfillment.Shipment](ctx, s.DB, shipments, orderID)
}

// Delivered tells whether a seller has any shipment of an order, and whether one of them was delivered.
func (s Store) Delivered(ctx context.Context, orderID, sellerID string) (any, delivered bool, err error) {
	list, err := s.Shipments(ctx, orderID)
	for _, x := range list {
		if x.SellerID == sellerID {
			any, delivered = true, delivered || x.State == fulfillment.Delivered
		}
	}
	return any, delivered, err
}

// DeliveredLines lists the lines of an order that parcels of it were delivered with.
func (s Store) DeliveredLines(ctx context.Context, orderID string) (lines []string, err error) {
	list, err := s.Shipments(ctx, orderID)
	for _, x := range list {
		if x.State == fulfillment.Delivered {
			for _, l := range x.Lines {
				lines = append(lines, l.Line)
			}
		}
	}
	return lines, err
}

// Tracking returns an order's shipments, and its events by time.
func (s Store) Tracking(ctx context.Context, orderID string) ([]fulfillment.Shipment, []fulfillment.Event, error) {
	xs, err := s.Shipments(ctx, orderID)
	if err != nil {
		return nil, nil, err
	}
	es, err := all[fulfillment.Event](ctx, s.DB, tracking, orderID)
	return xs, es, err
}

func all[T any](ctx context.Context, db store.DB, table, orderID string) ([]T, error) {
	var out []T
	for i, err := range store.Items(ctx, db, store.Query{Table: table, Hash: orderID}) {
		if err != nil {
			return nil, err
		}
		x, err := read[T](i)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Events turns a change of the table shipments into its events.
func Events(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil {
		return nil, nil
	}
	now, err := read[fulfillment.Shipment](c.New)
	if err != nil {
		return nil, err
	}
	var before fulfillment.Shipment
	if c.Old != nil {
		if before, err = read[fulfillment.Shipment](c.Old); err != nil {
			return nil, err
		}
	}
	name, data := fulfillment.Happened(before, now)
	if name == "" {
		return nil, nil
	}
	e, err := outbox.New(name, now.OrderID, data)
	return []outbox.Event{e}, err
}

func read[T any](i store.Item) (T, error) {
	var x T
	if err := store.Unmarshal(i, &x); err != nil {
		return x, fmt.Errorf("read %T: %w", x, err)
	}
	return x, nil
}
