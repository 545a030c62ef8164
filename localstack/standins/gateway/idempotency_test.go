package gateway

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82"
	"golang.org/x/sync/errgroup"
)

func replayed(t tb, res *stripe.APIResponse, want bool) {
	t.Helper()
	if got := res.Header.Get("Idempotent-Replayed") == "true"; got != want {
		t.Errorf("Idempotent-Replayed: %v, want %v", got, want)
	}
	if res.Header.Get("Request-Id") == "" {
		t.Errorf("no Request-Id")
	}
}

func TestAKeyReplaysItsAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.create(t, order("pm_card_visa", keyed("k1")))
	replayed(t, first.LastResponse, false)
	r.clock.advance(time.Minute)
	again := r.create(t, order("pm_card_visa", keyed("k1")))
	replayed(t, again.LastResponse, true)
	if string(first.LastResponse.RawJSON) != string(again.LastResponse.RawJSON) ||
		again.LastResponse.Header.Get("Original-Request") != first.LastResponse.RequestID {
		t.Error("the replay differs")
	}

	// A replay shows the answer of then, a retrieve the truth of now.
	if _, err := r.confirm(first.ID, "k2"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.cancel(first.ID); err != nil {
		t.Fatal(err)
	}
	old, err := r.confirm(first.ID, "k2")
	if err != nil || old.Status != "requires_capture" || r.retrieve(t, first.ID).Status != "canceled" {
		t.Errorf("%v %v", old, err)
	}
	if n := len(r.audit(t, nil)); n != 1 {
		t.Errorf("%d intents", n)
	}
}

func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_card_visa", keyed("k")))
	_, err := r.client.V1PaymentIntents.Create(background(), order("pm_card_visa", keyed("k"), confirmed))
	fails(t, err, 400, "idempotency_error")
	_, err = r.confirm(i.ID, "k")
	fails(t, err, 400, "idempotency_error")
	if _, err := r.confirm(i.ID, "path"); err != nil {
		t.Fatal(err)
	}
	_, err = r.confirm(r.create(t, order("pm_card_visa")).ID, "path")
	fails(t, err, 400, "idempotency_error")
	r.clock.advance(24*time.Hour - time.Second)
	_, err = r.confirm(i.ID, "k")
	fails(t, err, 400, "idempotency_error")
	r.clock.advance(time.Second)
	if other := r.create(t, order("pm_card_visa", keyed("k"), confirmed)); other.ID == i.ID {
		t.Error("the key outlived 24 hours")
	}
}

func TestWhatAKeyKeeps(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	// A decline is kept: the same key declines for ever, and tries the card once.
	i := r.create(t, order("pm_card_chargeDeclined"))
	_, err := r.confirm(i.ID, "declined")
	fails(t, err, 402, "card_declined")
	_, err = r.confirm(i.ID, "declined")
	e := fails(t, err, 402, "card_declined")
	replayed(t, e.LastResponse, true)
	if n := len(r.audit(t, nil)[0].History); n != 2 {
		t.Errorf("%d steps: the card was tried again", n)
	}
	// So is a refusal for the intent's state.
	_, err = r.capture(i.ID, 0)
	fails(t, err, 400, "payment_intent_unexpected_state")
	// Validation is not: the corrected request may use the key.
	_, err = r.client.V1PaymentIntents.Create(background(),
		order("pm_card_visa", keyed("v"), func(p *stripe.PaymentIntentCreateParams) { p.Amount = stripe.Int64(0) }))
	fails(t, err, 400, "parameter_invalid_integer")
	replayed(t, r.create(t, order("pm_card_visa", keyed("v"))).LastResponse, false)
}

func TestAKeyInFlight(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_card_visa"))
	held := r.arm(t, Fault{Kind: "hold", Match: Match{Intent: i.ID, Operation: "confirm"}})
	done := make(chan error, 1)
	go func() {
		_, err := r.confirm(i.ID, "k")
		done <- err
	}()
	r.holding(t, held.ID)
	_, err := r.confirm(i.ID, "k")
	fails(t, err, 409, "idempotency_key_in_use")
	if got := r.retrieve(t, i.ID).Status; got != "requires_confirmation" {
		t.Errorf("a held confirm took effect: %s", got)
	}
	r.control(t, "POST", "faults/"+held.ID+"/release", nil, nil)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	again, err := r.confirm(i.ID, "k")
	if err != nil {
		t.Fatal(err)
	}
	replayed(t, again.LastResponse, true)
}

// Twenty callers with one key make one intent and one authorization, each gets that intent in the end.
func TestTwentyCallersOneKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var mu sync.Mutex
	ids := map[string]int{}
	fresh := 0
	var g errgroup.Group
	for range 20 {
		g.Go(func() error {
			for {
				i, err := r.client.V1PaymentIntents.Create(background(), order("pm_card_visa", keyed("one"), confirmed))
				var e *stripe.Error
				if errors.As(err, &e) && e.Code == stripe.ErrorCodeIdempotencyKeyInUse {
					continue
				}
				if err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				ids[i.ID]++
				if i.LastResponse.Header.Get("Idempotent-Replayed") == "" {
					fresh++
				}
				return nil
			}
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(ids) != 1 || fresh != 1 {
		t.Errorf("%d intents, %d of them fresh", len(ids), fresh)
	}
	if open := r.books(t).Currencies["usd"].Open; open != (Sum{1, 5000}) {
		t.Errorf("%+v", open)
	}
}

func TestReadsIgnoreKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_card_visa"))
	read := func() stripe.PaymentIntentStatus {
		p := &stripe.PaymentIntentRetrieveParams{}
		p.SetIdempotencyKey("read")
		got, err := r.client.V1PaymentIntents.Retrieve(background(), i.ID, p)
		if err != nil {
			t.Fatal(err)
		}
		return got.Status
	}
	before := read()
	if _, err := r.confirm(i.ID, ""); err != nil {
		t.Fatal(err)
	}
	if after := read(); before != "requires_confirmation" || after != "requires_capture" {
		t.Errorf("%s then %s", before, after)
	}
}
