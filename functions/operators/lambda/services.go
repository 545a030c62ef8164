package main

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/operators"
	"rialto/functions/operators/operatorsapi"
	"rialto/functions/operators/operatorsstore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments/paymentsstore"
)

func services(s *settings.Settings) operatorsapi.Services {
	db := store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
	parcels, placed := fulfillmentstore.Store{DB: db}, ordersstore.Store{DB: db}
	return operatorsapi.Services{
		Audit: &operators.Audit{Log: operatorsstore.Store{DB: db}, Random: rand.Reader, Now: time.Now},
		Orders: &operators.Orders{Placed: placed, Lives: &fulfillment.OrderService{Orders: placed, Shipments: parcels, Returns: parcels,
			Payments: paymentsstore.Store{DB: db}, Images: &catalogstore.Store{DB: db}, Now: time.Now}},
	}
}
