package inventory

import (
	"rialto/functions/internal/fault"
)

// Destination is where an order goes: an ISO 3166-1 country and, where it helps, a region of it (US: the
// state's two letters).
type Destination struct{ Country, Region string }

// Route plans which centres the wants ship from.
func Route(wants []Want, stock []Stock, to Destination) (Plan, error) {
	return Plan{}, fault.New(fault.Internal, "not_written", "not written yet")
}
