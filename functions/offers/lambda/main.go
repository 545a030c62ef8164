// Command lambda is the offers' functions.
package main

import (
	"context"
	"slices"
	"time"
	_ "time/tzdata" // the clocks of the marketplaces that sales begin by

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersapi"
	"rialto/functions/offers/offersaws"
	"rialto/functions/offers/offersstore"
)

func main() {
	entry.Run("offers", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := db(s)
			service := &offers.Service{Store: &offersstore.Store{DB: db}, Products: &catalogstore.Store{DB: db}, Stock: inventorystore.Store{DB: db},
				Now: time.Now}
			h := api.Handler(slices.Concat(offersapi.Routes(service), offersapi.SellerRoutes(service)))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db}, time.Now)), nil
		},
		"import": func(s *settings.Settings) (any, error) {
			importer := &offers.Importer{Store: &offersstore.Store{DB: db(s)}, Now: time.Now}
			return saga.Task("offers-import", importer.Import), nil
		},
		"feed": func(s *settings.Settings) (any, error) {
			db := db(s)
			writer := offers.FeedWriter{Store: &offersstore.Store{DB: db}, Products: &catalogstore.Store{DB: db}, Now: time.Now}
			return chunkqueue.Receive(s.Number("RECEIVES", 5), chunkqueue.Results(chunkqueue.New(s.AWS(), s.Queue("feeds-report"))),
				writer.HandleFeedChunk), nil
		},
		"decide": func(s *settings.Settings) (any, error) { return offersaws.ReceiveChanges(decider(db(s))), nil },
		"turn": func(s *settings.Settings) (any, error) {
			db := db(s)
			return func(ctx context.Context) error { return decider(db).Turn(ctx, &offersstore.Store{DB: db}) }, nil
		},
		"seller": func(s *settings.Settings) (any, error) {
			db := db(s)
			updater := &offers.SellerUpdater{Store: &offersstore.Store{DB: db}, Decider: decider(db), Now: time.Now}
			return offersaws.ReceiveSellers(updater, chunkqueue.New(s.AWS(), s.Queue("offers-seller"))), nil
		},
		"again": func(s *settings.Settings) (any, error) { return saga.Task("offers-again", again(s).Publish), nil },
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), offersstore.Events), nil
		},
	})
}
