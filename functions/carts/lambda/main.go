// Command lambda is the carts' functions.
package main

import (
	"context"
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
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers/offersstore"
	"rialto/functions/promotions/promotionsstore"
)

func main() {
	entry.Run("carts", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			return lambdahttp.New(api.Handler(cartsapi.Routes(cached(s)))), nil
		},
		"quote": func(s *settings.Settings) (any, error) { return saga.Task("quote", service(s).Quote), nil },
		"refresh": func(s *settings.Settings) (any, error) {
			c := cached(s)
			return outbox.Receive(func(ctx context.Context, e outbox.Event) error {
				var placed struct {
					CustomerID  string `json:"customer_id"`
					Marketplace string `json:"marketplace"`
				}
				if err := e.Into(&placed); err != nil {
					return err
				}
				return c.Refresh(ctx, carts.IDOf(placed.CustomerID, placed.Marketplace))
			}), nil
		},
	})
}

func service(s *settings.Settings) *carts.Service {
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	env := shards.New(db, time.Now, rand.Float64)
	return &carts.Service{Store: cartsstore.Store{DB: db}, Offers: &offersstore.Store{DB: db}, Products: &catalogstore.Store{DB: db}, Stock: inventorystore.New(env), Coupons: promotionsstore.New(env), Now: time.Now}
}

func cached(s *settings.Settings) *carts.Service {
	c := service(s)
	c.Cache = cartscache.New(s.Must("REDIS_ADDR"), s.Get("REDIS_TLS") != "")
	return c
}
