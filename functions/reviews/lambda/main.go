// Command lambda is the reviews' functions.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"rialto/functions/fulfillment"
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
			svc := &reviews.Service{Book: reviewsstore.Store{DB: db}, Orders: ordersstore.Store{DB: db}, Parcels: parcels{fulfillmentstore.Store{DB: db}}, Now: time.Now}
			return lambdahttp.New(api.Handler(reviewsapi.Routes(svc))), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			topic := reviewsstore.Sums{Store: reviewsstore.Store{DB: db(s)}, Topic: outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN"))}
			return outbox.Stream(topic, reviewsstore.Events), nil
		},
	})
}

// parcels are shipments, of which a customer knows that they came.
type parcels struct{ fulfillmentstore.Store }

func (p parcels) Delivered(ctx context.Context, orderID, sellerID string) (any, delivered bool, err error) {
	list, err := p.Shipments(ctx, orderID)
	for _, x := range list {
		if x.SellerID == sellerID {
			any, delivered = true, delivered || x.State == fulfillment.Delivered
		}
	}
	return any, delivered, err
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
