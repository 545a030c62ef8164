package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rialto/functions/internal/fault"
)

// Cause is why one write of a refused transaction did not happen.
type Cause string

const (
	None            Cause = ""                 // this write was not the reason
	ConditionFailed Cause = "condition_failed" // its condition did not hold
	Conflicted      Cause = "conflict"         // another transaction had the item, and kept having it
	Throttled       Cause = "throttled"        // the item's partition was too busy
	Rejected        Cause = "rejected"         // the service found the write invalid: a bug
)

// Reason is the fate of one write. Found is the item that its condition was judged on, nil if there was none.
type Reason struct {
	Write string
	Cause Cause
	Found Item
}

// Refused reports that nothing was written. Reasons stand in the order of the writes.
type Refused struct{ Reasons []Reason }

func (r *Refused) Error() string {
	var s []string
	for _, x := range r.Reasons {
		if x.Cause != None {
			s = append(s, fmt.Sprintf("%s: %s", x.Write, x.Cause))
		}
	}
	return "write refused (" + strings.Join(s, ", ") + ")"
}

// Failed returns the reason of the first write of that name whose condition failed.
func (r *Refused) Failed(write string) (Reason, bool) {
	for _, x := range r.Reasons {
		if x.Write == write && x.Cause == ConditionFailed {
			return x, true
		}
	}
	return Reason{}, false
}

// Transient tells that no condition failed: the same writes may pass later.
func (r *Refused) Transient() bool {
	for _, x := range r.Reasons {
		if x.Cause == ConditionFailed || x.Cause == Rejected {
			return false
		}
	}
	return true
}

// Has tells whether any write was refused for a cause.
func (r *Refused) Has(c Cause) bool {
	for _, x := range r.Reasons {
		if x.Cause == c {
			return true
		}
	}
	return false
}

// AsRefused returns the refusal in err's chain.
func AsRefused(err error) (*Refused, bool) {
	var r *Refused
	ok := errors.As(err, &r)
	return r, ok
}

// FailedCondition returns the item that a single write's condition was judged on, and whether that is what
// err says.
func FailedCondition(err error) (Item, bool) {
	r, ok := AsRefused(err)
	if !ok || len(r.Reasons) != 1 || r.Reasons[0].Cause != ConditionFailed {
		return nil, false
	}
	return r.Reasons[0].Found, true
}

// ApplyNewer applies a write unless an item of the same or a higher version stands in its place, which is as new and no error.
func ApplyNewer(ctx context.Context, db DB, w Write, version int64) error {
	_, err := db.Apply(ctx, w.If(Any(Absent(), Lt("version", version))))
	if _, failed := FailedCondition(err); failed {
		return nil
	}
	return err
}

// Explained is err as a store reports it: nil if it is nil, busy if a refusal may pass later, and else itself with
// what was tried.
func Explained(what string, err error, busy *fault.Error) error {
	if err == nil {
		return nil
	}
	if r, ok := AsRefused(err); ok && r.Transient() {
		return busy.Because(err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
