// Command lambda is the binary of the context fulfillment.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/fulfillment/fulfillmentqueue"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
)

func main() {
	entry.Run("fulfillment", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
			service := &fulfillment.Service{Shipments: fulfillmentstore.Store{DB: db}, Owners: ordersstore.Store{DB: db}}
			return lambdahttp.New(api.Handler(fulfillmentapi.Routes(service))), nil
		},
		"start": func(s *settings.Settings) (any, error) {
			service := steps(s)
			return outbox.Receive(func(ctx context.Context, e outbox.Event) error {
				var o orders.Placed
				if err := e.Into(&o); err != nil {
					return err
				}
				return service.Start(ctx, o)
			}), nil
		},
		"advance": func(s *settings.Settings) (any, error) { return fulfillmentqueue.Receive(steps(s)), nil },
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), fulfillmentstore.Events), nil
		},
	})
}

func steps(s *settings.Settings) *fulfillment.Service {
	return &fulfillment.Service{
		Shipments: fulfillmentstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)},
		Timers:    fulfillmentqueue.New(s.AWS(), s.Queue("fulfillment-advance")),
		Now:       time.Now,
		Pace:      s.Seconds("FULFILLMENT_STEP_SECONDS", time.Hour),
	}
}
