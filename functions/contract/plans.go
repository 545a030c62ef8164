package contract

import "rialto/functions/sellers"

// Plan is what a seller's tier allows, for the gateway's usage plan of that name.
type Plan struct {
	Name        string
	Rate, Burst int64 // requests a second, and at once
	Daily       int64 // requests
}

// Plans lists the tiers that the functions hold sellers to.
func Plans() []Plan {
	var out []Plan
	for _, t := range sellers.Tiers() {
		out = append(out, Plan{t.Name, t.Rate, t.Burst, t.Daily})
	}
	return out
}
