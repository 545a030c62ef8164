package gateway

import (
	"fmt"
	"testing"

	"golang.org/x/sync/errgroup"
)

// Of two operations that exclude each other exactly one wins, and the books agree with it.
func TestRacesHaveOneWinner(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                string
		setUp               func(*testing.T, *rig) string
		left, right         func(*rig, string) error
		leftOpen, rightOpen int64 // what is still authorized when that side won
	}{
		{"capture/cancel", func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa", confirmed)).ID },
			func(r *rig, id string) error { _, err := r.capture(id, 0); return err },
			func(r *rig, id string) error { _, err := r.cancel(id); return err }, 0, 0},
		{"capture/capture", func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa", confirmed)).ID },
			func(r *rig, id string) error { _, err := r.capture(id, 100); return err },
			func(r *rig, id string) error { _, err := r.capture(id, 200); return err }, 0, 0},
		{"confirm/confirm", func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa")).ID },
			func(r *rig, id string) error { _, err := r.confirm(id, "a"+id); return err },
			func(r *rig, id string) error { _, err := r.confirm(id, "b"+id); return err }, 5000, 5000},
		{"cancel/cancel", func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa", confirmed)).ID },
			func(r *rig, id string) error { _, err := r.cancel(id); return err },
			func(r *rig, id string) error { _, err := r.cancel(id); return err }, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			for round := range 100 {
				id := c.setUp(t, r)
				left, right := race(func() error { return c.left(r, id) }, func() error { return c.right(r, id) })
				if (left == nil) == (right == nil) {
					t.Fatalf("round %d: %v / %v", round, left, right)
				}
				lost, open := left, c.rightOpen
				if left == nil {
					lost, open = right, c.leftOpen
				}
				fails(t, lost, 400, "payment_intent_unexpected_state")
				if got := r.audit(t, map[string][]string{"intent": {id}})[0].Open; got != open {
					t.Fatalf("round %d: %d open", round, got)
				}
			}
		})
	}
}

// A cancel always ends the intent: if the confirm came first its authorization is released, if it comes later
// it is refused. Either way exactly one of them has the last word, and nothing stays open.
func TestCancelAgainstConfirm(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	firsts := map[string]int{}
	for round := range 100 {
		id := r.create(t, order("pm_card_visa")).ID
		confirmErr, cancelErr := race(
			func() error { _, err := r.confirm(id, fmt.Sprint("k", round)); return err },
			func() error { _, err := r.cancel(id); return err })
		if cancelErr != nil {
			t.Fatalf("round %d: %v", round, cancelErr)
		}
		a := r.audit(t, map[string][]string{"intent": {id}})[0]
		if a.Status != "canceled" || a.Open != 0 || a.Captured != 0 {
			t.Fatalf("round %d: %+v", round, a)
		}
		if confirmErr != nil {
			firsts["cancel"]++
			fails(t, confirmErr, 400, "payment_intent_unexpected_state")
			if a.Authorized != 0 {
				t.Fatalf("round %d: a canceled intent was confirmed", round)
			}
			continue
		}
		firsts["confirm"]++
		if a.Authorized != 5000 || a.Released != 5000 {
			t.Fatalf("round %d: %+v", round, a)
		}
	}
	t.Log(firsts)
}

// The same with automatic capture, where the confirm leaves nothing to cancel: exactly one succeeds.
func TestCancelAgainstConfirmWithAutomaticCapture(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for round := range 100 {
		id := r.create(t, order("pm_card_visa", automatic)).ID
		confirmErr, cancelErr := race(
			func() error { _, err := r.confirm(id, fmt.Sprint("k", round)); return err },
			func() error { _, err := r.cancel(id); return err })
		if (confirmErr == nil) == (cancelErr == nil) {
			t.Fatalf("round %d: %v / %v", round, confirmErr, cancelErr)
		}
		captured := r.audit(t, map[string][]string{"intent": {id}})[0].Captured
		if (confirmErr == nil) != (captured == 5000) {
			t.Fatalf("round %d: captured %d", round, captured)
		}
	}
}

func race(left, right func() error) (leftErr, rightErr error) {
	start := make(chan struct{})
	var g errgroup.Group
	g.Go(func() error { <-start; leftErr = left(); return nil })
	g.Go(func() error { <-start; rightErr = right(); return nil })
	close(start)
	_ = g.Wait()
	return leftErr, rightErr
}
