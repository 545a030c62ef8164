package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/operators/operatorsapi"
)

var operatorsContext = Context{
	Name:    "operators",
	Owns:    "what operators may see and do, and the audit log of it",
	Imports: []string{"catalog", "sellers", "promotions", "customers", "inventory", "orders", "fulfillment", "reviews", "campaigns"},
	Reads:   []string{"payments", "payouts"},
	Writes: []string{"products", "shipments", "tracking", "returns", "seller_orders", "sellers", "reviews", "product_ratings", "coupons", "campaigns",
		"inventory", "holds", "orders"}, // of what is sent again
	operator: func() []api.Route { return operatorsapi.Routes(operatorsapi.Services{}) },
	Functions: []Function{
		{
			Name: "api", Description: "operators' calls, each in the audit log",
			Memory: 512, Timeout: 25 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Append, "audit_log"}, {Read, "audit_log"},
				{Read, "orders"}, {Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Write, "seller_orders"}, {Read, "seller_orders"},
				{Read, "returns"}, {Write, "returns"}, {Read, "payments"}, {Read, "products"}, {Write, "products"}, {Invoke, "payments-goodwill"},
				{Invoke, "catalog-moderate"},
				{SQL, "customers"}, {Seal, "customers"}, {Read, "sellers"}, {Write, "sellers"}, {Write, "rate_limits"}, {Read, "ledger"},
				{Read, "reviews"}, {Write, "reviews"}, {Write, "product_ratings"}, {Read, "coupons"}, {Write, "coupons"},
				{Read, "campaigns"}, {Write, "campaigns"}, {Planned, "campaigns"},
				{Read, "inventory"}, {Write, "inventory"}, {Read, "holds"}, {Write, "holds"}, {Write, "orders"},
			},
			Alarms: []Alarm{{"audit-incomplete", "an operator's call stands in the audit log without its outcome"}},
		},
	},
}
