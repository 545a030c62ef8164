package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/promotions/promotionsapi"
)

var promotionsContext = Context{
	Name:   "promotions",
	Owns:   "coupons, and who used them: a budget is stock",
	seller: func() []api.Route { return promotionsapi.SellerRoutes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "sellers' own coupons",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Read, "coupons"}, {Write, "coupons"}, {Write, "rate_limits"}},
		},
		{
			Name: "import", Description: "writes a batch of coupons, row by row",
			Memory: 256, Timeout: minute,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Read, "coupons"}, {Write, "coupons"}},
		},
		{
			Name: "redeem", Description: "takes a use of a coupon for a checkout",
			Memory: 512, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Read, "coupons"}, {Write, "coupons"}, {Read, "redemptions"}, {Write, "redemptions"}},
		},
		{
			Name: "return", Description: "gives a checkout's use of a coupon back, or leaves a tombstone",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Read, "coupons"}, {Write, "coupons"}, {Read, "redemptions"}, {Write, "redemptions"}},
		},
		{
			Name: "restore", Description: "gives the use of an order back that is cancelled whole",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Queue: &Queue{Batch: 10, MaxReceiveCount: 5, Concurrency: 10, Subscriptions: []Subscription{
				{Context: "fulfillment", Events: []string{"OrderCancelled"}},
			}}},
			Grants: []Grant{{Read, "coupons"}, {Write, "coupons"}, {Read, "redemptions"}, {Write, "redemptions"}},
		},
	},
}
