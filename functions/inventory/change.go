package inventory

import (
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Change is what a seller, or a centre, says of a sku's units in a centre. Its id makes it repeatable: the same change
// again changes nothing.
type Change struct {
	ID string `json:"change_id"`
	SKU
	Centre string `json:"fulfillment_center_id"`
	Kind   Kind   `json:"kind"`
	// Quantity is how many units came (receive, return), how many more there are (adjust; below 0, fewer), or how many
	// there are (count).
	Quantity int64 `json:"quantity"`
	// AsOf is when a count was taken, to the second. What moved in that second may have moved before or after it, and is
	// judged so that no unit is there twice: what came is taken as counted, and so is what left.
	AsOf time.Time `json:"as_of,omitzero"`
	// At is when units came, came back, were found or were lost; zero is when that is booked. It does not go with a count.
	At time.Time `json:"at,omitzero"`
}

// Kind is a kind of change.
type Kind string

const (
	Received Kind = "receive" // units that are new
	Returned Kind = "return"  // units that were shipped once and came back
	Adjusted Kind = "adjust"  // units that were found or, below 0, lost. It is relative, so an older one is as good as a newer
	// Counted is how many units lay on the shelf at an instant. Units that are sold and not yet shipped lie there and
	// are counted too; units that are on their way, in or out, are not.
	Counted Kind = "count"
)

// Journal is for how long movements are remembered, and so how old a count may be.
const Journal = 30 * 24 * time.Hour

// Refusals of changes.
var (
	ErrChange     = fault.New(fault.Conflict, "change_mismatch", "a change with the same id was booked before with other contents")
	ErrSuperseded = fault.New(fault.Conflict, "superseded", "the units were counted at the same time or later, and that is booked")
	ErrFuture     = fault.New(fault.Invalid, "as_of_in_future", "the count is of a time that is not over").
			With(fault.Field{Pointer: "/as_of", Code: "as_of_in_future", Message: "must not be in the future"})
	ErrTooOld = fault.New(fault.Invalid, "as_of_too_old", "the count is older than what is remembered of movements").
			With(fault.Field{Pointer: "/as_of", Code: "as_of_too_old", Message: "must not be older than 30 days"})
)

// Check returns a fault change_invalid naming every field that is missing or out of range, as_of_in_future, or
// as_of_too_old. A quantity is 1 to MaxQuantity; of an adjustment it may be below 0, and of a count 0.
func (c Change) Check(now time.Time) error {
	var flaws []fault.Field
	flaw := func(name, message string) {
		flaws = append(flaws, fault.Field{Pointer: "/" + name, Code: "invalid", Message: message})
	}
	for _, f := range []struct{ name, value string }{
		{"change_id", c.ID}, {"product_id", c.ProductID}, {"seller_id", c.SellerID}, {"fulfillment_center_id", c.Centre},
	} {
		if !id.MatchString(f.value) {
			flaw(f.name, f.name+" is missing or no id")
		}
	}
	least := int64(1)
	switch c.Kind {
	case Received, Returned:
	case Adjusted:
		least = -MaxQuantity
	case Counted:
		least = 0
	default:
		flaw("kind", "must be receive, return, adjust or count")
	}
	if c.Quantity < least || c.Quantity > MaxQuantity || c.Kind == Adjusted && c.Quantity == 0 {
		flaw("quantity", "quantity is missing or out of range")
	}
	if !c.At.IsZero() && c.Kind == Counted {
		flaw("at", "a count has as_of, and no at")
	}
	if c.AsOf.IsZero() == (c.Kind == Counted) {
		flaw("as_of", "as_of goes with a count, and only with a count")
	}
	switch {
	case flaws != nil:
		return fault.New(fault.Invalid, "change_invalid", "the change has fields that are missing or out of range").With(flaws...)
	case c.Kind == Counted && c.AsOf.After(now):
		return ErrFuture
	case c.Kind == Counted && c.AsOf.Before(now.Add(-Journal)):
		return ErrTooOld
	}
	return nil
}

// placed fails with unknown_centre, as units there could be sold nowhere. What comes back is booked where it left.
func (c Change) placed() error {
	if c.Kind == Returned {
		return nil
	}
	_, err := marketplaces.LookupCentre(c.Centre)
	return err
}
