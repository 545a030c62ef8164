package checkout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/sweep"
)

// errStillOpen makes a timer message come back.
var errStillOpen = fault.New(fault.Unavailable, "checkout_still_open", "the recovery did not finish; it is tried again")

// RecoveryStore is what recovery needs of the record's store.
type RecoveryStore interface {
	Get(ctx context.Context, id string) (Record, bool, error)
	// DueIn lists the open records that are due in one bucket of one minute.
	DueIn(ctx context.Context, minute time.Time, bucket int) ([]string, error)
	// Postpone makes an open record due at another time; one that is over stays as it is.
	Postpone(ctx context.Context, id string, due time.Time) error
	sweep.Mark // the minute (RFC 3339) that the next sweep begins with
}

// Recovery is the guarantee that every record ends.
type Recovery struct {
	Store   RecoveryStore
	Runner  Runner
	Timer   Timer
	Now     func() time.Time
	Random  io.Reader
	Buckets int
}

// again is how long after a recovery that did not finish a record is due once more. Its due time moves with every try,
// so the sweep finds it however long something is away: a record is never due in a minute that is over.
const again = 5 * time.Minute

// Check is what a timer message does: it returns 0 when the record needs no more looking at, or how long to wait
// before the next look. An error says why the record is still open; with no time to wait it means: come back.
func (v *Recovery) Check(ctx context.Context, checkoutID string) (wait time.Duration, err error) {
	r, ok, err := v.Store.Get(ctx, checkoutID)
	if err != nil {
		return 0, err
	}
	if !ok || r.State.Terminal() {
		return 0, nil
	}
	if wait = r.DueAt.Sub(v.Now()); wait > 0 {
		return wait, nil
	}
	if err := v.recover(ctx, r); err != nil {
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second) // a look that took too long, too, comes to this
		defer stop()
		if perr := v.Store.Postpone(last, checkoutID, v.Now().Add(again)); perr != nil {
			return 0, errors.Join(err, perr)
		}
		return again, err
	}
	return 0, nil
}

// recover runs the saga's compensation for a record that is due. It returns nil if the record is over then.
func (v *Recovery) recover(ctx context.Context, r Record) (err error) {
	failure := StepError{Error: "checkout_failed", Cause: "recovered when due"}
	if r.State == Waiting {
		failure.Error = "action_expired"
	}
	ref := r.Ref
	if ref.Run, err = ids.New(ids.Run, v.Random); err != nil {
		return err
	}
	if a, ok, err := v.Runner.Run(ctx, Input{Mode: "recover", Checkout: ref, Request: Asked{Request: r.Request}, Failure: failure}); err != nil {
		return fmt.Errorf("recover %s: %w", r.ID, err)
	} else if ok && a.State.Terminal() {
		return nil
	}
	if r, ok, err := v.Store.Get(ctx, r.ID); err != nil || ok && !r.State.Terminal() {
		return errStillOpen.Because(err)
	}
	return nil
}

// sweepAtMost is how many minutes one sweep reads, so that catching up after an outage fits its time.
const sweepAtMost = 60

// Sweep sets a new timer for every record that is still open of those that were due in the given number of minutes before the last
// one, and in all earlier ones that no sweep has seen to: its message was lost. It returns how many there were.
func (v *Recovery) Sweep(ctx context.Context, minutes int) (int, error) {
	last := v.Now().UTC().Truncate(time.Minute).Add(-2 * time.Minute)
	from := last.Add(-time.Duration(minutes-1) * time.Minute)
	begin := last.Add(-(sweepAtMost - 1) * time.Minute) // of the very first sweep
	kept, err := v.Store.SweepFrom(ctx)
	if err == nil && kept != "" {
		begin, err = time.Parse(time.RFC3339, kept)
	}
	if err != nil {
		return 0, fmt.Errorf("read where to begin: %w", err)
	}
	if begin.Before(from) {
		minutes, from = min(sweepAtMost, int(last.Sub(begin)/time.Minute)+1), begin
	}
	count, err := v.sweep(ctx, from, minutes)
	if err != nil {
		return count, err
	}
	return count, v.Store.KeepSweepFrom(ctx, from.Add(time.Duration(minutes)*time.Minute).Format(time.RFC3339))
}

// sweep sets timers for the open records that are due in so many minutes from one on.
func (v *Recovery) sweep(ctx context.Context, from time.Time, minutes int) (count int, err error) {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(16)
	found := make([][]string, minutes*v.Buckets)
	for n := range found {
		g.Go(func() (err error) {
			found[n], err = v.Store.DueIn(gctx, from.Add(time.Duration(n/v.Buckets)*time.Minute), n%v.Buckets)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return 0, fmt.Errorf("read the due index: %w", err)
	}
	for _, due := range found {
		for _, id := range due {
			if err := v.Timer.Set(ctx, id, 0); err != nil {
				return count, fmt.Errorf("set the timer of %s: %w", id, err)
			}
			count++
		}
	}
	return count, nil
}
