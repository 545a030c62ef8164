// Command lambda is the promotions' functions.
package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/internal/entry"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/promotions"
	"rialto/functions/promotions/promotionsstore"
)

func main() {
	entry.Run("promotions", entry.Table{
		"import":  func(s *settings.Settings) (any, error) { return saga.Task("promotions-import", service(s).Import), nil },
		"redeem":  func(s *settings.Settings) (any, error) { return saga.Task("redeem", service(s).Redeem), nil },
		"restore": func(s *settings.Settings) (any, error) { return outbox.Handle(service(s).HandleEvent), nil },
		"return":  func(s *settings.Settings) (any, error) { return saga.Task("return", service(s).Return), nil },
	})
}

func service(s *settings.Settings) *promotions.Service {
	env := shards.New(store.NewDynamo(s.Tables(), s.Prefix, rand.Float64), time.Now, rand.Float64)
	return &promotions.Service{Store: promotionsstore.New(env), Now: time.Now}
}
