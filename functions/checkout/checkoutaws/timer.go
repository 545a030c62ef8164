package checkoutaws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"rialto/functions/checkout"
	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Checker looks at a record that may be due.
type Checker interface {
	Check(ctx context.Context, checkoutID string) (time.Duration, error)
}

// mostTries is after how many recoveries that failed, five minutes apart, a person is asked.
const mostTries = 20

// spare is what a look leaves of the function's time: a recovery may take longer than the function, and one that is
// cut off by Lambda would take the answers for all other messages of its batch with it.
const spare = 3 * time.Second

// nap is the longest wait that the function sits out itself. A queue counts in seconds: a message that would come back
// at the full second after its checkout is due would keep the stock that long.
const nap = time.Second

// OnTimer returns the handler of the queue checkout-timer.
func OnTimer(
	recovery Checker,
	timer Timer,
	pause func(context.Context, time.Duration) error,
) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		if !ids.Valid(ids.Checkout, m.Body) {
			return fault.New(fault.Malformed, "malformed_timer", "the message is not the id of a checkout")
		}
		looking, stop := ctx, func() {}
		if end, ok := ctx.Deadline(); ok {
			looking, stop = context.WithDeadline(ctx, end.Add(-spare))
		}
		defer stop()
		wait, err := recovery.Check(looking, m.Body)
		if err == nil && 0 < wait && wait < nap {
			if err = pause(looking, wait); err == nil {
				wait, err = recovery.Check(looking, m.Body)
			}
		}
		switch failed := failedBefore(m); {
		case wait == 0:
			return err // it is over, or could not be read
		case err == nil:
			return timer.Later(ctx, m.Body, wait, failed)
		case failed+1 < mostTries:
			slog.WarnContext(ctx, "a recovery failed", "id", m.MessageId, "try", failed+1, "code", fault.Code(err), "error", err)
			return timer.Later(ctx, m.Body, wait, failed+1)
		}
		dead, lost := timer.GiveUp(ctx, m.Body)
		if lost != nil {
			return errors.Join(err, lost)
		}
		slog.ErrorContext(ctx, "message failed", "id", dead, "try", mostTries, "code", fault.Code(err), "error", err)
		return nil
	})
}

// failedBefore is how many recoveries of a message's checkout have failed.
func failedBefore(m events.SQSMessage) int {
	n, _ := strconv.Atoi(aws.ToString(m.MessageAttributes[tries].StringValue))
	return n
}

// Sweeper sets new timers for records whose message was lost.
type Sweeper interface {
	Sweep(ctx context.Context, minutes int) (int, error)
}

// lookBack is how many minutes a sweep covers at least, unless it is told.
const lookBack = 10

// SweepInput is what an operator may say; a rule says nothing.
type SweepInput struct {
	Minutes int `json:"minutes"`
}

// OnSweep returns the handler of the rule checkout-sweep.
func OnSweep(recovery Sweeper) func(context.Context, SweepInput) (map[string]int, error) {
	return func(ctx context.Context, in SweepInput) (map[string]int, error) {
		if in.Minutes <= 0 {
			in.Minutes = lookBack
		}
		n, err := recovery.Sweep(ctx, in.Minutes)
		if err != nil {
			return nil, fmt.Errorf("sweep: %w", err)
		}
		if n > 0 {
			slog.WarnContext(ctx, "due checkouts had no timer", "count", n)
		}
		return map[string]int{"timers_set": n}, nil
	}
}

var _ checkout.Timer = Timer{}
