package paymentsstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/internal/sweep/sweepstore"
	"rialto/functions/payments"
)

// How a day compares with the gateway's books is an item beside the payments, PK !compared#<day>, SK !day, and each difference another,
// SK <kind>#<gateway id>[#<refund>]. What was booked on a day and is not found at the gateway yet is kept as what is due on one is, under
// !booked#<day>#<bucket>.
const (
	comparedPrefix = beside + "compared#"
	bookedPrefix   = beside + "booked#"
	daySort        = beside + "day"
	comparedFor    = 400 * 24 * time.Hour
)

func comparedKey(day, sort string) store.Key { return store.Key{PK: comparedPrefix + day, SK: sort} }

type comparedDay struct {
	payments.Reconciliation
	TTL int64 `dynamodbav:"ttl"`
}

type difference struct {
	payments.Difference
	TTL int64 `dynamodbav:"ttl"`
}

// kept is when what is kept of a day goes, from the day itself, so that it goes together.
func kept(day string) int64 {
	at, _ := time.Parse(time.DateOnly, day)
	return at.Add(comparedFor).Unix()
}

// Reconciliation reads how far a day has come; one that was not begun is empty.
func (s Store) Reconciliation(ctx context.Context, day string) (payments.Reconciliation, error) {
	d := comparedDay{Reconciliation: payments.Reconciliation{Day: day}}
	i, err := s.DB.Get(ctx, table, comparedKey(day, daySort))
	if err == nil && i != nil {
		err = store.Unmarshal(i, &d)
	}
	if err != nil {
		return d.Reconciliation, fmt.Errorf("get reconciliation: %w", err)
	}
	return d.Reconciliation, nil
}

// SaveReconciliation implements payments.Comparison.
func (s Store) SaveReconciliation(ctx context.Context, r payments.Reconciliation) (payments.Reconciliation, bool, error) {
	unchanged := store.Absent()
	if r.Version > 0 {
		unchanged = store.Eq("version", r.Version)
	}
	r.Version++
	_, err := s.DB.Apply(ctx, store.Put(table, comparedKey(r.Day, daySort), comparedDay{r, kept(r.Day)}).If(unchanged).Named("reconciliation"))
	if _, refused := store.FailedCondition(err); refused {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("save reconciliation: %w", err)
	}
	return r, true, nil
}

func differenceSort(d payments.Difference) string {
	return string(d.Kind) + "#" + d.GatewayID + "#" + d.Refund
}

// Report implements payments.Comparison.
func (s Store) Report(ctx context.Context, day string, d payments.Difference) error {
	w := store.Put(table, comparedKey(day, differenceSort(d)), difference{d, kept(day)}).Named("difference")
	if _, err := s.DB.Apply(ctx, w); err != nil {
		return fmt.Errorf("report difference: %w", err)
	}
	return nil
}

// Differences lists a day's, after one ("" for the first); next is "" on the last page.
func (s Store) Differences(ctx context.Context, day, after string, limit int) (list []payments.Difference, next string, err error) {
	q := store.Query{Table: table, Hash: comparedPrefix + day, SortAttr: "sk", From: daySort + "#", To: "~", Limit: limit}
	if after != "" {
		q.After, _ = store.Marshal(map[string]string{"pk": q.Hash, "sk": after}) // a map of texts always marshals
	}
	p, err := s.DB.Query(ctx, q)
	if err == nil {
		err = store.UnmarshalAll(p.Items, &list)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list differences: %w", err)
	}
	if p.Next != nil && len(list) > 0 {
		next = differenceSort(list[len(list)-1])
	}
	return list, next, nil
}

// Book puts what was booked on a day's list.
func (s Store) Book(ctx context.Context, d payments.Due) error {
	if _, err := s.DB.Apply(ctx, store.Put(table, placeOf(bookedPrefix, d), d).Named("booked")); err != nil {
		return fmt.Errorf("keep what was booked: %w", err)
	}
	return nil
}

// Booked implements payments.Comparison.
func (s Store) Booked(ctx context.Context, day string) ([]payments.Due, error) {
	return s.listed(ctx, bookedPrefix, day)
}

// Unbook implements payments.Comparison.
func (s Store) Unbook(ctx context.Context, d payments.Due) error {
	if _, err := s.DB.Apply(ctx, store.Delete(table, placeOf(bookedPrefix, d)).Named("booked")); err != nil {
		return fmt.Errorf("take off what was booked: %w", err)
	}
	return nil
}

func (s Store) reconcileMark() sweepstore.Mark {
	return sweepstore.Mark{DB: s.DB, Table: table, Name: "reconcile", Sorted: true}
}

// ReconcileFrom implements payments.Comparison.
func (s Store) ReconcileFrom(ctx context.Context) (string, error) {
	return s.reconcileMark().SweepFrom(ctx)
}

// KeepReconcileFrom implements payments.Comparison.
func (s Store) KeepReconcileFrom(ctx context.Context, day string) error {
	return s.reconcileMark().KeepSweepFrom(ctx, day)
}
