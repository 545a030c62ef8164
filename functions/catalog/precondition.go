package catalog

import (
	"rialto/functions/internal/fault"
)

// Precondition is what a caller says of the version that is to be changed.
type Precondition struct {
	Version int64
	Given   bool
}

var (
	// ErrPreconditionRequired refuses to change what a seller says blindly.
	ErrPreconditionRequired = fault.New(fault.Invalid, "precondition_required", "you list this product; changing it needs If-Match with its ETag").
				With(fault.Field{Pointer: "header.If-Match", Code: "required", Message: "is required to change what exists"})
	// ErrStale says that what a seller says is not of the version that If-Match names, or is not there at all.
	ErrStale = fault.New(fault.Stale, "version_mismatch", "what you say of the product is not of the version that If-Match names")
)

// admit tells whether a change of current (the zero Contribution for none) to want is needed, or why it is refused.
// What stands as wanted is a success whatever the precondition says: a caller repeats a request whose answer was lost.
func (p Precondition) admit(current Contribution, want Content) (change bool, err error) {
	switch {
	case current.Version > 0 && current.Same(want):
		return false, nil
	case current.Version > 0 && !p.Given:
		return false, ErrPreconditionRequired
	case p.Given && p.Version != current.Version:
		return false, ErrStale
	}
	return true, nil
}
