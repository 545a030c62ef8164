// Command lambda is the payouts' functions.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsapi"
	"rialto/functions/payouts/payoutsstore"
	"rialto/functions/sellers/sellersstore"
)

func main() {
	entry.Run("payouts", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			return lambdahttp.New(api.Handler(payoutsapi.SellerRoutes(service(s)))), nil
		},
		"book": func(s *settings.Settings) (any, error) {
			ledger := service(s)
			return outbox.Receive(func(ctx context.Context, e outbox.Event) error {
				return ledger.HandleEvent(ctx, e.Name, e.Data, e.OccurredAt)
			}), nil
		},
		"run": func(s *settings.Settings) (any, error) {
			run := service(s).Run
			return saga.Task("payouts-run", func(ctx context.Context, _ struct{}) (payouts.Report, error) { return run(ctx) }), nil
		},
	})
}

func service(s *settings.Settings) *payouts.Service {
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	return &payouts.Service{Ledger: &payoutsstore.Store{DB: db}, Sellers: sellersstore.Store{DB: db}, Now: time.Now,
		Reserve: s.Seconds("PAYOUT_RESERVE_SECONDS", 7*24*time.Hour), Buckets: payoutsstore.Buckets,
	}
}
