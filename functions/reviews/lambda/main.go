// Command lambda is the reviews' functions.
package main

import (
	"slices"
	"time"

	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsapi"
	"rialto/functions/reviews/reviewsstore"
)

func main() {
	entry.Run("reviews", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := db(s)
			ratings := &reviews.Service{Store: reviewsstore.Store{DB: db}, Orders: ordersstore.Store{DB: db},
				Shipments: fulfillmentstore.Store{DB: db}, Now: time.Now}
			p := products(db)
			h := api.Handler(slices.Concat(reviewsapi.Routes(ratings), reviewsapi.ProductRoutes(p), reviewsapi.SellerRoutes(p),
				reviewsapi.ImageRoutes(images(s, p))))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db}, time.Now)), nil
		},
		"image": func(s *settings.Settings) (any, error) {
			return bucket.Receive(images(s, products(db(s))).Arrived), nil
		},
		"unshow": func(s *settings.Settings) (any, error) {
			return outbox.Changes(reviewsstore.Changes(images(s, products(db(s))).Changed)), nil
		},
		"moderate": func(s *settings.Settings) (any, error) {
			return saga.Task("reviews-moderate", products(db(s)).Operate), nil
		},
		"rebuild": func(s *settings.Settings) (any, error) {
			return saga.Task("reviews-rebuild", reviewsstore.Rebuilder{DB: db(s), Now: time.Now}.Rebuild), nil
		},
		"products": func(s *settings.Settings) (any, error) {
			topic := reviewsstore.ProductSums{Store: reviewsstore.Store{DB: db(s)}, Topic: outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN"))}
			return outbox.Stream(topic, reviewsstore.ProductEvents), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			topic := reviewsstore.Sums{Store: reviewsstore.Store{DB: db(s)}, Topic: outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN"))}
			return outbox.Stream(topic, reviewsstore.Events), nil
		},
	})
}
