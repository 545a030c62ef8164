package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/sellers/sellersapi"
)

var sellersContext = Context{
	Name:   "sellers",
	Owns:   "who sells: profiles and tiers",
	seller: func() []api.Route { return sellersapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "a seller's profile",
			Memory: 512, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants:  []Grant{{Read, "sellers"}, {Write, "sellers"}, {Write, "rate_limits"}},
		},
		{
			Name: "tier", Description: "gives a seller another plan",
			Memory: 256, Timeout: 10 * second,
			Trigger: Trigger{Operator: true},
			Grants:  []Grant{{Write, "sellers"}, {Write, "rate_limits"}},
		},
		{
			Name: "publish", Description: "sellers stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "sellers"},
			Grants:  []Grant{{Publish, "sellers"}},
		},
	},
}
