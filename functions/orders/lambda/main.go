// Command lambda is the orders' functions.
package main

import (
	"math/rand/v2"

	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersapi"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments/paymentsstore"
)

func main() {
	entry.Run("orders", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
			svc := &orders.Service{Store: ordersstore.Store{DB: db}, Refunds: paymentsstore.Store{DB: db}}
			return lambdahttp.New(api.Handler(ordersapi.Routes(svc))), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), ordersstore.Events), nil
		},
	})
}
