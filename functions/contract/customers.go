package contract

import (
	"rialto/functions/customers/customersapi"
	"rialto/functions/internal/api"
)

var customersContext = Context{
	Name:    "customers",
	Owns:    "profiles, addresses, payment methods, tokens of guests; the authorizer",
	Reads:   []string{"sellers"},
	shopper: func() []api.Route { return customersapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "profiles, addresses, payment methods, guest tokens",
			Memory: 512, Timeout: 25 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Invoke, "payments-methods"},
				{SQL, "customers"}, {Seal, "customers"}, {Sign, "customers"}, {Write, "customers"},
				{Write, "rate_limits"},
			},
		},
		{
			Name: "authorize", Description: "verifies tokens for the APIs",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Authorizer: true},
			Grants:  []Grant{{Verify, "customers"}, {Read, "rate_limits"}, {Read, "customers"}},
		},
		{
			Name: "claims", Description: "puts role and seller_id into a signed-in user's tokens",
			Memory: 256, Timeout: 4 * second,
			Trigger: Trigger{Tokens: true},
		},
		{
			Name: "locate", Description: "reads the sealed snapshot that a checkout needs",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Read, "customers"}},
		},
		{
			Name: "close", Description: "takes a customer's user off the pool, and ends their sessions",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{Users, "customers"}},
		},
		{
			Name: "contact", Description: "opens the mailbox that a customer is written to at",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{SQL, "customers"}, {Seal, "customers"}},
		},
		{
			Name: "migrate", Description: "brings the SQL schema up to date",
			Memory: 256, Timeout: minute,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Schema, "customers"}},
		},
	},
}
