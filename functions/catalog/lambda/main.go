// Command lambda is the catalog's functions.
package main

import (
	"slices"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogapi"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
)

func main() {
	entry.Run("catalog", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			c, images := &catalogstore.Store{DB: db(s)}, images(s)
			routes := catalogapi.Routes(&catalog.Service{Products: c, Categories: c, BuyBoxes: c, Variants: c})
			h := api.Handler(slices.Concat(routes, catalogapi.SellerRoutes(images.Listings), catalogapi.ImageRoutes(images)))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: c.DB}, time.Now)), nil
		},
		"import": func(s *settings.Settings) (any, error) {
			c := &catalogstore.Store{DB: db(s)}
			return saga.Task("catalog-import", (&catalog.Importer{Products: c, Categories: c, Now: time.Now}).Import), nil
		},
		"categories": func(s *settings.Settings) (any, error) {
			c := &catalogstore.Store{DB: db(s)}
			return saga.Task("catalog-categories", (&catalog.ProposalService{Proposals: c, Categories: c, Now: time.Now}).Handle), nil
		},
		"fetch": func(s *settings.Settings) (any, error) { return chunkqueue.Each(fetcher(s).Fetch), nil },
		"feed": func(s *settings.Settings) (any, error) {
			return chunkqueue.Receive(s.Number("RECEIVES", 5), chunkqueue.Results(chunkqueue.New(s.AWS(), s.Queue("feeds-report"))),
				fed(s).HandleFeedChunk), nil
		},
		"moderate": func(s *settings.Settings) (any, error) {
			t := &catalog.TakedownService{Products: &catalogstore.Store{DB: db(s)}, Images: images(s), Now: time.Now}
			return saga.Task("catalog-moderate", t.Handle), nil
		},
		"image": func(s *settings.Settings) (any, error) { return bucket.Receive(images(s).Arrived), nil },
		"buybox": func(s *settings.Settings) (any, error) {
			return outbox.Handle(catalog.BuyBoxProjection{BuyBoxes: &catalogstore.Store{DB: db(s)}}.HandleEvent), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), catalogstore.Events), nil
		},
	})
}
