package payments

import (
	"testing"

	"pgregory.net/rapid"
)

var states = []State{Creating, Created, ActionRequired, Authorized, Declined, Cancelling, Cancelled, Captured, CaptureFailed}

var outcomes = []Outcome{IntentOpen, IntentDeclined, IntentAction, IntentAuthorized, IntentCaptured, IntentCanceled, Refused}

func TestTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state   State
		outcome Outcome
		want    State
	}{
		{Creating, IntentOpen, Created},
		{Creating, IntentAuthorized, Creating}, // nothing is authorized before its id is stored
		{Created, IntentOpen, Created},
		{Created, IntentAuthorized, Authorized},
		{Created, IntentAction, ActionRequired},
		{ActionRequired, IntentAuthorized, Authorized},
		{ActionRequired, IntentDeclined, Declined},
		{Authorized, IntentCaptured, Captured},
		{Authorized, IntentCanceled, CaptureFailed},
		{Authorized, IntentAction, Authorized}, // an old answer
		{Cancelling, IntentAuthorized, Cancelling},
		{Cancelling, IntentCanceled, Cancelled},
		{Cancelling, IntentCaptured, Captured},
		{Declined, IntentAuthorized, Declined},
		{CaptureFailed, IntentCaptured, CaptureFailed},
	} {
		if got := Next(c.state, c.outcome); got != c.want {
			t.Errorf("%s x %s = %s, want %s", c.state, c.outcome, got, c.want)
		}
	}
}

// Whatever answers arrive, and however often, a closed payment stays closed and the order of life is kept.
func TestTableHasNoWayBack(t *testing.T) {
	t.Parallel()
	rank := map[State]int{Creating: 0, Created: 1, ActionRequired: 2, Authorized: 3, Declined: 3, Cancelling: 4, Captured: 5, CaptureFailed: 5,
		Cancelled: 5}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(states).Draw(t, "state")
		for _, o := range rapid.SliceOf(rapid.SampledFrom(outcomes)).Draw(t, "outcomes") {
			next := Next(s, o)
			if next != s && rank[next] <= rank[s] {
				t.Fatalf("%s x %s = %s goes back", s, o, next)
			}
			if next != s && next == Authorized && o != IntentAuthorized {
				t.Fatalf("%s x %s authorizes", s, o)
			}
			s = next
		}
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	p := Payment{OrderID: "ord_1", Group: "g1", State: Created, Spent: map[Operation]int{}}
	if p.Key(OpConfirm) != "ord_1#g1#confirm" {
		t.Fatal(p.Key(OpConfirm))
	}
	p.spend(OpConfirm)
	p.spend(OpCreate)
	if p.Key(OpConfirm) != "ord_1#g1#confirm#2" || p.Key(OpCreate) != "ord_1#g1#create" {
		t.Fatalf("confirm %s, create %s", p.Key(OpConfirm), p.Key(OpCreate))
	}
}

func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	var p Payment
	for range 3 * callsKept {
		p.note(OpRetrieve, p.CreatedAt)
	}
	if len(p.Calls) != callsKept || p.Calls[0].N != 0 || p.last().N != 3*callsKept-1 {
		t.Fatalf("%d calls, from %d to %d", len(p.Calls), p.Calls[0].N, p.last().N)
	}
}
