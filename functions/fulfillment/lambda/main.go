// Command lambda is the binary of the context fulfillment.
package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/fulfillment/fulfillmentqueue"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/offers/offersstore"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
)

func main() {
	entry.Run("fulfillment", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
			shelf := fulfillmentstore.Store{DB: db}
			service := &fulfillment.Service{Shipments: shelf, Sellers: shelf, Owners: ordersstore.Store{DB: db}, Ratings: ratings{offersstore.Store{DB: db}}, Now: time.Now}
			desk := &fulfillment.Desk{Shipments: shelf, Orders: ordersstore.Store{DB: db}, Returns: shelf, Now: time.Now}
			h := api.Handler(slices.Concat(fulfillmentapi.Routes(service), fulfillmentapi.SellerRoutes(service),
				fulfillmentapi.ReturnRoutes(desk), fulfillmentapi.SellerReturnRoutes(desk)))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db}, time.Now)), nil
		},
		"start": func(s *settings.Settings) (any, error) {
			service := steps(s).Service
			return outbox.Receive(func(ctx context.Context, e outbox.Event) error {
				var o orders.Placed
				if err := e.Into(&o); err != nil {
					return err
				}
				return service.Start(ctx, o)
			}), nil
		},
		"advance": func(s *settings.Settings) (any, error) { return fulfillmentqueue.Receive(steps(s)), nil },
		"overdue": func(s *settings.Settings) (any, error) {
			shelf := fulfillmentstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
			return saga.Task("fulfillment-overdue", (&fulfillment.Service{Shipments: shelf, Sellers: shelf, Now: time.Now}).Overdue), nil
		},
		"returns": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), fulfillmentstore.ReturnEvents), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), fulfillmentstore.Events), nil
		},
	})
}

// moves are what the queue's messages are for.
type moves struct {
	*fulfillment.Service
	*fulfillment.Desk
}

func steps(s *settings.Settings) moves {
	shelf := fulfillmentstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
	return moves{&fulfillment.Service{
		Shipments: shelf,
		Sellers:   shelf,
		Timers:    fulfillmentqueue.New(s.AWS(), s.Queue("fulfillment-advance")),
		Now:       time.Now,
		Pace:      s.Seconds("FULFILLMENT_STEP_SECONDS", time.Hour),
	}, &fulfillment.Desk{Returns: shelf, Now: time.Now}}
}

// ratings are what the buy box knows of sellers.
type ratings struct{ offersstore.Store }

func (r ratings) Rating(ctx context.Context, seller string) (rating, count int64, err error) {
	all, err := r.SellerProfiles(ctx, seller)
	return all[seller].Rating, all[seller].Ratings, err
}
