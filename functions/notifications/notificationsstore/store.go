// Package notificationsstore keeps the records of mails (PK order_id, SK key), what customers want (PK customer_id, SK preferences),
// which addresses get no mail (PK !suppressed#mark), and review requests by day (PK !due#day#bucket, SK order_id#parcel).
package notificationsstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/internal/sweep/sweepstore"
	"rialto/functions/notifications"
)

const (
	table       = "notifications"
	preferences = "preferences"
	suppressed  = "suppressed"
	// buckets spread a day's review requests over partitions.
	buckets = 16
)

// Store reads and writes the table.
type Store struct{ DB store.DB }

var errBusy = fault.New(fault.Unavailable, "notifications_busy", "the table is being changed by others")

func mailKey(orderID, key string) store.Key { return store.Key{PK: orderID, SK: key} }

func preferencesKey(customerID string) store.Key { return store.Key{PK: customerID, SK: preferences} }

func suppressionKey(mark string) store.Key {
	return store.Key{PK: "!" + suppressed + "#" + mark, SK: suppressed}
}

func read[T any](ctx context.Context, db store.DB, key store.Key) (v T, there bool, err error) {
	i, err := db.Get(ctx, table, key)
	if err == nil && i != nil {
		err = store.Unmarshal(i, &v)
	}
	if err != nil {
		return v, false, fmt.Errorf("read notifications: %w", err)
	}
	return v, i != nil, nil
}

// Find returns a mail's record, the zero Notification for none.
func (s Store) Find(ctx context.Context, orderID, key string) (notifications.Notification, error) {
	n, _, err := read[notifications.Notification](ctx, s.DB, mailKey(orderID, key))
	return n, err
}

// Save writes a record over before, the zero Notification for none; it fails with notification_changed if another stands there.
func (s Store) Save(ctx context.Context, n, before notifications.Notification) error {
	w := store.Put(table, mailKey(n.OrderID, n.Key), n).Named("notification")
	if before.Key == "" {
		w = w.If(store.Absent())
	} else {
		w = w.If(store.Eq("state", before.State), store.Eq("attempt", before.Attempt), store.Eq("updated_at", before.UpdatedAt))
	}
	_, err := s.DB.Apply(ctx, w)
	if refused, ok := store.AsRefused(err); ok && refused.Has(store.ConditionFailed) {
		return notifications.ErrChanged
	}
	return store.Explained("save notification", err, errBusy)
}

// Mark notes what became of a mail, if its record is there still.
func (s Store) Mark(ctx context.Context, m notifications.Mailed, as notifications.State, reason string, at time.Time) error {
	_, err := s.DB.Apply(ctx, store.Update(table, mailKey(m.OrderID, m.Key)).Named("notification").
		Set("state", as).Set("reason", reason).Set("updated_at", at).If(store.Exists()))
	if refused, ok := store.AsRefused(err); ok && refused.Has(store.ConditionFailed) {
		return nil
	}
	return store.Explained("mark notification", err, errBusy)
}

// OfOrder lists the records of an order's mails.
func (s Store) OfOrder(ctx context.Context, orderID string) ([]notifications.Notification, error) {
	var out []notifications.Notification
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: orderID}) {
		var n notifications.Notification
		if err == nil {
			err = store.Unmarshal(i, &n)
		}
		if err != nil {
			return nil, fmt.Errorf("list notifications: %w", err)
		}
		out = append(out, n)
	}
	return out, nil
}

// Preferences returns what a customer wants; of whoever never said, the defaults.
func (s Store) Preferences(ctx context.Context, customerID string) (notifications.Preferences, error) {
	p, there, err := read[notifications.Preferences](ctx, s.DB, preferencesKey(customerID))
	if err == nil && !there {
		p = notifications.Defaults(customerID)
	}
	return p, err
}

// SavePreferences keeps what a customer wants.
func (s Store) SavePreferences(ctx context.Context, p notifications.Preferences) error {
	_, err := s.DB.Apply(ctx, store.Put(table, preferencesKey(p.CustomerID), p).Named(preferences))
	return store.Explained("save preferences", err, errBusy)
}

// Forget drops what a customer wanted.
func (s Store) Forget(ctx context.Context, customerID string) error {
	_, err := s.DB.Apply(ctx, store.Delete(table, preferencesKey(customerID)).Named(preferences))
	return store.Explained("forget preferences", err, errBusy)
}

// ForgetOrder drops the records of an order's mails.
func (s Store) ForgetOrder(ctx context.Context, orderID string) error {
	all, err := s.OfOrder(ctx, orderID)
	if err != nil {
		return err
	}
	for _, n := range all {
		if _, err := s.DB.Apply(ctx, store.Delete(table, mailKey(n.OrderID, n.Key)).Named("notification")); err != nil {
			return store.Explained("forget notification", err, errBusy)
		}
	}
	return nil
}

// Suppression returns why nothing goes to an address; the zero Suppression if mails may.
func (s Store) Suppression(ctx context.Context, mark string) (notifications.Suppression, error) {
	x, _, err := read[notifications.Suppression](ctx, s.DB, suppressionKey(mark))
	return x, err
}

// Suppress keeps an address free of mails.
func (s Store) Suppress(ctx context.Context, mark string, x notifications.Suppression) error {
	_, err := s.DB.Apply(ctx, store.Put(table, suppressionKey(mark), x).Named(suppressed))
	return store.Explained("suppress address", err, errBusy)
}

func dueKey(d notifications.Due) store.Key {
	return store.Key{PK: dueDay(d.Day(), store.Bucket(d.OrderID, buckets)), SK: d.OrderID + "#" + d.Subject}
}

func dueDay(day string, bucket int) string { return "!due#" + day + "#" + strconv.Itoa(bucket) }

// Remember lists a review request on its day.
func (s Store) Remember(ctx context.Context, d notifications.Due) error {
	_, err := s.DB.Apply(ctx, store.Put(table, dueKey(d), d).Named("due"))
	return store.Explained("remember a review request", err, errBusy)
}

// Due lists the review requests of a day.
func (s Store) Due(ctx context.Context, day string) ([]notifications.Due, error) {
	var out []notifications.Due
	for b := range buckets {
		for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: dueDay(day, b)}) {
			var d notifications.Due
			if err == nil {
				err = store.Unmarshal(i, &d)
			}
			if err != nil {
				return nil, fmt.Errorf("list review requests: %w", err)
			}
			out = append(out, d)
		}
	}
	return out, nil
}

// RemoveDue takes a review request off its day's list.
func (s Store) RemoveDue(ctx context.Context, d notifications.Due) error {
	_, err := s.DB.Apply(ctx, store.Delete(table, dueKey(d)).Named("due"))
	return store.Explained("remove a review request", err, errBusy)
}

func (s Store) mark() sweepstore.Mark {
	return sweepstore.Mark{DB: s.DB, Table: table, Name: "reviews", Sorted: true}
}

// SweepFrom returns the day that the next sweep begins with.
func (s Store) SweepFrom(ctx context.Context) (string, error) { return s.mark().SweepFrom(ctx) }

// KeepSweepFrom keeps it.
func (s Store) KeepSweepFrom(ctx context.Context, day string) error {
	return s.mark().KeepSweepFrom(ctx, day)
}
