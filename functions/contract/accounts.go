package contract

import (
	"rialto/functions/accounts/accountsapi"
	"rialto/functions/internal/api"
)

var accountsContext = Context{
	Name:    "accounts",
	Owns:    "what spans contexts for one person: orders looked up, taken over and bought again, export, erasure",
	Imports: []string{"carts", "customers", "orders", "fulfillment", "payments", "reviews", "notifications", "clickstream"},
	Reads:   []string{"catalog", "inventory", "offers"}, // what a cart is priced by
	Writes:  []string{"carts", "customers", "orders", "returns", "ratings", "reviews", "notifications", "consents"},
	shopper: func() []api.Route { return accountsapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "guests' way to their orders, buying again, export and erasure",
			Memory: 512, Timeout: 25 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Invoke, "payments-methods"}, {Invoke, "customers-close"},
				{SQL, "customers"}, {Seal, "customers"}, {Sign, "customers"}, {Write, "customers"},
				{Read, "orders"}, {Write, "orders"}, {Read, "shipments"}, {Read, "returns"}, {Write, "returns"},
				{Read, "ratings"}, {Write, "ratings"}, {Read, "reviews"}, {Write, "reviews"}, {Read, "carts"}, {Write, "carts"},
				{Read, "consents"}, {Write, "consents"}, {Redis, "carts"}, {Read, "offers"}, {Read, "products"}, {Read, "inventory"}, {Write, "rate_limits"},
				{Read, "review_votes"}, {Read, "seller_orders"}, {Read, "payments"}, {Read, "notifications"},
				{Write, "notifications"},
			},
		},
	},
}
