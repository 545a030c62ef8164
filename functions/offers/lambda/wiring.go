package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
)

func decider(db store.DB) *offers.Decider {
	return &offers.Decider{Store: &offersstore.Store{DB: db}, Stock: inventorystore.Store{DB: db}, Now: time.Now}
}

func again(s *settings.Settings) offersstore.BuyBoxesAgain {
	return offersstore.BuyBoxesAgain{DB: db(s), Topic: outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), Now: time.Now}
}

func db(s *settings.Settings) *store.Dynamo {
	return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
}
