package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/payouts/payoutsapi"
)

var payoutsContext = Context{
	Name:    "payouts",
	Owns:    "what sellers are owed: a ledger by double entry",
	Imports: []string{"orders"},
	Reads:   []string{"sellers"},
	seller:  func() []api.Route { return payoutsapi.SellerRoutes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "a seller's statements",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Read, "ledger"}},
		},
		{
			Name: "book", Description: "books what happened to sellers' money",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 20, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
				{Context: "fulfillment", Events: []string{"ShipmentWrittenOff"}},
				{Context: "payments", Events: []string{"PaymentCaptured", "PaymentRefunded", "PaymentRefundFailed", "PaymentRefundedElsewhere",
					"PaymentDisputed"}},
			}}},
			Grants: []Grant{{Read, "ledger"}, {Write, "ledger"}},
		},
		{
			Name: "run", Description: "pays sellers what they are owed",
			Memory: 512, Timeout: 15 * minute,
			Trigger: Trigger{Schedule: 60 * minute},
			Grants:  []Grant{{Read, "ledger"}, {Write, "ledger"}, {Read, "sellers"}},
		},
	},
}
