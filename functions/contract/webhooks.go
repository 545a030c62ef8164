package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/webhooks/webhooksapi"
)

var webhooksContext = Context{
	Name:    "webhooks",
	Owns:    "what sellers' own systems are told: endpoints, messages, what became of them",
	Imports: []string{"orders", "fulfillment"},
	seller:  func() []api.Route { return webhooksapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "sellers' endpoints, and what they were told",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Read, "webhooks"}, {Write, "webhooks"}, {Write, "rate_limits"}, {Send, "webhooks-send"}},
		},
		{
			Name: "tell", Description: "makes messages to sellers of what happened",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 8, Concurrency: 10, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
				{Context: "fulfillment", Events: []string{"ShipmentCancelled", "ShipmentReduced", "ReturnRequested", "ReturnReceived"}},
			}}},
			Grants: []Grant{{Read, "webhooks"}, {Write, "webhooks"}, {Send, "webhooks-send"}},
		},
		{
			Name: "send", Description: "sends sellers' messages",
			Loop:   "a message that was not taken is sent again by another, nine times in three days",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 5, MaxReceiveCount: 8, Concurrency: 20}},
			Grants:  []Grant{{Read, "webhooks"}, {Write, "webhooks"}, {Send, "webhooks-send"}},
		},
		{
			Name: "publish", Description: "webhooks stream to events, of endpoints that are turned off",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "webhooks"},
			Grants:  []Grant{{Publish, "webhooks"}},
		},
	},
}
