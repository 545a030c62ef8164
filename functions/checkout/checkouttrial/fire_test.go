package checkouttrial_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutapi"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
)

// answered is what a caller got over HTTP.
type answered struct {
	status   int
	code     string
	body     string
	order    string
	replayed bool
	retry    string
}

// asks posts a checkout through the routes as they are deployed.
func (w *world) asks(h http.Handler, customerID, key, cart, method string) answered {
	body := fmt.Sprintf(`{"cart_id":%q,"shipping_address_id":"adr_1","payment_method_id":%q}`, cart, method)
	r := httptest.NewRequest(http.MethodPost, "/api/v1/orders/checkout", strings.NewReader(body))
	r.Header.Set("Idempotency-Key", key)
	r.Header.Set("Content-Type", "application/json")
	r = r.WithContext(auth.With(r.Context(), auth.Identity{Subject: customerID, Role: auth.Customer, ExpiresAt: w.clock().Add(time.Hour)}))
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	var b struct {
		Code  string `json:"code"`
		Order string `json:"order_id"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &b); err != nil {
		w.t.Errorf("%d %s: %v", answer.Code, answer.Body, err)
	}
	return answered{
		answer.Code,
		b.Code,
		answer.Body.String(),
		b.Order,
		answer.Header().Get("Idempotent-Replayed") == "true",
		answer.Header().Get("Retry-After"),
	}
}

func (w *world) http() http.Handler {
	return api.Handler(checkoutapi.Routes(w.front), api.Clock(w.clock))
}

// callers is how many use one key at once.
const callers = 1000

// kinds counts the answers to one key: the first, its replays, and those that are told to wait.
func kinds(t *testing.T, all []answered) map[string]int {
	t.Helper()
	got := map[string]int{}
	var first answered
	for _, a := range all {
		if a.status == http.StatusCreated && !a.replayed {
			first = a
		}
	}
	for _, a := range all {
		kind := fmt.Sprint(a.status, " ", a.code)
		switch {
		case a.status == http.StatusConflict && a.code == "checkout_in_progress" && a.retry != "":
		case a.status == http.StatusCreated && a.replayed && a.body == first.body:
			kind = "replay"
		case a == first:
			kind = "first"
		default:
			blame(t, "one-answer-a-key", "%+v", a)
		}
		got[kind]++
	}
	return got
}

// A thousand callers with one key, most of them while the first one's run stands at the gateway's door. Seen to catch:
// a Begin that is not conditional (a thousand orders); a replay without its header.
func TestAThousandCallersWithOneKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, oneLine(5000))
	w.goods[0].wants = 2
	h, cart := w.http(), w.fill(customer)
	const meanwhile = callers * 6 / 10
	var mu sync.Mutex
	var all []answered
	enough := make(chan struct{})
	w.enter = func(_ *execution, state string) error {
		if state == "Authorize" {
			<-enough // the others are told meanwhile that it is in progress
		}
		return nil
	}
	var wait sync.WaitGroup
	ask := func() {
		wait.Go(func() {
			a := w.asks(h, customer, "key-0001", cart, "pm_card_visa")
			mu.Lock()
			defer mu.Unlock()
			if all = append(all, a); len(all) == meanwhile-1 {
				close(enough)
			}
		})
	}
	for range callers {
		ask()
	}
	wait.Wait()
	got := kinds(t, all)
	if got["first"] != 1 || got["first"]+got["replay"]+got["409 checkout_in_progress"] != callers || got["409 checkout_in_progress"] < meanwhile-1 {
		blame(t, "one-answer-a-key", "%v", got)
	}
	if n := w.audit(); n != 1 || len(w.intents("")) != 1 || len(w.db.Items("holds")) != 1 {
		blame(t, "one-order-a-key", "%d orders, %d payments, %d holds", n, len(w.intents("")), len(w.db.Items("holds")))
	}
	if testing.Verbose() {
		fmt.Printf(
			"one key at once\n  %d callers: 1 order, 1 authorization, 1 hold, %d replays, %d told to wait (409, Retry-After)\n",
			callers,
			got["replay"],
			got["409 checkout_in_progress"],
		)
	}
	if a := w.asks(h, customer, "key-0001", cart, "pm_card_mastercard"); a.status != http.StatusUnprocessableEntity ||
		a.code != "idempotency_key_reused" {
		t.Errorf("the key with another body: %+v", a)
	}
	if a := w.asks(h, neighbour, "key-0001", cart, "pm_card_visa"); a.code != "cart_not_found" {
		t.Errorf("another's key of the same name: %+v", a)
	}
}

// A key is free again when its record is over and a day old, never before. Seen to catch: a key that is free a day
// after it was used though its record is open (a second order beside the first one's authorization).
func TestAKeyAfterADay(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	t.Run("placed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, oneLine(9))
		h := w.http()
		first := w.asks(h, customer, "key-0001", w.fill(customer), "pm_card_visa")
		cart := w.fill(customer)
		w.advance(day - time.Second)
		if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); !a.replayed || a.order != first.order {
			blame(t, "one-order-a-key", "a second before a day is over: %+v", a)
		}
		w.advance(2 * time.Second)
		if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); a.status != http.StatusCreated || a.replayed || a.order == first.order {
			t.Errorf("a second after a day: %+v", a)
		}
		if n := len(w.orders()); n != 2 {
			t.Errorf("%d orders", n)
		}
		w.auditMoney(w.orders())
		w.auditStock(w.orders())
	})
	t.Run("open", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, oneLine(9))
		w.enter = diesIn(w, "Place")
		h, cart := w.http(), w.fill(customer)
		if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); a.status != http.StatusAccepted {
			t.Fatalf("%+v", a)
		}
		w.advance(2 * day)
		for range 3 {
			if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); a.status != http.StatusConflict || a.code != "checkout_in_progress" ||
				a.retry == "" {
				blame(t, "open-record-overwritten", "a key whose record is open: %+v", a)
			}
		}
		w.settle()
		if n := w.audit(); n != 0 {
			t.Errorf("%d orders", n)
		}
		if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); a.status != http.StatusCreated || a.replayed {
			t.Errorf("once it is over: %+v", a)
		}
		if n := w.audit(); n != 1 {
			t.Errorf("%d orders", n)
		}
	})
}

// lostTimer loses every timer, and says so, once the record is written, if there is an err.
type lostTimer struct {
	w   *world
	err error
}

func (l lostTimer) Set(context.Context, string, time.Duration) error {
	for l.err != nil && len(l.w.rows()) == 0 {
		runtime.Gosched()
	}
	return l.err
}

// What is left when a caller's function dies between the marker and the first effect: a record, with its timer or
// without. Either way it ends, and the key then tells how.
func TestACrashBetweenTheMarkerAndTheFirstEffect(t *testing.T) {
	t.Parallel()
	for _, timer := range []string{"set", "lost", "refused"} {
		t.Run("timer "+timer, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, oneLine(5))
			cart, h := w.fill(customer), w.http()
			front := *w.front
			front.Runner = &keeper{}
			switch timer {
			case "lost":
				front.Timer = lostTimer{w, nil}
			case "refused":
				front.Timer = lostTimer{w, errors.New("no queue")}
			}
			if _, err := front.Checkout(context.Background(), customer, "key-0001", request(cart, "pm_card_visa")); (err != nil) != (timer == "refused") {
				t.Fatal(err)
			}
			if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); a.status != http.StatusConflict || a.retry == "" {
				t.Errorf("meanwhile: %+v", a)
			}
			w.timers = nil
			if timer == "set" {
				w.timers = []string{checkout.IDOf(customer, "key-0001")}
			}
			w.swept()
			if n := w.audit(); n != 0 || len(w.db.Items("holds"))+len(w.db.Items("payments")) > 0 {
				t.Errorf("%d orders, %d holds, %d payments", n, len(w.db.Items("holds")), len(w.db.Items("payments")))
			}
			if a := w.asks(h, customer, "key-0001", cart, "pm_card_visa"); a.status != http.StatusServiceUnavailable || a.code != "checkout_failed" {
				t.Errorf("at the end: %+v", a)
			}
		})
	}
}

// swept lets minutes pass until nothing is open; timers ring when they are due, and the sweep runs every minute.
func (w *world) swept() {
	w.t.Helper()
	ctx := context.Background()
	for range 30 {
		open := false
		for _, r := range w.rows() {
			open = open || !r.State.Terminal()
		}
		if !open {
			return
		}
		w.advance(time.Minute)
		for _, id := range w.timers {
			_, _ = w.recover.Check(ctx, id)
		}
		if _, err := w.recover.Sweep(ctx, 10); err != nil {
			w.t.Error(err)
		}
	}
	blame(w.t, "open-record", "half an hour of sweeps did not end it")
}
