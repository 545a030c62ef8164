package contract

import (
	"rialto/functions/carts/cartsapi"
	"rialto/functions/internal/api"
)

var cartsContext = Context{
	Name:    "carts",
	Owns:    "what a shopper means to buy",
	Imports: []string{"offers", "inventory", "catalog", "promotions", "tax"},
	shopper: func() []api.Route { return cartsapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "the shopper's cart",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Redis, "carts"}, {Read, "carts"}, {Write, "carts"}, {Read, "offers"}, {Read, "products"}, {Read, "inventory"},
				{Read, "coupons"}, {Verify, "customers"}, {Write, "rate_limits"},
			},
		},
		{
			Name: "refresh", Description: "renews the copy of a cart after its order",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 20, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
			}}},
			Grants: []Grant{{Redis, "carts"}, {Read, "carts"}},
		},
		{
			Name: "publish", Description: "carts stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "carts"},
			Grants:  []Grant{{Publish, "carts"}},
		},
		{
			Name: "quote", Description: "prices a cart and plans where it ships from",
			Memory: 512, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants: []Grant{
				{Read, "carts"}, {Read, "offers"}, {Read, "products"}, {Read, "inventory"}, {Read, "coupons"},
			},
		},
	},
}
