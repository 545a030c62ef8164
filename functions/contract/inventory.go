package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventoryapi"
)

var inventoryContext = Context{
	Name:   "inventory",
	Owns:   "stock, holds and their ledger",
	seller: func() []api.Route { return inventoryapi.SellerRoutes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "what a seller has, centre by centre",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Read, "inventory"}},
		},
		{
			Name: "receive", Description: "books a batch of received units, row by row",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "inventory"}, {Write, "inventory"}},
		},
		{
			Name: "feed", Description: "books chunks of sellers' feeds of stock",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Queue: &Queue{Batch: 2, MaxReceiveCount: 5, Concurrency: 20}},
			Grants:  []Grant{{Read, "inventory"}, {Write, "inventory"}, {Send, "feeds-report"}},
		},
		{
			Name: "hold", Description: "places the holds of a checkout, all or none",
			Lanes:  inventory.Lanes,
			Memory: 512, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Read, "inventory"}, {Write, "inventory"}, {Read, "holds"}, {Write, "holds"}},
		},
		{
			Name: "release", Description: "releases the holds of a checkout, or leaves a tombstone",
			Memory: 512, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Read, "holds"}, {Read, "inventory"}, {Write, "inventory"}, {Write, "holds"}},
		},
		{
			Name: "spread", Description: "lays a sku's shards out for holds that are expected of it",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{Read, "inventory"}, {Write, "inventory"}},
		},
		{
			Name: "ship", Description: "counts sold units apart from held ones, books those that shipped, and gives cancelled ones back",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 20, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}},
				{Context: "fulfillment", Events: []string{"ShipmentShipped", "ShipmentWrittenOff", "ShipmentReduced", "ShipmentCancelled"}},
			}}},
			Grants: []Grant{{Read, "holds"}, {Read, "inventory"}, {Write, "inventory"}, {Write, "holds"}},
		},
		{
			Name: "return", Description: "books units that came back",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 10, Subscriptions: []Subscription{
				{Context: "fulfillment", Events: []string{"ReturnReceived"}},
			}}},
			Grants: []Grant{{Read, "inventory"}, {Write, "inventory"}},
		},
		{
			Name: "publish", Description: "inventory stream to events, band crossings only",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "inventory"},
			Grants:  []Grant{{Publish, "inventory"}},
		},
	},
}
