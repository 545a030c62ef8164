package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/recommendations/recommendationsapi"
)

var recommendationsContext = Context{
	Name:    "recommendations",
	Owns:    "what shoppers may like to see next, and the models that say so",
	Imports: []string{"catalog", "search", "clickstream"},
	Reads:   []string{"customers"},
	shopper: func() []api.Route { return recommendationsapi.Routes(nil) },
	Functions: []Function{
		{
			Name: "api", Description: "shelves of what shoppers may like",
			Memory: 1024, Timeout: 10 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Redis, "carts"}, {Mac, "clickstream"}, {Read, "recommendations"}, {Read, "products"}, {Read, "buy_boxes"}, {Read, "consents"},
				{SQL, "customers"}, {Seal, "customers"}, {GetObject, "models"}, {Invoke, "recommendations-find"},
			},
		},
		{
			Name: "clicks", Description: "follows what sessions click and customers buy",
			Memory: 512, Timeout: minute,
			Trigger: Trigger{Records: "clickstream"},
			Grants:  []Grant{{Redis, "carts"}, {Mac, "clickstream"}},
		},
		{
			Name: "experiment", Description: "starts or stops an experiment, or tells which one runs",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Operator: true},
			Grants: []Grant{{GetObject, "models"}, {ListObjects, "models"}, {GetObject, "experiments"}, {PutObject, "experiments"},
				{Read, "recommendations"}, {Write, "recommendations"}},
		},
		{
			// The network of the cache has no way out to the domain, so the api asks by way of this one.
			Name: "find", Description: "asks the indexes for what a shelf may hold",
			Memory: 512, Timeout: 5 * second,
			Trigger: Trigger{Called: true},
			Grants:  []Grant{{Search, "search"}},
		},
		{
			Name: "gate", Description: "lets a model serve that is whole and better, or refuses it",
			Memory: 1024, Timeout: 15 * minute,
			Trigger: Trigger{Task: true},
			Grants:  []Grant{{GetObject, "models"}, {PutObject, "models"}, {ListObjects, "models"}},
			Alarms:  []Alarm{{"model-refused", "a model was refused, and the one before serves on"}},
		},
		{
			Name: "load", Description: "loads a model, part by part",
			Memory: 1024, Timeout: 10 * minute,
			Trigger: Trigger{Task: true},
			Grants:  []Grant{{GetObject, "models"}, {ListObjects, "models"}, {Write, "recommendations"}, {Admin, "search"}},
		},
		{
			Name: "serve", Description: "has a loaded model serve, or the one before it again",
			Memory: 256, Timeout: minute,
			Trigger: Trigger{Task: true},
			Grants: []Grant{{GetObject, "models"}, {PutObject, "models"}, {ListObjects, "models"}, {Read, "recommendations"},
				{Write, "recommendations"}, {Admin, "search"}},
		},
		{
			Name: "snapshot", Description: "takes a snapshot of the catalog for training, part by part",
			Memory: 1024, Timeout: 10 * minute,
			Trigger: Trigger{Task: true},
			Grants: []Grant{{Scan, "products"}, {Scan, "buy_boxes"}, {Scan, "projections"},
				{GetObject, "catalog"}, {PutObject, "catalog"}, {ListObjects, "catalog"}},
		},
	},
}
