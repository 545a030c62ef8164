// Command lambda is the offers' functions.
package main

import (
	"math/rand/v2"
	"slices"
	"time"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersapi"
	"rialto/functions/offers/offersstore"
)

func main() {
	entry.Run("offers", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			svc := service(s)
			h := api.Handler(slices.Concat(offersapi.Routes(svc), offersapi.SellerRoutes(svc)))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db(s)}, time.Now)), nil
		},
		"import": func(s *settings.Settings) (any, error) { return saga.Task("offers-import", service(s).Import), nil },
		"feed": func(s *settings.Settings) (any, error) {
			return chunkqueue.Receive(s.Number("RECEIVES", 5), chunkqueue.Results(chunkqueue.New(s.AWS(), s.Queue("feeds-report"))), handleFeedChunk(s)), nil
		},
		"decide": func(s *settings.Settings) (any, error) { return outbox.ReceiveOnce(subject, settle(service(s))), nil },
		"seller": func(s *settings.Settings) (any, error) {
			return follow(service(s), chunkqueue.New(s.AWS(), s.Queue("offers-seller"))), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), offersstore.Events), nil
		},
	})
}

func service(s *settings.Settings) *offers.Service {
	db := db(s)
	book := &offersstore.Store{DB: db}
	return &offers.Service{Book: book, Boxes: book, Sellers: book, Products: &catalogstore.Store{DB: db}, Stock: inventorystore.Store{DB: db}, Now: time.Now}
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
