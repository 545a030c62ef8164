package payments

import (
	"context"
	"log/slog"
	"time"

	"rialto/functions/internal/rate"
)

// The gateway's calls that nobody waits for are counted over all functions: captures and refunds together take at most so many a second,
// of the 100 that an account of Stripe's has unless more is agreed (docs.stripe.com/rate-limits). Authorizations are not counted, since
// counting would cost a checkout a call; what they may take is what these leave. Both draw on one bucket, and a refund finds something in it
// only where captures have left that much.
//
// PacedCalls is how many a second they are.
const PacedCalls = 60

var (
	capturePace = rate.Limit{Name: "captures", Rate: PacedCalls, Burst: 16}
	refundPace  = rate.Limit{Name: "refunds", Rate: capturePace.Rate, Burst: 4}
)

// paceKey is the bucket's.
const paceKey = "gateway#payments"

// Bucket counts: it takes one call out, or says how long to wait.
type Bucket interface {
	TakeOf(ctx context.Context, key string, limit rate.Limit, now time.Time) (wait time.Duration, err error)
}

// Paced is a gateway whose captures and refunds wait their turn. Sleep waits for as long, or until the context ends.
type Paced struct {
	Gateway
	Bucket Bucket
	Now    func() time.Time
	Sleep  func(ctx context.Context, d time.Duration) error
}

// Capture implements Gateway.
func (p Paced) Capture(ctx context.Context, key, id string, minor int64) (Intent, error) {
	if err := p.turn(ctx, capturePace); err != nil {
		return Intent{}, err
	}
	return p.Gateway.Capture(ctx, key, id, minor)
}

// Refund implements Gateway.
func (p Paced) Refund(ctx context.Context, key string, r RefundCall) (RefundResult, error) {
	if err := p.turn(ctx, refundPace); err != nil {
		return RefundResult{}, err
	}
	return p.Gateway.Refund(ctx, key, r)
}

// turn waits for one. Without a bucket nothing is counted, and goods are not kept from leaving for that.
func (p Paced) turn(ctx context.Context, limit rate.Limit) error {
	for {
		wait, err := p.Bucket.TakeOf(ctx, paceKey, limit, p.Now())
		if err != nil {
			slog.WarnContext(ctx, "the gateway's calls are not counted", "error", err)
			return nil
		}
		if wait <= 0 {
			return nil
		}
		if err := p.Sleep(ctx, wait); err != nil {
			return &UnknownOutcome{Why: "no turn", Cause: err}
		}
	}
}
