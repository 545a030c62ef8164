package main

import (
	"context"
	"time"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
	"rialto/functions/payments"
)

// paced handles what is asked for after the pivot, at a counted rate.
func paced(s *settings.Settings) (any, error) {
	return with(func(p *payments.Service) any {
		p.Gateway = payments.Paced{Gateway: p.Gateway, Bucket: ratelimit.Buckets{DB: database(s).DB}, Now: time.Now, Sleep: sleep}
		return outbox.Handle(p.HandleEvent)
	})(s)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
