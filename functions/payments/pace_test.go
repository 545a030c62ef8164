package payments_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rialto/functions/internal/rate"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/laboratory/memory"
	"rialto/functions/payments"
)

// counted is a gateway that only counts.
type counted struct {
	payments.Gateway
	captures, refunds []time.Time
	now               func() time.Time
}

func (c *counted) Capture(context.Context, string, string, int64) (payments.Intent, error) {
	c.captures = append(c.captures, c.now())
	return payments.Intent{}, nil
}

func (c *counted) Refund(context.Context, string, payments.RefundCall) (payments.RefundResult, error) {
	c.refunds = append(c.refunds, c.now())
	return payments.RefundResult{}, nil
}

// In no second do captures and refunds together make more calls than their rate and burst allow, and a refund waits while captures use the
// bucket up. Seen to catch: a refund that draws on a bucket of its own.
func TestCapturesAndRefundsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	now := thatDay()
	clock := func() time.Time { return now }
	c := &counted{now: clock}
	slept := func(_ context.Context, d time.Duration) error {
		now = now.Add(d)
		return nil
	}
	p := payments.Paced{Gateway: c, Bucket: ratelimit.Buckets{DB: memory.New()}, Now: clock, Sleep: slept}
	for range 300 {
		if _, err := p.Capture(t.Context(), "key", "pi", 1); err != nil {
			t.Fatal(err)
		}
	}
	last := now
	if _, err := p.Refund(t.Context(), "key", payments.RefundCall{}); err != nil {
		t.Fatal(err)
	}
	if waited := now.Sub(last); waited < 12*time.Second/60 { // what captures may have at once, and refunds may not
		t.Errorf("a refund went after %s", waited)
	}
	calls := append(c.captures, c.refunds...)
	if len(calls) != 301 {
		t.Fatal(len(calls))
	}
	for i := range calls {
		n := 0
		for j := i; j < len(calls) && calls[j].Sub(calls[i]) < time.Second; j++ {
			n++
		}
		if n > 60+16 {
			t.Fatalf("%d calls within a second", n)
		}
	}
	p.Sleep = func(context.Context, time.Duration) error { return context.DeadlineExceeded }
	var err error
	for err == nil { // until there is nothing left
		_, err = p.Capture(t.Context(), "key", "pi", 1)
	}
	if lost := (*payments.UnknownOutcome)(nil); !errors.As(err, &lost) || lost.Spent {
		t.Fatal(err)
	}
}

// away is a bucket that does not answer.
type away struct{}

func (away) TakeOf(context.Context, string, rate.Limit, time.Time) (time.Duration, error) {
	return 0, errors.New("away")
}

// A bucket that is away keeps no goods from leaving.
func TestABucketThatIsAway(t *testing.T) {
	t.Parallel()
	c := &counted{now: thatDay}
	p := payments.Paced{Gateway: c, Bucket: away{}, Now: thatDay}
	if _, err := p.Capture(t.Context(), "key", "pi", 1); err != nil || len(c.captures) != 1 {
		t.Fatal(err)
	}
}
