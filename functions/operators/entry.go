package operators

import "time"

// Call is what an operator asks for.
type Call struct {
	Name     string // the route's id
	Operator string // who asks: an ARN, or locally a token's subject
	Subject  string // what it is about: an id; "" for what is about nothing in particular
	Reason   string // why, in the operator's words; "" where none is asked for
}

// Entry is a line of the audit log. A call has two: one from before anything was done, without an outcome, and one after.
type Entry struct {
	ID string // of the call
	At time.Time
	Call
	Outcome string // Done, or the code of the failure
}

// Done is the outcome of a call that did what it was asked for.
const Done = "done"

// MaxReason is the most characters of a reason.
const MaxReason = 500
