package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/carts"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
	"rialto/functions/promotions/promotionsstore"
)

func sources(db store.DB) carts.Sources {
	env := shards.New(db, time.Now, rand.Float64)
	return carts.Sources{Offers: offers.Sold{Store: &offersstore.Store{DB: db}, Now: time.Now},
		Products: &catalogstore.Store{DB: db}, Stock: inventorystore.New(env),
		Coupons: promotionsstore.New(env)}
}
