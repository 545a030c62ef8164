// Package sweep goes through what is due, day by day, and forgets no day on which something is left: a sweep begins where everything
// before is known to be done, however long ago that is, and however long none has run.
package sweep

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
)

// Mark keeps where the next sweep begins, "" if none has ended yet.
type Mark interface {
	SweepFrom(ctx context.Context) (string, error)
	KeepSweepFrom(ctx context.Context, from string) error
}

// List is what is due on a day (RFC 3339 full-date, UTC). Nothing is ever put on a day that is over.
type List[D any] interface {
	Mark
	Due(ctx context.Context, day string) ([]D, error)
}

// first is how many days back the very first sweep begins, of which nobody knows since when it should have run.
const first = 90

// Options are how many days a sweep looks back at least, for what was written while the last one ran, and how many records it works
// on together.
type Options struct{ Back, AtOnce int }

// Days does what is due up to today and counts it. done says that a record is off its day's list. What one record or day meets
// does not keep a sweep from the others: it begins there the next time. Errors: one that was met, of those that do not pass by
// themselves if there is any.
func Days[D any](
	ctx context.Context, list List[D], now time.Time, o Options, do func(context.Context, D) (done bool, err error),
) (due int, err error) {
	kept, err := list.SweepFrom(ctx)
	if err != nil {
		return 0, fmt.Errorf("read where to begin: %w", err)
	}
	today := now.UTC().Truncate(24 * time.Hour)
	from := today.AddDate(0, 0, -o.Back)
	if kept == "" {
		from = today.AddDate(0, 0, -max(o.Back, first))
	} else {
		begin, err := time.Parse(time.DateOnly, kept)
		if err != nil {
			return 0, fmt.Errorf("read where to begin: %w", err)
		}
		if begin.Before(from) {
			from = begin
		}
	}
	next := ""
	for ; !from.After(today); from = from.AddDate(0, 0, 1) {
		day := from.Format(time.DateOnly)
		n, left, failed := one(ctx, list, day, o.AtOnce, do)
		due, err = due+n, worse(err, failed)
		if left && next == "" {
			next = day
		}
	}
	if next == "" {
		next = today.Format(time.DateOnly)
	}
	if next != kept {
		err = worse(err, list.KeepSweepFrom(ctx, next))
	}
	return due, err
}

// one does what is due on a day, and tells whether something is left.
func one[D any](
	ctx context.Context, list List[D], day string, atOnce int, do func(context.Context, D) (bool, error),
) (due int, left bool, err error) {
	ds, err := list.Due(ctx, day)
	if err != nil {
		return 0, true, err
	}
	done, errs := make([]bool, len(ds)), make([]error, len(ds))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for n, d := range ds {
		g.Go(func() error { done[n], errs[n] = do(ctx, d); return nil })
	}
	_ = g.Wait()
	for n := range ds {
		left, err = left || !done[n] || errs[n] != nil, worse(err, errs[n])
	}
	return len(ds), left, err
}

// worse is the error that somebody has to look at, if one of both is such.
func worse(a, b error) error {
	if a == nil || b != nil && fault.Of(a).Kind.Transient() && !fault.Of(b).Kind.Transient() {
		return b
	}
	return a
}
