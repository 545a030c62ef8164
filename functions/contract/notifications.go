package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/notifications/notificationsapi"
)

var notificationsContext = Context{
	Name:    "notifications",
	Owns:    "what customers are told by e-mail, and which mails they want; what sellers are told",
	Imports: []string{"payments", "orders", "fulfillment", "sellers", "webhooks"},
	shopper: func() []api.Route { return notificationsapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "which mails a customer wants, and whether they arrive",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "notifications"}, {Write, "notifications"}, {Invoke, "customers-contact"}, {Verify, "customers"},
			},
		},
		{
			Name: "notify", Description: "tells customers what became of their orders, and sellers of their webhooks",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 10, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
				{Context: "fulfillment", Events: []string{"ShipmentShipped", "ShipmentDelivered", "ShipmentReduced", "ShipmentCancelled"}},
				{Context: "payments", Events: []string{"PaymentRefunded", "PaymentRefundFailed", "PaymentRefundedElsewhere"}},
				{Context: "webhooks", Events: []string{"WebhookTurnedOff"}},
			}}},
			Grants: []Grant{
				{Read, "notifications"}, {Write, "notifications"}, {Read, "orders"}, {Read, "shipments"}, {Read, "sellers"}, {Read, "webhooks"},
				{Invoke, "customers-contact"}, {Sign, "customers"}, {Mail, "notifications"},
			},
		},
		{
			Name: "remind", Description: "has customers asked for reviews some days after their goods came",
			Memory: 256, Timeout: 5 * minute,
			Trigger: Trigger{Schedule: 60 * minute},
			Grants:  []Grant{{Read, "notifications"}, {Write, "notifications"}, {Send, "notifications-notify"}},
		},
		{
			Name: "listen", Description: "keeps addresses free of mails that bounced or complained",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 2}},
			Grants:  []Grant{{Write, "notifications"}},
		},
	},
}
