package store

import (
	"context"
	"errors"
	"time"
)

// tries bounds how often a conflicting write is sent. A conflict lasts as long as the other transaction
// (4–8 ms); four tries with the jitter of Wait outlast it unless the item is hot, which callers handle.
const tries = 4

// FirstWait is the base of a stage's waits.
const FirstWait = 5 * time.Millisecond

type once struct{}

// Once returns a context in which a call that meets another transaction says so at once, for callers that know
// something better than to wait.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, once{}, true) }

// Again repeats do while it meets other transactions: four tries at most, with pause(try) after the first, second
// and third, or one if ctx is of Once. An error of pause ends the trying.
func Again(ctx context.Context, pause func(ctx context.Context, try int) error, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		var r *Refused
		if !errors.As(err, &r) || !r.Transient() || try == tries || ctx.Value(once{}) != nil {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// Wait is how long to wait after try n (1, 2, …), with full jitter: up to base x 2^n. random is in [0, 1).
func Wait(base time.Duration, try int, random float64) time.Duration {
	return time.Duration(random * float64(base<<try))
}

// Backoff returns a pause of Wait on the clock.
func Backoff(base time.Duration, random func() float64) func(context.Context, int) error {
	return func(ctx context.Context, try int) error { return Pause(ctx, Wait(base, try, random())) }
}

// Pause waits on the clock, or until ctx ends, which it returns.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
