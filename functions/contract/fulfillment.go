package contract

import (
	"slices"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/internal/api"
)

// ReturnWindow is how long after their delivery customers may send goods back.
const ReturnWindow = fulfillment.ReturnWindow

var fulfillmentContext = Context{
	Name:    "fulfillment",
	Owns:    "what becomes of an order: shipments, tracking, cancellation, returns; sellers' orders, and how sellers do",
	Imports: []string{"catalog", "carts", "customers", "orders", "inventory", "tax", "payments"},
	Reads:   []string{"offers"},
	Writes:  []string{"carts"}, // of what is wanted in exchange
	shopper: func() []api.Route {
		return slices.Concat(fulfillmentapi.OrderRoutes(nil), fulfillmentapi.Routes(nil), fulfillmentapi.ReturnRoutes(nil))
	},
	seller: func() []api.Route {
		return slices.Concat(fulfillmentapi.SellerRoutes(nil), fulfillmentapi.SellerReturnRoutes(nil))
	},
	Functions: []Function{
		{
			Name: "api", Description: "an order and what becomes of it; a seller's orders",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "shipments"}, {Write, "shipments"}, {Read, "tracking"}, {Write, "tracking"}, {Read, "seller_orders"},
				{Write, "seller_orders"}, {Read, "orders"}, {Read, "offers"}, {Read, "returns"}, {Write, "returns"},
				{Read, "payments"}, {Read, "products"}, {SQL, "customers"}, {Seal, "customers"}, {Read, "customers"},
				{Read, "carts"}, {Write, "carts"}, {Read, "inventory"}, {Write, "rate_limits"},
			},
		},
		{
			Name: "start", Description: "opens the shipments of a placed order",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 30, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
			}}},
			Grants: []Grant{
				{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Write, "seller_orders"}, {Read, "offers"},
				{Read, "returns"}, {Write, "returns"}, {Send, "fulfillment-advance"},
			},
		},
		{
			Name: "advance", Description: "moves a shipment one step on",
			Loop:   "a parcel's next step comes by a message, until it has none",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 30, Subscriptions: []Subscription{
				{Context: "payments", Events: []string{"PaymentCaptured", "PaymentCaptureFailed", "PaymentRenewed", "PaymentAuthorizationLost",
					"PaymentRefunded", "PaymentRefundFailed"}},
				{Context: "fulfillment", Events: []string{"ShipmentCancelled"}},
			}}},
			Grants: []Grant{
				{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Write, "seller_orders"}, {Read, "returns"},
				{Write, "returns"}, {Read, "orders"}, {Send, "fulfillment-advance"},
			},
			Alarms: []Alarm{
				{"refund-failed", "what came back was not paid back, or a bank turned that back"},
				{"authorization-lost", "a bank holds the money of a parcel that has not left no longer"},
			},
		},
		{
			Name: "overdue", Description: "cancels what sellers did not confirm in time, goes on with what is held back, ends returns",
			Memory: 256, Timeout: 5 * minute,
			Trigger: Trigger{Schedule: 60 * minute},
			Grants: []Grant{
				{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Read, "seller_orders"},
				{Write, "seller_orders"}, {Read, "returns"}, {Write, "returns"},
			},
		},
		{
			Name: "resolve", Description: "ends what holds a shipment back, by an operator's word",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Operator: true},
			Grants: []Grant{
				{Read, "shipments"}, {Write, "shipments"}, {Write, "tracking"}, {Write, "seller_orders"},
			},
		},
		{
			Name: "returns", Description: "returns stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "returns"},
			Grants:  []Grant{{Publish, "fulfillment"}},
		},
		{
			Name: "publish", Description: "shipments stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "shipments"},
			Grants:  []Grant{{Publish, "fulfillment"}},
		},
	},
}
