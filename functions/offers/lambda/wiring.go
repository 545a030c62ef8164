package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
)

func decider(db store.DB) *offers.Decider {
	return &offers.Decider{Store: &offersstore.Store{DB: db}, Stock: inventorystore.Store{DB: db}, Now: time.Now}
}

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }
