package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsapi"
)

// How many calls each queue has under way at the gateway at once: an invocation makes one after another. If a call takes a third of a
// second these are some 48 and 12 a second; if the gateway is quicker, payments counts them and makes no more than 60 (pace.go). What is left
// is for shoppers, who wait, and whose authorizations stand in no queue; goods go before refunds. Whoever agrees on more with the gateway
// raises all three.
const (
	capturesAtOnce = 16
	refundsAtOnce  = 4
)

// PacedGatewayCalls is how many captures and refunds a second the payment gateway is asked for at most.
const PacedGatewayCalls = payments.PacedCalls

var paymentsContext = Context{
	Name:    "payments",
	Owns:    "intents: authorize, cancel, capture, refund",
	shopper: func() []api.Route { return paymentsapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "takes the gateway's events in",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Webhook, "payments"}, {Send, "payments-notice"}},
		},
		{
			Name: "notice", Description: "takes over what has happened at the gateway",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 2}},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}},
		},
		{
			Name: "authorize", Description: "creates and confirms the intents of a checkout",
			Memory: 256, Timeout: 25 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Gateway, "payments"}, {Write, "payments"}},
		},
		{
			Name: "cancel", Description: "cancels the intents of a checkout, or leaves a tombstone",
			Memory: 256, Timeout: 25 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}},
		},
		{
			Name: "capture", Description: "captures what a packed shipment costs, and frees what a cancelled one would have",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: capturesAtOnce, Subscriptions: []Subscription{
				{Context: "fulfillment", Events: []string{"ShipmentPacked", "ShipmentCancelled", "ShipmentWrittenOff"}},
			}}},
			Grants: []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}, {Write, "rate_limits"}},
		},
		{
			Name: "refund", Description: "gives back what was paid for units that came back",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: refundsAtOnce, Subscriptions: []Subscription{
				{Context: "fulfillment", Events: []string{"ReturnReceived"}},
			}}},
			Grants: []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}, {Write, "rate_limits"}},
		},
		{
			Name: "methods", Description: "makes shoppers' payment methods theirs at the gateway",
			Memory: 256, Timeout: 20 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}},
		},
		{
			Name: "goodwill", Description: "gives back what an operator says, whatever becomes of the goods",
			Memory: 256, Timeout: 20 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}, {Write, "rate_limits"}},
		},
		{
			Name: "reissue", Description: "gives back again what a bank turned back, or refused, by an operator's word",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}, {Write, "rate_limits"}},
		},
		{
			Name: "watch", Description: "notes until when money is held, when to look at a refund again, and what the gateway's books must say",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 20, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
				{Context: "payments", Events: []string{"PaymentCaptured", "PaymentRefunded"}},
			}}},
			Grants: []Grant{{Write, "payments"}},
		},
		{
			Name: "renew", Description: "authorizes anew what would end before its goods leave, and looks for refunds that were turned back",
			Memory: 256, Timeout: 5 * minute,
			Trigger: Trigger{Schedule: 60 * minute},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}},
		},
		{
			Name: "reconcile", Description: "compares the gateway's books of the days that are over with the payments",
			Memory: 256, Timeout: 5 * minute,
			Trigger: Trigger{Schedule: 15 * minute},
			Grants:  []Grant{{Gateway, "payments"}, {Read, "payments"}, {Write, "payments"}},
			Alarms: []Alarm{
				{"differs", "the payment gateway's books and the payments differ"},
				{"unreconciled", "days are not compared with the payment gateway's books"},
			},
		},
		{
			Name: "publish", Description: "payments stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "payments"},
			Grants:  []Grant{{Publish, "payments"}},
		},
	},
}
