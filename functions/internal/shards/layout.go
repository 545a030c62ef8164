package shards

import (
	"errors"

	"rialto/functions/internal/fault"
)

// Layout says which shards a counter has. Its three bounds only grow, 0 <= Open <= Active < Next: shards from
// Active to Next are active, those from Open to Active are retired and drain, those below Open are closed: they
// are empty and nothing points at them. A number is never used again.
type Layout struct {
	Open   int `dynamodbav:"open"`
	Active int `dynamodbav:"active"`
	Next   int `dynamodbav:"next"`
	// Version grows with every change of the bounds. 0 is a counter that was never divided: it has no layout item.
	Version int64 `dynamodbav:"version"`
	// Least is how many active shards are kept whatever the traffic: somebody expects more of it (Lay).
	Least int `dynamodbav:"least,omitempty"`
	Hint
}

// Hint is how many units all shards had free at a moment. It is written now and then, not at every draw.
type Hint struct {
	Free int64 `dynamodbav:"free"`
	At   int64 `dynamodbav:"free_at"` // Unix milliseconds
	// Turnover is the sum of the shards' versions at that moment: two of them tell how many transactions met the
	// counter in between.
	Turnover int64 `dynamodbav:"turnover"`
}

// Whole is the layout of a counter that was never divided: shard 0 and nothing else.
var Whole = Layout{Next: 1}

// MaxOpen is how many shards may be open, so that one transactional read takes all of them and the layout.
const MaxOpen = 99

// Refusals of changes of a layout.
var (
	ErrTooMany = fault.New(fault.Conflict, "shards_too_many", "no more shards can be open at once")
	ErrLast    = fault.New(fault.Conflict, "shards_last", "one shard must stay active")
	ErrInUse   = fault.New(fault.Conflict, "shard_in_use", "the oldest shard is active, or has units, or holds point at it")
	ErrYounger = fault.New(fault.Conflict, "shard_younger", "units move from older shards to younger ones only")
	ErrTooFew  = fault.New(fault.Conflict, "shard_short", "the shard has fewer units than are to move, or is closed")
	ErrChanged = fault.New(fault.Unavailable, "shards_changed", "others are changing the same layout or shard just now")
)

// Declined tells that a change of shards was not made because it is not possible, or no longer: somebody was
// faster. Nothing is wrong.
func Declined(err error) bool {
	for _, e := range []error{ErrTooMany, ErrLast, ErrInUse, ErrTooFew, ErrChanged} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// Divided tells that the counter has, or had, more shards than the first.
func (l Layout) Divided() bool { return l.Version > 0 }

// IsOpen tells whether a shard can hold units.
func (l Layout) IsOpen(k int) bool { return k >= l.Open && k < l.Next }

// IsActive tells whether a shard may be somebody's home.
func (l Layout) IsActive(k int) bool { return k >= l.Active && k < l.Next }

// Width is the number of active shards.
func (l Layout) Width() int { return l.Next - l.Active }

// Grown has m more active shards. Shard 0 of a counter that was whole retires with that: whoever still takes the
// counter for whole finds it empty, and marked, and looks for the layout. Errors: ErrTooMany, also for an m below 1.
func (l Layout) Grown(m int) (Layout, error) {
	if m < 1 || l.Next+m-l.Open > MaxOpen {
		return l, ErrTooMany
	}
	if !l.Divided() {
		l.Active = 1
	}
	l.Next += m
	l.Version++
	return l, nil
}

// Shrunk has retired the m oldest active shards. Errors: ErrLast, also for an m below 1.
func (l Layout) Shrunk(m int) (Layout, error) {
	if m < 1 || m >= l.Width() {
		return l, ErrLast
	}
	l.Active += m
	l.Version++
	return l, nil
}

// Closed has closed the oldest retired shard. Errors: ErrInUse if none is retired.
func (l Layout) Closed() (Layout, error) {
	if l.Open >= l.Active {
		return l, ErrInUse
	}
	l.Open++
	l.Version++
	return l, nil
}
