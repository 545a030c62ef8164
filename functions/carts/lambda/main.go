// Command lambda is the carts' functions.
package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsapi"
	"rialto/functions/carts/cartscache"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func main() {
	entry.Run("carts", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := database(s)
			known, err := guests(s)
			if err != nil {
				return nil, err
			}
			svc := &carts.Service{Store: cartsstore.Store{DB: db}, Cache: cache(s), Guests: known, Sources: sources(db),
				Variants: &catalogstore.Store{DB: db}, Now: time.Now}
			return lambdahttp.New(api.Handler(cartsapi.Routes(svc), api.Counted(ratelimit.Buckets{DB: db}))), nil
		},
		"quote": func(s *settings.Settings) (any, error) {
			db := database(s)
			q := &carts.Quoter{Store: cartsstore.Store{DB: db}, Sources: sources(db), Now: time.Now}
			return saga.Task("quote", q.Task), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), cartsstore.Events), nil
		},
		"refresh": func(s *settings.Settings) (any, error) {
			r := &carts.Refresher{Store: cartsstore.Store{DB: database(s)}, Cache: cache(s)}
			return outbox.Handle(r.HandleEvent), nil
		},
	})
}

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
}

func cache(s *settings.Settings) carts.Cache {
	return cartscache.New(s.Must("REDIS_ADDR"), s.Get("REDIS_TLS") != "")
}
