package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/offers/offersapi"
)

var offersContext = Context{
	Name:    "offers",
	Owns:    "who sells a product for how much; the buy box",
	Imports: []string{"inventory"},
	Reads:   []string{"catalog"},
	shopper: func() []api.Route { return offersapi.Routes(nil) },
	seller:  func() []api.Route { return offersapi.SellerRoutes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "offers of a product; a seller's own offers",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "offers"}, {Write, "offers"}, {Read, "products"}, {Read, "inventory"}, {Write, "rate_limits"},
			},
		},
		{
			Name: "import", Description: "writes a batch of offers, row by row",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "offers"}, {Write, "offers"}},
		},
		{
			Name: "feed", Description: "writes chunks of sellers' feeds of offers and prices",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Queue: &Queue{Batch: 2, MaxReceiveCount: 5, Concurrency: 20}},
			Grants:  []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "products"}, {Send, "feeds-report"}},
		},
		{
			Name: "decide", Description: "decides the buy box of each marketplace",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 50, Subscriptions: []Subscription{
				{Context: "offers", Events: []string{"OfferChanged"}},
				{Context: "inventory", Events: []string{"StockBandChanged"}},
			}}},
			Grants: []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "inventory"}},
		},
		{
			Name: "turn", Description: "decides the buy boxes anew in which a sale has begun or ended",
			Memory: 256, Timeout: minute,
			Trigger: Trigger{Schedule: minute},
			Grants:  []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "inventory"}},
		},
		{
			Name: "seller", Description: "brings a seller's offers to the seller's rating and name",
			Loop:   "fifty offers a message, and the rest by the next, to the last offer of the seller",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 1, MaxReceiveCount: 5, Concurrency: 10, Subscriptions: []Subscription{
				{Context: "reviews", Events: []string{"SellerRated"}},
				{Context: "sellers", Events: []string{"SellerChanged", "SellerBlocked"}},
			}}},
			Grants: []Grant{{Read, "offers"}, {Write, "offers"}, {Read, "inventory"}, {Send, "offers-seller"}},
		},
		{
			Name: "again", Description: "tells of all buy boxes as they stand, for whoever has lost what they made of them",
			Memory: 512, Timeout: 10 * minute,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Scan, "offers"}, {Publish, "offers"}},
		},
		{
			Name: "publish", Description: "offers stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "offers"},
			Grants:  []Grant{{Publish, "offers"}},
		},
	},
}
