package contract

import (
	"slices"

	"rialto/functions/internal/api"
	"rialto/functions/reviews/reviewsapi"
)

var reviewsContext = Context{
	Name:    "reviews",
	Owns:    "what customers think of sellers and products",
	Imports: []string{"catalog", "orders"},
	Reads:   []string{"fulfillment"},
	shopper: func() []api.Route {
		return slices.Concat(reviewsapi.Routes(nil), reviewsapi.ProductRoutes(nil), reviewsapi.ImageRoutes(nil))
	},
	seller: func() []api.Route { return reviewsapi.SellerRoutes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "customers' ratings of sellers, and reviews of products with sellers' answers",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Read, "ratings"}, {Write, "ratings"}, {Write, "seller_ratings"}, {Read, "orders"}, {Read, "shipments"},
				{Read, "reviews"}, {Write, "reviews"}, {Read, "review_votes"}, {Write, "review_votes"}, {Read, "product_ratings"},
				{Write, "product_ratings"}, {Read, "products"}, {Write, "rate_limits"}, {PutObject, "uploads"},
			},
		},
		{
			Name: "image", Description: "checks uploaded images of reviews, and makes of those that pass what is shown",
			Memory: 2048, Timeout: minute, // 40 million pixels, decoded, and once more to be scaled
			Trigger: Trigger{Queue: &Queue{Batch: 1, MaxReceiveCount: 5, Concurrency: 20}},
			Grants: []Grant{
				{Read, "reviews"}, {Write, "reviews"}, {GetObject, "uploads"}, {DeleteObject, "uploads"},
				{PutObject, "images"}, {ListObjects, "images"}, {DeleteObject, "images"},
			},
		},
		{
			Name: "unshow", Description: "deletes the files of images that reviews have no more",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "reviews"},
			Grants:  []Grant{{DeleteObject, "uploads"}, {ListObjects, "images"}, {DeleteObject, "images"}},
		},
		{
			Name: "moderate", Description: "lists the reviews that wait for an operator, and shows one or takes it down",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "reviews"}, {Write, "reviews"}, {Write, "product_ratings"}},
		},
		{
			Name: "rebuild", Description: "makes the tallies of products or sellers anew from reviews or ratings",
			Memory: 2048, Timeout: 15 * minute, // sellers' tallies are held in memory
			Trigger: Trigger{Operator: true},
			Grants: []Grant{
				{Scan, "reviews"}, {Read, "reviews"}, {Read, "product_ratings"}, {Write, "product_ratings"},
				{Scan, "ratings"}, {Scan, "seller_ratings"}, {Write, "seller_ratings"},
			},
		},
		{
			Name: "publish", Description: "sellers' tallies stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "seller_ratings"},
			Grants:  []Grant{{Read, "seller_ratings"}, {Publish, "reviews"}},
		},
		{
			Name: "products", Description: "products' tallies stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "product_ratings"},
			Grants:  []Grant{{Read, "product_ratings"}, {Publish, "reviews"}},
		},
	},
}
