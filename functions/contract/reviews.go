package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/reviews/reviewsapi"
)

var reviewsContext = Context{
	Name:    "reviews",
	Owns:    "what customers think of sellers",
	Imports: []string{"orders"},
	Reads:   []string{"fulfillment"},
	shopper: func() []api.Route { return reviewsapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "customers' ratings of sellers",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "ratings"}, {Write, "ratings"}, {Write, "seller_ratings"}, {Read, "orders"}, {Read, "shipments"},
			},
		},
		{
			Name: "publish", Description: "sellers' tallies stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "seller_ratings"},
			Grants:  []Grant{{Read, "seller_ratings"}, {Publish, "reviews"}},
		},
	},
}
