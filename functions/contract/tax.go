package contract

var taxContext = Context{
	Name: "tax",
	Owns: "tax tables",
	Functions: []Function{
		{
			Name: "assess", Description: "taxes the lines and the shipping of a checkout",
			Memory: 256, Timeout: 5 * second,
			Trigger: Trigger{Saga: true},
			Grants:  []Grant{{Gateway, "payments"}}, // whose owner calculates tax, too
		},
	},
}
