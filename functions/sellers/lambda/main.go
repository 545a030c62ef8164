// Command lambda is the sellers' functions.
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
	"rialto/functions/internal/store"
	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersapi"
	"rialto/functions/sellers/sellersstore"
)

func main() {
	entry.Run("sellers", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := db(s)
			h := api.Handler(sellersapi.Routes(&sellers.Service{Store: sellersstore.Store{DB: db}, Now: time.Now}))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db}, time.Now)), nil
		},
		"tier": func(s *settings.Settings) (any, error) {
			return saga.Task("tier", (&sellers.Service{Store: sellersstore.Store{DB: db(s)}}).SetTier), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), sellersstore.Events), nil
		},
	})
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
