// Command lambda is the promotions' functions.
package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsapi"
	"rialto/functions/promotions/promotionsstore"
)

func main() {
	entry.Run("promotions", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			h := api.Handler(promotionsapi.SellerRoutes(service(s)))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}, time.Now)), nil
		},
		"import":  func(s *settings.Settings) (any, error) { return saga.Task("promotions-import", service(s).Import), nil },
		"redeem":  func(s *settings.Settings) (any, error) { return saga.Task("redeem", service(s).Redeem), nil },
		"restore": func(s *settings.Settings) (any, error) { return outbox.Handle(service(s).HandleEvent), nil },
		"return":  func(s *settings.Settings) (any, error) { return saga.Task("return", service(s).Return), nil },
	})
}

func service(s *settings.Settings) *promotions.Service {
	env := shards.New(store.NewDynamo(s.Tables(), s.Prefix, rand.Float64), time.Now, rand.Float64)
	return &promotions.Service{Store: promotionsstore.New(env), Now: time.Now}
}
