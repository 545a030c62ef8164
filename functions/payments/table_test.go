package payments

import (
	"fmt"
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

// The gateway answers a key that it knows with what it said first. So no two calls that may both take effect share one, whatever they are
// of. Seen to catch: a refund's key without its group, so that an operator's word over two parcels gave one of them back.
func TestNoTwoCallsShareAKey(t *testing.T) {
	t.Parallel()
	keys := map[string]string{}
	note := func(what, key string) {
		if other, taken := keys[key]; taken {
			t.Errorf("%s and %s have the key %s", what, other, key)
		}
		keys[key] = what
	}
	for _, order := range []string{"ord_1", "ord_2"} {
		for _, group := range []string{"g1", "g2"} {
			p := Payment{OrderID: order, Group: group}
			for n := range 3 {
				at := fmt.Sprint(order, group, n)
				for _, id := range []string{"ret_a", "ret_b"} {
					note("the refund "+id+at, p.refundKey(Refund{ID: id, Attempt: n}))
				}
				for _, id := range []string{"pi_1", "pi_2"} {
					note("the cancel of "+id+at, p.looseKey(Loose{IntentID: id, Spent: n}))
				}
				p.Current, p.Spent = n, map[Operation]int{}
				for _, op := range []Operation{OpCreate, OpConfirm, OpCancel, OpCapture} {
					if n == 0 || op != OpCreate && op != OpConfirm { // which are a renewal's then
						note(string(op)+at, p.Key(op))
					}
				}
				p.Renewal = &Renewal{N: n + 1}
				note("the renewal's creation "+at, p.renewalKey(OpCreate))
				for p.Renewal.Spent = range 2 {
					note(fmt.Sprint("the renewal's confirmation ", p.Renewal.Spent, at), p.renewalKey(OpConfirm))
				}
			}
		}
	}
}
