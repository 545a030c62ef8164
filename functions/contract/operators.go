package contract

import (
	"rialto/functions/internal/api"
	"rialto/functions/operators/operatorsapi"
)

var operatorsContext = Context{
	Name:     "operators",
	Owns:     "what operators may see and do, and the audit log of it",
	Imports:  []string{"orders", "fulfillment"},
	Reads:    []string{"catalog", "payments"},
	operator: func() []api.Route { return operatorsapi.Routes(operatorsapi.Services{}) },
	Functions: []Function{
		{
			Name: "api", Description: "operators' calls, each in the audit log",
			Memory: 512, Timeout: 25 * second,
			Trigger: Trigger{API: true},
			Grants: []Grant{
				{Append, "audit_log"}, {Read, "audit_log"},
				{Read, "orders"}, {Read, "shipments"}, {Read, "returns"}, {Read, "payments"}, {Read, "products"},
			},
			Alarms: []Alarm{{"audit-incomplete", "an operator's call stands in the audit log without its outcome"}},
		},
	},
}
