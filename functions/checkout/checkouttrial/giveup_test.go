package checkouttrial_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/auth"
)

// waits begins a checkout that waits for its bank, unanswered, and returns it.
func (w *world) waits(key string) checkout.Answer {
	w.t.Helper()
	reply, err := w.front.Checkout(context.Background(), customer, key, request(w.fill(customer), "pm_card_authenticationRequired"))
	if err != nil || reply.State != checkout.Waiting {
		w.t.Fatal(reply, err)
	}
	return reply.Answer
}

// A checkout that waits for its bank is given up: nothing is held or authorized any more, whatever the cart has. Seen to catch:
// a record closed without its hold; a second try refused; another's checkout given up.
func TestAWaitingCheckoutIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, goods := range map[string][]good{"one line": oneLine(2), "three payments": manyLines(), "a coupon": couponLine(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := newWorld(t, goods), context.Background()
			waits := w.waits("key-0001")
			if _, err := w.front.GiveUp(ctx, neighbour, waits.CheckoutID); !errors.Is(err, checkout.ErrNotFound) {
				t.Fatal(err)
			}
			for range 2 {
				if a, err := w.front.GiveUp(ctx, customer, waits.CheckoutID); err != nil || a.State != checkout.Failed || a.Failure.Code != "given_up" {
					t.Fatalf("%+v %v", a, err)
				}
			}
			if n := w.audit(); n != 0 {
				t.Errorf("%d orders", n)
			}
			w.authenticate()
			if reply, err := w.front.Resume(ctx, customer, waits.CheckoutID); err != nil || reply.State != checkout.Failed {
				t.Errorf("resumed: %+v %v", reply, err)
			}
			if again, err := w.front.Checkout(ctx, customer, "key-0001", w.request(waits)); err != nil || !again.Replayed || again.Failure.Code != "given_up" {
				t.Errorf("the same key: %+v %v", again, err)
			}
			for _, i := range w.intents("") {
				if i.Open != 0 || i.Captured != 0 {
					t.Errorf("%+v", i)
				}
			}
		})
	}
}

func TestWhatIsPlacedIsNotGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(5))
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(w.fill(customer), "pm_card_visa"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.front.GiveUp(context.Background(), customer, reply.CheckoutID); !errors.Is(err, checkout.ErrPlaced) {
		t.Error(err)
	}
	if n := w.audit(); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// Of the last units a shopper gives a challenge up and takes another card: the old checkout of the cart goes first. Seen to
// catch: 409 item_unavailable, as the shopper's own checkout holds them.
func TestAnotherCardTakesWhatTheFirstHeld(t *testing.T) {
	t.Parallel()
	for name, goods := range map[string][]good{"the last units": oneLine(2), "plenty": oneLine(9), "a coupon's last use": couponLine(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := newWorld(t, goods), context.Background()
			waits := w.waits("key-0001")
			cart := w.request(waits).CartID
			reply, err := w.front.Checkout(ctx, customer, "key-0002", request(cart, "pm_card_visa"))
			if err != nil || reply.State != checkout.Placed {
				t.Fatalf("%+v %+v %v", reply.Answer, reply.Failure, err)
			}
			if a, err := w.front.Status(ctx, customer, waits.CheckoutID); err != nil || a.State != checkout.Failed || a.Failure.Code != "given_up" {
				t.Errorf("the first: %+v %v", a, err)
			}
			if n := w.audit(); n != 1 {
				t.Errorf("%d orders", n)
			}
		})
	}
}

// request is what a checkout was asked for.
func (w *world) request(a checkout.Answer) checkout.Request {
	w.t.Helper()
	r, ok, err := w.record.Get(context.Background(), a.CheckoutID)
	if err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	return r.Request
}

// A stranger who names the cart gives nothing up.
func TestAStrangersCartGivesNothingUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(5))
	waits := w.waits("key-0001")
	reply, err := w.front.Checkout(context.Background(), neighbour, "key-0001", request(w.request(waits).CartID, "pm_card_visa"))
	if err != nil || reply.Failure == nil || reply.Failure.Code != "cart_not_found" {
		t.Fatalf("%+v %v", reply, err)
	}
	if a, err := w.front.Status(context.Background(), customer, waits.CheckoutID); err != nil || a.State != checkout.Waiting {
		t.Errorf("%+v %v", a, err)
	}
}

// Over HTTP: 200 with where it stands, again and again; 404 to others.
func TestGivingUpOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(2))
	waits := w.waits("key-0001")
	ask := func(who string) int {
		r := httptest.NewRequest(http.MethodDelete, "/api/v1/checkouts/"+waits.CheckoutID, nil)
		r = r.WithContext(auth.With(r.Context(), auth.Identity{Subject: who, Role: auth.Customer, ExpiresAt: w.clock().Add(time.Hour)}))
		answer := httptest.NewRecorder()
		w.http().ServeHTTP(answer, r)
		return answer.Code
	}
	if got := []int{ask(neighbour), ask(customer), ask(customer)}; got[0] != 404 || got[1] != 200 || got[2] != 200 {
		t.Error(got)
	}
}
