package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/orders/ordersapi"
)

var ordersContext = Context{
	Name:    "orders",
	Owns:    "orders as they were placed",
	Reads:   []string{"payments"},
	shopper: func() []api.Route { return ordersapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "an order, and a customer's history",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Read, "orders"}, {Read, "payments"}},
		},
		{
			Name: "publish", Description: "orders stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "orders"},
			Grants:  []Grant{{Publish, "orders"}},
		},
	},
}
