package sellers

import (
	"time"

	"rialto/functions/internal/fault"
)

// Tier is what a seller's plan allows: Rate writes a second in the long run, and Burst at once. That is counted here, for
// each seller (Take). The gateway knows the tiers alone, one key and one usage plan each, as it has at most 10,000 keys:
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

// interval is how much time one request costs, in microseconds.
func (t Tier) interval() int64 { return time.Second.Microseconds() / t.Rate }

// Latest is the latest that a bucket may be full at for another request to be let through now.
func (t Tier) Latest(now int64) int64 { return now + (t.Burst-1)*t.interval() }

// Cost is by how much a request puts off the instant at which the bucket is full.
func (t Tier) Cost() int64 { return t.interval() }

// Take takes one request out of a bucket that is full at an instant, now or later, in microseconds since 1970. It
// returns when the bucket is full then, or how long to wait before there is a request in it. (A bucket told by one
// instant is the generic cell rate algorithm: the fewer bytes, the simpler the condition on them.)
func (t Tier) Take(full, now int64) (next int64, wait time.Duration) {
	if full > t.Latest(now) {
		return full, time.Duration(full-t.Latest(now)) * time.Microsecond
	}
	return max(full, now) + t.interval(), 0
}

// Throttled refuses a request for some time.
func Throttled(wait time.Duration) error {
	return fault.New(fault.Throttled, "too_many_requests", "the seller's plan allows no more requests just now").After(wait)
}
