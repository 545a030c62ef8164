package checkouttrial_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders/ordersstore"
)

func TestACheckoutPlacesAnOrderOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(5))
	cart := w.fill(customer)
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa"))
	if err != nil || reply.State != checkout.Placed || reply.Replayed {
		t.Fatalf("%+v %v", reply, err)
	}
	o, _, err := ordersstore.Store{DB: w.db}.Get(context.Background(), reply.OrderID)
	if err != nil || len(o.Shipments) != 1 || o.Shipments[0].CaptureBefore.Sub(o.PlacedAt).Round(time.Minute) != 7*24*time.Hour {
		t.Fatalf("%+v %v, want money that is held for 7 days", o.Shipments, err)
	}
	again, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa"))
	if err != nil || !again.Replayed || again.OrderID != reply.OrderID || *again.Total != *reply.Total {
		t.Fatalf("%+v %v", again, err)
	}
	if _, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_mastercard")); !errors.Is(
		err,
		checkout.ErrKeyReused,
	) {
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

// An order that costs nothing is placed, and no gateway is asked. Seen to catch: a step that needs a group to authorize.
func TestAnOrderThatCostsNothingIsPlaced(t *testing.T) {
	t.Parallel()
	goods := oneLine(5)
	goods[0].price = 0
	w := newWorld(t, goods)
	req := request(w.fill(customer), "pm_card_visa_chargeDeclined")
	req.AddressID = freely
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", req)
	if err != nil || reply.State != checkout.Placed || reply.Total.Minor != 0 {
		t.Fatalf("%+v %v", reply, err)
	}
	if n, paid := w.audit(), len(w.db.Items("payments")); n != 1 || paid != 0 {
		t.Fatalf("%d orders, %d payments", n, paid)
	}
}

// A cart that the gateway would not be paid for is refused before its first effect, and by how much. Seen to catch: a
// payment of it that is declined.
func TestACartThatIsTooSmallToPayIsRefused(t *testing.T) {
	t.Parallel()
	goods := oneLine(5)
	goods[0].price, goods[0].wants = 9, 1
	w := newWorld(t, goods)
	req := request(w.fill(customer), "pm_card_visa")
	req.AddressID = freely
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", req)
	if err != nil || reply.State != checkout.Failed || reply.Failure.Code != "amount_too_small" || len(reply.Failure.Errors) != 1 ||
		!strings.Contains(reply.Failure.Errors[0].Message, "40 minor units of USD more") { // 9 and 1 of tax
		t.Fatalf("%+v %v", reply, err)
	}
	if n := w.audit(); n != 0 || len(w.db.Items("payments")) != 0 || len(w.db.Items("holds")) != 0 {
		t.Fatalf("%d orders, %v", n, w.db.Items("holds"))
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
			w := newWorld(t, oneLine(c.units))
			req := request(w.fill(customer), c.method)
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

func TestA3DSecureChallenge(t *testing.T) {
	t.Parallel()
	for _, answered := range []bool{true, false} {
		t.Run(fmt.Sprint("answered ", answered), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, oneLine(5))
			reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(w.fill(customer), "pm_card_authenticationRequired"))
			if err != nil || reply.State != checkout.Waiting || reply.NextAction == nil || reply.NextAction.URL == "" {
				t.Fatalf("%+v %v", reply, err)
			}
			if !answered {
				w.settle()
				if a, err := w.front.Status(context.Background(), customer, reply.CheckoutID); err != nil || a.State != checkout.Failed ||
					a.Failure.Code != "action_expired" ||
					w.audit() != 0 {
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

// The shopper passes the 3-D Secure challenge, so that the money is authorized, and never comes back to us.
func TestAnAnswerThatIsNotResumedHoldsNoMoney(t *testing.T) {
	t.Parallel()
	w := newWorld(t, manyLines())
	id := w.waiting()
	if authorized := w.intents("requires_capture"); len(authorized) != 3 {
		t.Fatalf("%d payments are authorized", len(authorized))
	}
	w.settle()
	if a, err := w.front.Status(context.Background(), customer, id); err != nil || a.State != checkout.Failed || a.Failure.Code != "action_expired" ||
		w.audit() != 0 {
		t.Fatalf("%+v %v", a, err)
	}
}

func TestTwoTabsMakeOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(50))
	cart := w.fill(customer)
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
	w := newWorld(t, oneLine(50))
	cart := w.fill(customer)
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

func TestEveryFailureHasAMeaning(t *testing.T) {
	t.Parallel()
	if f := checkout.FailureOf("States.Timeout"); f.Code != "checkout_failed" || f.Fault().Kind != fault.Unavailable {
		t.Fatalf("%+v", f)
	}
	if f := checkout.FailureOf("payment_declined"); f.Fault().Kind != fault.Declined {
		t.Fatalf("%+v", f)
	}
}
