package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/invoices/invoicesapi"
)

var invoicesContext = Context{
	Name:    "invoices",
	Owns:    "invoices, receipts and credit notes, and their numbers",
	Imports: []string{"sellers", "customers", "orders"},
	shopper: func() []api.Route { return invoicesapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "an order's invoices as PDF",
			Memory: 512, Timeout: 25 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "invoices"}, {Read, "orders"}, {SQL, "customers"}, {Seal, "customers"}, {PutObject, "copies"}, {GetObject, "copies"},
				{Fonts, "invoices"},
			},
		},
		{
			Name: "issue", Description: "issues the invoice of a parcel that is paid, and the credit note of a refund",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 8, Concurrency: 20, Subscriptions: []Subscription{
				{Context: "payments", Events: []string{"PaymentCaptured", "PaymentRefunded"}},
			}}},
			Grants: []Grant{{Read, "invoices"}, {Write, "invoices"}, {Read, "orders"}, {Read, "sellers"}},
		},
	},
}
