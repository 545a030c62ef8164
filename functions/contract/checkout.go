package contract

import (
	"rialto/functions/checkout/checkoutapi"
	"rialto/functions/internal/api"
)

var checkoutContext = Context{
	Name:    "checkout",
	Owns:    "the checkout record and the saga",
	Imports: []string{"carts", "customers", "inventory", "orders", "payments", "promotions", "tax"},
	Reads:   []string{"catalog", "offers"},                       // what a quote is made of
	Writes:  []string{"holds", "redemptions", "orders", "carts"}, // the pivot's
	shopper: func() []api.Route { return checkoutapi.Routes(nil) },
	Functions: []Function{
		// It waits for the saga for nearly all of its time, and memory is paid for while it waits.
		{
			Name: "api", Description: "checkout, its quote, its state, and resuming it",
			Memory: 256, Timeout: 28 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "checkouts"}, {Write, "checkouts"}, {Send, "checkout-timer"}, {Start, "checkout"},
				{Read, "carts"}, {Read, "offers"}, {Read, "products"}, {Read, "inventory"}, {Read, "coupons"}, {Read, "customers"},
				{Gateway, "payments"}, // whose owner calculates tax, too
			},
		},
		{
			Name: "claim", Description: "claims the record for one run and stores its plan",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Write, "checkouts"}},
		},
		{
			Name: "place", Description: "the pivot: one transaction over checkout, holds, redemption, order and cart",
			Memory: 512, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants: []Grant{
				{Write, "checkouts"}, {Write, "holds"}, {Write, "redemptions"}, {Write, "orders"}, {Write, "carts"},
			},
		},
		{
			Name: "fence", Description: "raises the epoch, so that no earlier run can place the order",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Write, "checkouts"}},
		},
		{
			Name: "close", Description: "stores the answer of a checkout that is over or waits",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Read, "checkouts"}, {Write, "checkouts"}},
		},
		{
			Name: "timer", Description: "recovers a checkout that is due and still open",
			Loop:   "a checkout that is not at its end is looked at again, until it is",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 100, Visibility: 3 * minute}},
			Grants:  []Grant{{Read, "checkouts"}, {Write, "checkouts"}, {Send, "checkout-timer"}, {Send, "checkout-timer-dead"}, {Start, "checkout"}},
		},
		{
			Name: "sweep", Description: "finds due checkouts whose timer was lost",
			Memory: 256, Timeout: minute,
			Trigger: Trigger{Schedule: minute},
			Grants:  []Grant{{Read, "checkouts"}, {Write, "checkouts"}, {Send, "checkout-timer"}},
		},
	},
}
