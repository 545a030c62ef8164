// Command lambda is the inventory's functions.
package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventoryapi"
	"rialto/functions/inventory/inventorystore"
)

func main() {
	entry.Run("inventory", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			return lambdahttp.New(api.Handler(inventoryapi.SellerRoutes(service(s)))), nil
		},
		"receive": func(s *settings.Settings) (any, error) { return saga.Task("receive", service(s).Receive), nil },
		"feed": func(s *settings.Settings) (any, error) {
			results := chunkqueue.Results(chunkqueue.New(s.AWS(), s.Queue("feeds-report")))
			return chunkqueue.Receive(s.Number("RECEIVES", 5), results, service(s).HandleFeedChunk), nil
		},
		"hold":    func(s *settings.Settings) (any, error) { return saga.Task("hold", service(s).Hold), nil },
		"release": func(s *settings.Settings) (any, error) { return saga.Task("release", service(s).Release), nil },
		"spread":  func(s *settings.Settings) (any, error) { return saga.Task("spread", service(s).Spread), nil },
		"ship":    func(s *settings.Settings) (any, error) { return outbox.HandleTimed(service(s).HandleEvent), nil },
		"return":  func(s *settings.Settings) (any, error) { return outbox.HandleTimed(service(s).HandleEvent), nil },
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), inventorystore.Events), nil
		},
	})
}

func service(s *settings.Settings) *inventory.Service {
	env := shards.New(store.NewDynamo(s.Tables(), s.Prefix, rand.Float64), time.Now, rand.Float64)
	return &inventory.Service{Store: inventorystore.New(env), Now: time.Now}
}
