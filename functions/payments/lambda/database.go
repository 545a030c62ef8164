package main

import (
	"math/rand/v2"

	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/payments/paymentsstore"
)

func database(s *settings.Settings) paymentsstore.Store {
	return paymentsstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}
