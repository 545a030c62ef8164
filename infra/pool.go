package infra

import (
	"math"
	"time"

	"rialto/functions/contract"
)

// An account's concurrency in a region is one pool, on which every function draws that has none reserved. The checkout path has
// its own part of it: each function of it reserves what the stage's rate of checkouts keeps busy (Little: rate x time), and
// nobody else can take that, whatever a feed or an import sets going. All others are capped: queues by their mappings, streams by
// a reservation, which is a cap as well (a stream that is throttled waits, and loses nothing for a day).
//
// The times are assumptions until they are measured on AWS, on the safe side: the gateway's own answer takes 0.5 to 2 s, all else
// that a step does some 10 ms.
const (
	gatewayTime    = 2500 * time.Millisecond // of what waits for the payment gateway, or for a saga that does
	stepTime       = 500 * time.Millisecond  // of the other steps, with a cold start in it
	authorizerTime = 20 * time.Millisecond   // of the authorizer, whose answers the gateway keeps for a while
	pageTime       = 100 * time.Millisecond  // of a request to an API

	streamCap  = 20 // of a stream's function: five shards of four lanes
	recordsCap = 32 // of a Kinesis stream's: a shard each
	sweepCap   = 2
	callsAlone = 1 // at once, of what operators and rules start
	// laneCap is the most environments of a lane: fewer than an item of stock has shards, 98, so that each has one of its own
	// (functions/inventory/inventorymodel).
	laneCap = 90

	// unreservable is what Lambda leaves unreserved, whatever is asked.
	unreservable = 100
)

// reserved is the concurrency that a function has for itself; 0 lets it draw on what is left.
func (s Stage) reserved(f contract.Function) int {
	if s.Checkouts == 0 {
		return 0
	}
	switch {
	case f.Trigger.Stream != "":
		return streamCap
	case f.Trigger.Records != "":
		return recordsCap
	case !f.OnCheckoutPath():
		return 0
	case f.Trigger.Queue != nil:
		return f.Trigger.Queue.Concurrency
	case f.Trigger.Schedule != 0:
		return sweepCap
	case f.Trigger.Authorizer:
		return busy(s.Throttle, authorizerTime)
	case waitsForGateway(f):
		return busy(s.Checkouts, gatewayTime)
	}
	n := s.lanes(f)
	own := (busy(s.Checkouts, stepTime) + n - 1) / n
	if n > 1 {
		own = min(own, laneCap)
	}
	return own
}

// lanes is how many functions share a function's work.
func (s Stage) lanes(f contract.Function) int {
	if s.Lanes {
		return max(1, f.Lanes)
	}
	return 1
}

// functions lists what the stage deploys: the contract's functions, each in as many lanes as it has there.
func (s Stage) functions() (all []contract.Function) {
	for _, f := range contract.Functions() {
		for n := range s.lanes(f) {
			all = append(all, f.Lane(n))
		}
	}
	return all
}

// shared is the most that the functions without a reservation run at once.
func (s Stage) shared() int {
	n := busy(s.Throttle, pageTime)
	for _, f := range s.functions() {
		switch {
		case s.reserved(f) > 0:
		case f.Trigger.Queue != nil:
			n += f.Trigger.Queue.Concurrency
		case f.Trigger.Stream != "":
			n += streamCap
		case f.Trigger.Records != "":
			n += recordsCap
		case f.Trigger.Schedule != 0, f.Trigger.Operator:
			n += callsAlone
		}
	}
	return n
}

// concurrency is what the stage needs of its account: all reservations, and the rest at its most.
func (s Stage) concurrency() int {
	n := max(s.shared(), unreservable)
	for _, f := range s.functions() {
		n += s.reserved(f)
	}
	return n
}

func waitsForGateway(f contract.Function) bool {
	for _, g := range f.Grants {
		if g.Access == contract.Gateway || g.Access == contract.Start {
			return true
		}
	}
	return false
}

// busy is how many environments a rate of calls, by the second, keeps busy.
func busy(rate float64, each time.Duration) int { return int(math.Ceil(rate * each.Seconds())) }
