package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"rialto/functions/checkout"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/statemachines/interpreter"
)

func TestACheckoutPlacesAnOrderOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	cart := w.fill(2)
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa"))
	if err != nil || reply.State != checkout.Placed || reply.Replayed {
		t.Fatalf("%+v %v", reply, err)
	}
	again, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa"))
	if err != nil || !again.Replayed || again.OrderID != reply.OrderID || *again.Total != *reply.Total {
		t.Fatalf("%+v %v", again, err)
	}
	if _, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_mastercard")); !errors.Is(err, checkout.ErrKeyReused) {
		t.Fatalf("a key with another body: %v", err)
	}
	other, err := w.front.Checkout(context.Background(), customer, "key-0002", request(cart, "pm_card_visa"))
	if err != nil || other.State != checkout.Failed || other.Failure.Code != "cart_empty" {
		t.Fatalf("an empty cart: %+v %v", other, err)
	}
	if n := w.audit(); n != 1 {
		t.Fatalf("%d orders", n)
	}
}

func TestFailuresAreNamedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		units  int64
		method string
		edit   func(*checkout.Request)
		want   string
	}{
		{"declined", 5, "pm_card_visa_chargeDeclined", nil, "payment_declined"},
		{"sold out", 1, "pm_card_visa", nil, "item_unavailable"},
		{"no such address", 5, "pm_card_visa", func(r *checkout.Request) { r.AddressID = "adr_none" }, "address_not_found"},
		{"another's cart", 5, "pm_card_visa", func(r *checkout.Request) { r.CartID = "crt_x" }, "cart_not_found"},
		{"another total", 5, "pm_card_visa", func(r *checkout.Request) { a := money.Of(1, "USD"); r.ExpectedTotal = &a }, "cart_changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.units)
			req := request(w.fill(2), c.method)
			if c.edit != nil {
				c.edit(&req)
			}
			reply, err := w.front.Checkout(context.Background(), customer, "key-0001", req)
			if err != nil || reply.State != checkout.Failed || reply.Failure.Code != c.want {
				t.Fatalf("%+v %v", reply, err)
			}
			if n := w.audit(); n != 0 {
				t.Fatalf("%d orders", n)
			}
		})
	}
}

func TestTheBanksQuestion(t *testing.T) {
	t.Parallel()
	for _, answered := range []bool{true, false} {
		t.Run(fmt.Sprint("answered ", answered), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(w.fill(2), "pm_card_authenticationRequired"))
			if err != nil || reply.State != checkout.Waiting || reply.NextAction == nil || reply.NextAction.URL == "" {
				t.Fatalf("%+v %v", reply, err)
			}
			if !answered {
				w.settle()
				if a, err := w.front.Status(context.Background(), customer, reply.CheckoutID); err != nil || a.State != checkout.Failed || a.Failure.Code != "action_expired" || w.audit() != 0 {
					t.Fatalf("%+v %v", a, err)
				}
				return
			}
			w.authenticate()
			resumed, err := w.front.Resume(context.Background(), customer, reply.CheckoutID)
			if err != nil || resumed.State != checkout.Placed || w.audit() != 1 {
				t.Fatalf("%+v %v", resumed, err)
			}
		})
	}
}

func TestTwoTabsMakeOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	cart := w.fill(2)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := w.front.Checkout(context.Background(), customer, fmt.Sprint("key-000", i), request(cart, "pm_card_visa")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w.settle()
	if n := w.audit(); n != 1 {
		t.Fatalf("%d orders", n)
	}
}

func TestOneKeyUnderFire(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 50)
	cart := w.fill(2)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa"))
			if err != nil && !errors.Is(err, checkout.ErrInProgress) || err == nil && reply.State != checkout.Placed {
				t.Errorf("%+v %v", reply, err)
			}
		})
	}
	all.Wait()
	if n := w.audit(); n != 1 {
		t.Fatalf("%d orders", n)
	}
}

// faults are what can happen to a task. Each is told how often the task was called before.
var faults = map[string]func(n int, call func() ([]byte, error)) ([]byte, error){
	"fails before its effect, once": func(n int, call func() ([]byte, error)) ([]byte, error) {
		if n == 0 {
			return nil, &interpreter.Error{Name: saga500}
		}
		return call()
	},
	"fails before its effect, always": func(int, func() ([]byte, error)) ([]byte, error) { return nil, &interpreter.Error{Name: saga500} },
	"answer lost, once": func(n int, call func() ([]byte, error)) ([]byte, error) {
		out, err := call()
		if n == 0 {
			return nil, &interpreter.Error{Name: "States.Timeout"}
		}
		return out, err
	},
	"answer lost, always": func(_ int, call func() ([]byte, error)) ([]byte, error) {
		_, _ = call()
		return nil, &interpreter.Error{Name: "States.Timeout"}
	},
	"runs twice": func(_ int, call func() ([]byte, error)) ([]byte, error) { _, _ = call(); return call() },
	late1: func(int, func() ([]byte, error)) ([]byte, error) {
		return nil, &interpreter.Error{Name: "States.Timeout"}
	},
	"execution dies before it": func(int, func() ([]byte, error)) ([]byte, error) {
		return nil, &interpreter.Error{Name: "States.Runtime"}
	},
	"execution dies after it": func(_ int, call func() ([]byte, error)) ([]byte, error) {
		_, _ = call()
		return nil, &interpreter.Error{Name: "States.Runtime"}
	},
}

const (
	saga500 = "internal"
	late1   = "runs late, behind the fence"
)

// Every task of the machine, with every fault, alone and on top of a decline that makes the saga compensate. At
// quiescence everything balances. Seen to catch: Close before CancelPayment; a Fence that does not raise the
// epoch; Release without a tombstone; a Catch of named errors only.
func TestEveryFaultOfEveryTask(t *testing.T) {
	t.Parallel()
	tasks := []string{"carts-quote", "customers-locate", "tax-assess", "checkout-claim", "inventory-hold", "payments-authorize", "checkout-place",
		"checkout-fence", "payments-cancel", "inventory-release", "checkout-close"}
	for _, method := range []string{"pm_card_visa", "pm_card_visa_chargeDeclined", "pm_rialto_lost_answer"} {
		for _, name := range tasks {
			for fault, do := range faults {
				t.Run(method+"/"+name+"/"+fault, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, 5)
					cart := w.fill(2)
					var mu sync.Mutex
					calls, struck := 0, true
					var late func() ([]byte, error)
					w.around = func(_, function string, call func() ([]byte, error)) ([]byte, error) {
						mu.Lock()
						n, hit := calls, struck && function == name
						if hit {
							calls++
						}
						mu.Unlock()
						if !hit {
							out, err := call()
							if function == "checkout-fence" && late != nil {
								_, _ = late() // an earlier step wakes up behind the fence
							}
							return out, err
						}
						if fault == late1 {
							late = call
						}
						return do(n, call)
					}
					reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, method))
					if err != nil {
						t.Fatal(err)
					}
					mu.Lock()
					struck = false // what was broken works again; the timer finds what was left
					mu.Unlock()
					w.settle()
					if late != nil {
						_, _ = late() // and once more when all is over
					}
					a, err := w.front.Status(context.Background(), customer, reply.CheckoutID)
					if err != nil || !a.State.Terminal() {
						t.Fatalf("%+v %v", a, err)
					}
					if n := w.audit(); (n == 1) != (a.State == checkout.Placed) {
						t.Errorf("%d orders, the record says %s", n, a.State)
					}
				})
			}
		}
	}
}

func TestEveryFailureHasAMeaning(t *testing.T) {
	t.Parallel()
	if f := checkout.FailureOf("States.Timeout"); f.Code != "checkout_failed" || f.Fault().Kind != fault.Unavailable {
		t.Fatalf("%+v", f)
	}
	if f := checkout.FailureOf("payment_declined"); f.Fault().Kind != fault.Declined {
		t.Fatalf("%+v", f)
	}
}
