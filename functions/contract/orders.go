package contract

var ordersContext = Context{
	Name:    "orders",
	Owns:    "orders as they were placed",
	Imports: []string{"tax"},
	Functions: []Function{
		{
			Name: "publish", Description: "orders stream to events",
			Memory: 256, Timeout: 30 * second,
			Trigger: Trigger{Stream: "orders"},
			Grants:  []Grant{{Publish, "orders"}},
		},
	},
}
