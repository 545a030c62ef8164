package sellers

// Tier is what a seller's plan allows: Rate writes a second in the long run, and Burst at once. That is counted for each
// seller (internal/ratelimit). The gateway knows the tiers alone, one key and one usage plan each, as it has at most 10,000 keys:
// its plan holds all sellers of a tier together, so that a flood of the smallest leaves the others theirs.
type Tier struct {
	Name        string
	Rate, Burst int64
	// Pool is how many requests of any kind all sellers of the tier may make together, a second and at once.
	Pool int64
}

// Basic is the tier of a seller that nobody gave another.
const Basic = "basic"

// Tiers lists the plans, the smallest first.
func Tiers() []Tier {
	return []Tier{{Basic, 5, 20, 2000}, {"pro", 20, 100, 2000}, {"enterprise", 100, 500, 4000}}
}

// Key names the tier to the gateway, as the authorizer does for a seller. It is no secret: nobody but the authorizer can
// present it. A key of the gateway's has 20 characters at least.
func (t Tier) Key(prefix string) string { return prefix + "seller-plan-" + t.Name }

// TierNamed returns a tier, the smallest for a name that is none.
func TierNamed(name string) Tier {
	tiers := Tiers()
	for _, t := range tiers {
		if t.Name == name {
			return t
		}
	}
	return tiers[0]
}
