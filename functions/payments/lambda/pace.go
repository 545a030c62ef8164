package main

import (
	"context"
	"time"

	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/store"
	"rialto/functions/payments"
)

// paced counts the captures and refunds at a gateway. Authorizations pass.
func paced(g payments.Gateway, db store.DB) payments.Gateway {
	return payments.Paced{Gateway: g, Bucket: ratelimit.Buckets{DB: db}, Now: time.Now, Sleep: sleep}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
