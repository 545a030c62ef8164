package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/search/searchapi"
)

var searchContext = Context{
	Name:    "search",
	Owns:    "the index and what is found in it",
	Imports: []string{"catalog", "offers"},
	shopper: func() []api.Route { return searchapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "search with facets",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Search, "products"}, {Read, "projections"}, {Encode, "search"}, {Invoke, "search-recall"}},
		},
		{
			Name: "synonyms", Description: "shows or replaces a marketplace's own synonyms",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "projections"}, {Write, "projections"}},
		},
		{
			Name: "index", Description: "projects products, offers and stock into the index",
			Memory: 512, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 50, Subscriptions: []Subscription{
				{Context: "catalog", Events: []string{"ProductChanged"}},
				{Context: "offers", Events: []string{"BuyBoxChanged"}},
				{Context: "reviews", Events: []string{"ProductRated"}},
			}}},
			Grants: []Grant{{Admin, "products"}, {Read, "products"}, {Read, "offers"}, {Read, "projections"}, {Write, "projections"}},
		},
		{
			Name: "encode", Description: "makes products' vectors of their words, and shows them in the index",
			Memory: 512, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 2, Subscriptions: []Subscription{
				{Context: "catalog", Events: []string{"ProductChanged"}},
			}}},
			Grants: []Grant{
				{Admin, "products"}, {Encode, "search"}, {Read, "products"}, {Read, "offers"}, {Read, "projections"}, {Write, "projections"},
			},
		},
		{
			// The network of the cache has no way out to the domain, so the api asks by way of this one.
			Name: "recall", Description: "keeps vectors of questions in the cache",
			Memory: 256, Timeout: 2 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{Redis, "carts"}},
		},
		{
			Name: "reindex", Description: "builds a marketplace's index anew from the tables, part by part",
			Memory: 512, Timeout: 10 * minute,
			Trigger: Trigger{Operator: true},
			Grants: []Grant{
				{Admin, "products"}, {Scan, "products"}, {Read, "products"}, {Read, "offers"}, {Read, "projections"},
				{Write, "projections"},
			},
		},
	},
}
