package contract

import "rialto/functions/sellers"

// Plan is what the gateway lets all sellers of a tier do together.
type Plan struct {
	Name string
	Rate int64  // requests a second, and at once
	Key  string // that the authorizer presents for a seller of the tier
}

// Plans lists the tiers that sellers have, for a stage with that prefix.
func Plans(prefix string) []Plan {
	var out []Plan
	for _, t := range sellers.Tiers() {
		out = append(out, Plan{t.Name, t.Pool, t.Key(prefix)})
	}
	return out
}
