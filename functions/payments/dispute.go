package payments

import (
	"slices"
	"time"
)

// DisputeState is where a dispute stands.
type DisputeState string

// The states of a dispute. An inquiry moves no money; while a dispute is held the gateway has taken it back, and gives it again to who
// wins.
const (
	DisputeInquiry DisputeState = "INQUIRY"
	DisputeHeld    DisputeState = "HELD"
	DisputeWon     DisputeState = "WON"
	DisputeLost    DisputeState = "LOST"
	DisputeClosed  DisputeState = "CLOSED" // an inquiry that came to nothing
)

// Dispute is a customer's complaint to their bank about a captured payment.
type Dispute struct {
	ID     string       `dynamodbav:"id"` // the gateway's
	Minor  int64        `dynamodbav:"minor"`
	State  DisputeState `dynamodbav:"state"`
	Reason string       `dynamodbav:"reason,omitempty"`
	// DueBy is until when the bank takes evidence; zero if it takes none.
	DueBy time.Time `dynamodbav:"due_by"`
	At    time.Time `dynamodbav:"at"` // when it came to this state, as far as is known here
}

func (p *Payment) dispute(id string) *Dispute {
	n := slices.IndexFunc(p.Disputes, func(d Dispute) bool { return d.ID == id })
	if n < 0 {
		return nil
	}
	return &p.Disputes[n]
}

// over tells whether a dispute's state is its last. What came to an end stays there, in whatever order its news come.
func (s DisputeState) over() bool { return s == DisputeWon || s == DisputeLost || s == DisputeClosed }

// takeDispute takes over how a dispute stands.
func (p *Payment) takeDispute(d Dispute, now time.Time) (changed bool) {
	d.At = now
	switch old := p.dispute(d.ID); {
	case old == nil:
		p.Disputes = append(p.Disputes, d)
	case old.State.over() || old.State == d.State:
		return false
	default:
		*old = d
	}
	return true
}
