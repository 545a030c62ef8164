package checkouttrial_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"rialto/functions/checkout"
)

// A run or a recovery of a record stands still before a state, others end the record, a day passes, and its key begins
// a new one. Whatever state the new run has come to when the old one goes on, to its end: the new order is placed.
//
// Seen to catch, by charge-without-order and stranded-hold: a Fence and a Close that do not ask which order the
// record is of (a recovery fences the new record, undoes the old order and closes the new one); by outcome: a Claim.
func TestAnOldRunMeetsItsKeysNextRecord(t *testing.T) {
	t.Parallel()
	machine, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	states := taskStates(machine)
	moments := []string{"Mode", "Claim", "Redeem", "Hold", "Authorize", "Place"}
	recovering := compensations(machine)
	met := map[string]bool{}
	var mu sync.Mutex
	var all []func()
	for _, old := range states {
		for _, method := range []string{"pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_authenticationRequired"} {
			for _, recovers := range []bool{false, true} {
				for _, moment := range moments {
					if recovers && (method != "pm_card_visa" || !slices.Contains(recovering, old.name)) {
						continue
					}
					all = append(all, func() {
						r := &recorder{}
						if meetsNext(r, old.name, method, moment, recovers) {
							mu.Lock()
							met[old.name] = true
							mu.Unlock()
						}
						for _, f := range r.cleanups {
							f()
						}
						for _, p := range r.problems {
							t.Errorf("%s, before %s, recovering %v, meets a run before %s: %s", method, old.name, recovers, moment, p)
						}
					})
				}
			}
		}
	}
	side(len(all), func(n int) { all[n]() })
	for _, s := range states {
		if !met[s.name] {
			t.Errorf("no old run gets to %s", s.name)
		}
	}
	if testing.Verbose() {
		fmt.Printf("old runs and the next record of their key\n  %d trials, none with a problem\n", len(all))
	}
}

// meetsNext plays one such case and tells whether the old run got to the state.
func meetsNext(t tester, state, method, moment string, recovers bool) bool {
	w := newWorld(t, couponLine(9))
	ctx, cart := context.Background(), w.fill(customer)
	halted, goOn, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once, next sync.Once
	old, renewed := 0, false
	if recovers {
		old = 1
	}
	w.enter = func(e *execution, s string) error {
		switch {
		case recovers && e.n == 0 && s == "Place":
			return errDied
		case e.n == old && s == state:
			once.Do(func() {
				close(halted)
				<-goOn
			})
		case renewed && e.n > old && s == moment:
			next.Do(func() {
				close(goOn)
				<-over
			})
		}
		return nil
	}
	checksOut := func(method string) (checkout.Reply, error) {
		return w.front.Checkout(ctx, customer, "key-0001", request(cart, method))
	}
	go func() {
		defer close(over)
		_, _ = checksOut(method)
		if recovers {
			w.advance(checkout.Due + time.Second)
			w.looks(checkout.IDOf(customer, "key-0001"))(ctx)
		}
	}()
	select {
	case <-halted:
	case <-over:
		return false
	}
	w.settle()
	w.advance(25 * time.Hour)
	w.audit()
	w.mu.Lock()
	w.timers = nil // which the next record has of its own
	w.mu.Unlock()
	renewed = true
	if reply, err := checksOut("pm_card_visa"); err != nil || reply.State != checkout.Placed {
		blame(t, "outcome", "the key's next checkout: %+v, %v", reply, err)
	}
	w.settle()
	w.audit()
	return true
}
