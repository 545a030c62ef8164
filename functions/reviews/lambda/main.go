// Command lambda is the reviews' functions.
package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
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
			return lambdahttp.New(api.Handler(reviewsapi.Routes(ratings))), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			topic := reviewsstore.Sums{Store: reviewsstore.Store{DB: db(s)}, Topic: outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN"))}
			return outbox.Stream(topic, reviewsstore.Events), nil
		},
	})
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
