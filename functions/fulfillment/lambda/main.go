// Command lambda is the binary of the context fulfillment.
package main

import (
	"time"
	_ "time/tzdata" // the clocks of the centres that shipments are promised by

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentaws"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/offers/offersstore"
	"rialto/functions/orders/ordersstore"
)

func main() {
	entry.Run("fulfillment", entry.Table{
		"api":   routes,
		"start": func(s *settings.Settings) (any, error) { return outbox.Handle(shipments(s).HandleEvent), nil },
		"advance": func(s *settings.Settings) (any, error) {
			return fulfillmentaws.Receive(shipments(s), receiving(fulfillmentstore.Store{DB: database(s)})), nil
		},
		"overdue": func(s *settings.Settings) (any, error) {
			return saga.Task("fulfillment-overdue", sweeper(s).Overdue), nil
		},
		"resolve": func(s *settings.Settings) (any, error) {
			return saga.Task("fulfillment-resolve", sweeper(s).Resolve), nil
		},
		"returns": publish(fulfillmentstore.ReturnEvents),
		"publish": publish(fulfillmentstore.Events),
	})
}

func publish(derive func(outbox.Change) ([]outbox.Event, error)) func(*settings.Settings) (any, error) {
	return func(s *settings.Settings) (any, error) {
		return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), derive), nil
	}
}

func shipments(s *settings.Settings) *fulfillment.ShipmentService {
	stored, timers := fulfillmentstore.Store{DB: database(s)}, fulfillmentaws.New(s.AWS(), s.Queue("fulfillment-advance"))
	return &fulfillment.ShipmentService{Shipments: stored, Sellers: stored, Orders: ordersstore.Store{DB: stored.DB},
		SKUs: &offersstore.Store{DB: stored.DB}, Exchanges: receiving(stored), Timers: timers, Now: time.Now, Pace: pace(s)}
}

func receiving(stored fulfillmentstore.Store) *fulfillment.ReceivingService {
	return &fulfillment.ReceivingService{Returns: stored, Now: time.Now}
}

func pace(s *settings.Settings) time.Duration {
	return s.Seconds("FULFILLMENT_STEP_SECONDS", time.Hour)
}

func sweeper(s *settings.Settings) *fulfillment.Sweeper {
	stored := fulfillmentstore.Store{DB: database(s)}
	return &fulfillment.Sweeper{Shipments: stored, Sellers: stored, Returns: stored, Now: time.Now}
}
