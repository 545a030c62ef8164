package infra

import (
	"cmp"
	"slices"
	"testing"

	"rialto/functions/contract"
)

// lend is what Lambda runs of what is asked at once: a function with a reservation up to that, the others of what is left,
// whoever comes first.
func lend(s Stage, limit int, asked []contract.Function, each map[string]int) map[string]int {
	for _, f := range s.functions() {
		limit -= s.reserved(f)
	}
	runs := map[string]int{}
	for _, f := range asked {
		n := each[f.ID()]
		if own := s.reserved(f); own > 0 {
			runs[f.ID()] = min(n, own)
			continue
		}
		if q := f.Trigger.Queue; q != nil && q.Concurrency > 0 {
			n = min(n, q.Concurrency)
		}
		runs[f.ID()] = min(n, limit)
		limit -= runs[f.ID()]
	}
	return runs
}

// Whatever an import of a catalog sets going, a million messages in every queue and every stream at its end, comes first, and yet
// each step of a checkout runs as often as the stage promises, and so do the APIs. Seen to catch: the prod of before, in which
// only checkout-api had concurrency of its own and queues had no bound; a stream without one.
func TestAnImportStarvesNoCheckout(t *testing.T) {
	t.Parallel()
	prod, err := StageNamed("prod")
	if err != nil {
		t.Fatal(err)
	}
	each, asked := map[string]int{}, prod.functions()
	for _, f := range asked {
		switch {
		case f.OnCheckoutPath():
			each[f.ID()] = busy(prod.Checkouts, stepTime) / prod.lanes(f)
		case f.Trigger.Queue != nil, f.Trigger.Stream != "":
			each[f.ID()] = 1_000_000
		}
	}
	each["catalog-api"] = busy(prod.Throttle, pageTime)
	background := func(f contract.Function) int {
		if f.Trigger.Queue != nil || f.Trigger.Stream != "" {
			return 0 // comes first
		}
		return 1
	}
	slices.SortStableFunc(asked, func(a, b contract.Function) int { return cmp.Compare(background(a), background(b)) })
	runs := lend(prod, prod.concurrency(), asked, each)
	for _, f := range asked {
		if want := each[f.ID()]; background(f) == 1 && !f.Trigger.Authorizer && f.Trigger.Schedule == 0 && runs[f.ID()] < want {
			t.Errorf("%s runs %d times at once, and needs %d", f.ID(), runs[f.ID()], want)
		}
	}
	if runs["inventory-hold"] == 0 {
		t.Error("nothing is held")
	}
}

// What is reserved is what is deployed, fits the account that the stage asks for, and covers what is kept warm.
func TestThePoolFitsTheAccount(t *testing.T) {
	t.Parallel()
	for _, s := range stages {
		reserved := 0
		synthesized[s.Name].each(func(_ template, _ string, r resource) {
			reserved += int(r.number("ReservedConcurrentExecutions"))
		}, "AWS::Lambda::Function")
		if left := s.concurrency() - reserved; left < max(unreservable, s.shared()) {
			t.Errorf("%s: %d of %d are reserved, which leaves %d for what needs %d", s.Name, reserved, s.concurrency(), left, s.shared())
		}
		for _, f := range s.functions() {
			own := s.reserved(f)
			if s.Keep && f.OnCheckoutPath() && own == 0 {
				t.Errorf("%s: %s is on the checkout path and has no concurrency of its own", s.Name, f.ID())
			}
			if own > 0 && own < s.Provisioned[f.ID()] {
				t.Errorf("%s: %d of %s are kept warm, and %d may run", s.Name, s.Provisioned[f.ID()], f.ID(), own)
			}
			if q := f.Trigger.Queue; q != nil && own > 0 && own < q.Concurrency {
				t.Errorf("%s: the queue of %s asks for more than it has, and its messages would be given up unread", s.Name, f.ID())
			}
		}
	}
}
