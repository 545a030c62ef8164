package contract

import (
	"rialto/functions/feeds/feedsapi"
	"rialto/functions/internal/api"
)

var feedsContext = Context{
	Name:    "feeds",
	Owns:    "sellers' files of rows for other contexts: split, counted, reported",
	Imports: []string{"catalog", "offers", "inventory"},
	seller:  func() []api.Route { return feedsapi.Routes(nil, "", nil) },
	Functions: []Function{
		{
			Name: "api", Description: "a seller's feeds",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "feeds"}, {Write, "feeds"}, {PutObject, "uploads"}, {GetObject, "reports"}, {Write, "rate_limits"},
			},
		},
		{
			Name: "intake", Description: "takes a feed's rows as a message",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 3, Concurrency: 10}},
			Grants:  []Grant{{Read, "feeds"}, {PutObject, "uploads"}, {Send, "feeds-split"}},
		},
		{
			Name: "split", Description: "cuts an uploaded file into chunks",
			Loop:   "a file is cut piece by piece, each by a message, to its end, 1 GiB at most",
			Memory: 512, Timeout: 2 * minute,
			Trigger: Trigger{Queue: &Queue{Batch: 1, MaxReceiveCount: 5, Concurrency: 20}},
			Grants: []Grant{
				{Read, "feeds"}, {Write, "feeds"}, {Read, "offers"}, {Read, "contributions"}, {GetObject, "uploads"},
				{Send, "feeds-split"}, {Send, "feeds-report"}, {Send, "feeds-assemble"}, {Send, "catalog-feed"},
				{Send, "offers-feed"}, {Send, "inventory-feed"},
			},
		},
		{
			Name: "report", Description: "counts answers on chunks, and keeps their bad rows",
			Memory: 256, Timeout: minute,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 10, Concurrency: 5}},
			Grants:  []Grant{{Read, "feeds"}, {Write, "feeds"}, {PutObject, "parts"}, {Send, "feeds-assemble"}},
		},
		{
			Name: "assemble", Description: "puts a feed's report together",
			Memory: 512, Timeout: 5 * minute,
			Trigger: Trigger{Queue: &Queue{Batch: 1, MaxReceiveCount: 5, Concurrency: 5}},
			Grants:  []Grant{{Read, "feeds"}, {Write, "feeds"}, {GetObject, "parts"}, {PutObject, "reports"}},
		},
		{
			Name: "publish", Description: "feeds stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "feeds"},
			Grants:  []Grant{{Publish, "feeds"}},
		},
	},
}
