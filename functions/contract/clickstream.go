package contract

import (
	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamapi"
	"rialto/functions/internal/api"
)

var clickstreamContext = Context{
	Name:    "clickstream",
	Owns:    "what shoppers do: the stream of events, and the lake of them",
	Imports: []string{"offers", "payments", "carts", "orders"},
	Reads:   []string{"customers"},
	shopper: func() []api.Route { return clickstreamapi.Routes(nil) },
	seller:  func() []api.Route { return clickstreamapi.SellerRoutes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "what customers agree to, and who comes to what sellers offer",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{{Read, "consents"}, {Write, "consents"}, {SQL, "customers"}, {Seal, "customers"}, {Record, "clickstream"},
				{Read, "traffic"}, {Read, "offers"}},
		},
		{
			Name: "consume", Description: "takes the stream into the lake",
			Memory: 1024, Timeout: 2 * minute,
			Trigger: Trigger{Records: "clickstream"},
			Grants: []Grant{
				{Mac, "clickstream"}, {PutObject, "raw"}, {PutObject, "invalid"}, {PutObject, "tallies"},
			},
		},
		{
			Name: "follow", Description: "joins orders, carts and refunds to the stream",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 50, Subscriptions: []Subscription{
				{Context: "orders", Events: []string{"OrderPlaced"}}, {Context: "carts", Events: []string{"CartChanged"}},
				{Context: "payments", Events: []string{"PaymentRefunded", "PaymentRefundedElsewhere"}},
			}}},
			Grants: []Grant{{Read, "consents"}, {Read, "orders"}, {SQL, "customers"}, {Seal, "customers"}, {Mac, "clickstream"}, {Record, "clickstream"}},
		},
		{
			Name: "settle", Description: "brings hours of the lake into order: each event once, in one file a shard, and counts what came to products",
			Memory: 3008, Timeout: 10 * minute,
			Trigger: Trigger{Schedule: 15 * minute},
			Grants: []Grant{
				{ListObjects, "raw"}, {ListObjects, "events"}, {GetObject, "raw"}, {GetObject, "events"},
				{PutObject, "events"}, {PutObject, "bots"}, {PutObject, "conflicts"},
				{DeleteObject, "bots"}, {DeleteObject, "conflicts"}, {Write, "traffic"},
			},
		},
	},
}

// MaxEventBytes is how long the body of a batch of events may be.
const MaxEventBytes = clickstream.MaxBatchBytes

// LakeFolders are the folders of the lake that hold Parquet, each a table of the columns that LakeColumns lists, partitioned by
// date and hour.
var LakeFolders = []string{"events", "bots", "conflicts", "raw"}

// LakeColumns lists the columns of the lake's tables, as Hive names their types.
func LakeColumns() []clickstream.Column { return clickstream.Columns }
