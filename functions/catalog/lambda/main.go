// Command lambda is the catalog's functions.
package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogapi"
	"rialto/functions/catalog/catalogaws"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/rows"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func main() {
	entry.Run("catalog", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			g := gallery(s)
			h := api.Handler(slices.Concat(catalogapi.Routes(g), catalogapi.SellerRoutes(g), catalogapi.ImageRoutes(g)))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db(s)}, time.Now)), nil
		},
		"import": func(s *settings.Settings) (any, error) { return saga.Task("catalog-import", service(s).Import), nil },
		"feed": func(s *settings.Settings) (any, error) {
			svc := service(s)
			return chunkqueue.Receive(s.Number("RECEIVES", 5), chunkqueue.Results(chunkqueue.New(s.AWS(), s.Queue("feeds-report"))), func(ctx context.Context, c chunks.Chunk) (rows.Report, error) {
				return svc.Contribute(ctx, c.SellerID, c.Rows)
			}), nil
		},
		"image": func(s *settings.Settings) (any, error) {
			g := gallery(s)
			return bucket.Receive(func(ctx context.Context, o bucket.Object) error { return g.Arrived(ctx, o.Key, o.ETag, o.Bytes) }), nil
		},
		"buybox": func(s *settings.Settings) (any, error) {
			return catalogaws.BuyBox(catalog.BuyBoxProjection{BuyBoxes: &catalogstore.Store{DB: db(s)}}), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), catalogstore.Events), nil
		},
	})
}

func service(s *settings.Settings) *catalog.Service {
	db := db(s)
	products := &catalogstore.Store{DB: db}
	return &catalog.Service{Products: products, Shelf: products, Contributions: products, BuyBoxes: products, Now: time.Now}
}

func gallery(s *settings.Settings) *catalog.Gallery {
	return &catalog.Gallery{Service: service(s), Images: &catalogstore.Store{DB: db(s)}, Files: bucket.New(s.AWS(), s.Must("FILES_BUCKET")), URL: s.Must("IMAGES_URL")}
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
