package contract

import (
	"slices"

	"rialto/functions/catalog/catalogapi"
	"rialto/functions/internal/api"
)

var catalogContext = Context{
	Name:    "catalog",
	Owns:    "products, their images, and categories",
	shopper: func() []api.Route { return catalogapi.Routes(nil) },
	seller:  func() []api.Route { return slices.Concat(catalogapi.SellerRoutes(nil), catalogapi.ImageRoutes(nil)) },
	Functions: []Function{
		{
			Name: "api", Description: "product pages and category browsing; sellers' products",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"}, {Read, "buy_boxes"},
				{Write, "rate_limits"}, {PutObject, "uploads"}, {DeleteObject, "images"}, {DeleteObject, "withheld"},
			},
		},
		{
			Name: "image", Description: "checks uploaded images, and makes of those that pass what is shown",
			Memory: 2048, Timeout: minute, // 40 million pixels, decoded, and once more to be scaled
			Trigger: Trigger{Queue: &Queue{Batch: 1, MaxReceiveCount: 5, Concurrency: 20}},
			Grants: []Grant{
				{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"},
				{GetObject, "uploads"}, {PutObject, "images"},
			},
		},
		{
			Name: "moderate", Description: "takes a page or an image down, and restores it",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Operator: true},
			Grants: []Grant{
				{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"},
				{GetObject, "images"}, {PutObject, "images"}, {DeleteObject, "images"},
				// Who may not list them is told of a file that is not there that it may not be read.
				{GetObject, "withheld"}, {PutObject, "withheld"}, {DeleteObject, "withheld"}, {ListObjects, "withheld"},
			},
		},
		{
			Name: "import", Description: "writes a batch of products, row by row",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "products"}, {Write, "products"}},
		},
		{
			Name: "categories", Description: "lists sellers' names of categories that nothing maps, and takes an operator's word for them",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "products"}, {Read, "contributions"}, {Write, "contributions"}},
		},
		{
			Name: "feed", Description: "writes chunks of sellers' feeds of products",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Queue: &Queue{Batch: 2, MaxReceiveCount: 5, Concurrency: 20}},
			Grants: []Grant{
				{Read, "products"}, {Write, "products"}, {Read, "contributions"}, {Write, "contributions"},
				{Send, "feeds-report"}, {Send, "catalog-fetch"},
			},
		},
		{
			Name: "fetch", Description: "fetches the images that sellers' files name by their addresses",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Queue: &Queue{Batch: 1, MaxReceiveCount: 3, Concurrency: 10}},
			Grants: []Grant{
				{Read, "contributions"}, {Write, "contributions"}, {PutObject, "uploads"},
			},
		},
		{
			Name: "buybox", Description: "keeps what product pages show of the buy box",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 30, Subscriptions: []Subscription{
				{Context: "offers", Events: []string{"BuyBoxChanged"}},
			}}},
			Grants: []Grant{{Write, "buy_boxes"}},
		},
		{
			Name: "publish", Description: "products stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "products"},
			Grants:  []Grant{{Publish, "catalog"}},
		},
	},
}
