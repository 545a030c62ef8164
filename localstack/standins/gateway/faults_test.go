package gateway

import (
	"net/url"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82"
)

func TestALostAnswerTookEffect(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_rialto_lost_answer"))
	// The connection is a reused one here: Go's transport would repeat the call if it could.
	_, err := r.confirm(i.ID, "k")
	unanswered(t, err)
	if got := r.retrieve(t, i.ID); got.Status != "requires_capture" || got.AmountCapturable != 5000 {
		t.Fatalf("the effect is missing: %s", got.Status)
	}
	again, err := r.confirm(i.ID, "k")
	if err != nil || again.Status != "requires_capture" {
		t.Fatalf("%v", err)
	}
	replayed(t, again.LastResponse, true)
	if a := r.audit(t, nil)[0]; a.Authorized != 5000 || a.Open != 5000 {
		t.Errorf("%+v", a)
	}
	_, err = r.confirm(i.ID, "other")
	fails(t, err, 400, "payment_intent_unexpected_state")
	// Another order with the same method sees its own fault.
	other := r.create(t, order("pm_rialto_lost_answer"))
	_, err = r.confirm(other.ID, "k-other")
	unanswered(t, err)
}

func TestALostCreate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, err := r.client.V1PaymentIntents.Create(background(), order("pm_rialto_create_lost", keyed("k"), forOrder("o9")))
	unanswered(t, err)
	found := r.audit(t, url.Values{"metadata[order_id]": {"o9"}})
	if len(found) != 1 {
		t.Fatalf("%d intents", len(found))
	}
	i := r.create(t, order("pm_rialto_create_lost", keyed("k"), forOrder("o9")))
	replayed(t, i.LastResponse, true)
	if i.ID != found[0].ID {
		t.Error("another intent was made")
	}
	if _, err := r.confirm(i.ID, "c"); err != nil {
		t.Error(err)
	}
}

func TestOtherSpecialMethods(t *testing.T) {
	t.Parallel()
	t.Run("timeout", timeOut)
	t.Run("late", confirmLate)
	t.Run("error", failThenRecover)
	t.Run("error saved", saveTheError)
	t.Run("rate limited", limitTheRate)
	t.Run("capture and cancel lost", loseCaptureAndCancel)
	t.Run("confirmed at create", loseAnswerOfCreate)
}

func timeOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_rialto_timeout"))
	p := &stripe.PaymentIntentConfirmParams{}
	p.SetIdempotencyKey("k")
	_, err := r.impatient(2*time.Second).V1PaymentIntents.Confirm(background(), i.ID, p)
	unanswered(t, err)
	again, err := r.confirm(i.ID, "k")
	if err != nil || again.Status != "requires_capture" {
		t.Fatal(err)
	}
	replayed(t, again.LastResponse, true)
}

func confirmLate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.g.config.AnswerDelay = 50 * time.Millisecond
	i := r.create(t, order("pm_rialto_late"))
	late := make(chan error, 1)
	go func() { _, err := r.confirm(i.ID, "k"); late <- err }()
	if _, err := r.cancel(i.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-late; err == nil {
		// The cancel came after all: then it released what the confirm took.
		t.Log("the confirm was first")
	}
	if a := r.audit(t, nil)[0]; a.Status != "canceled" || a.Open != 0 {
		t.Errorf("%+v", a)
	}
}

func failThenRecover(t *testing.T) {
	t.Parallel()
	for token, times := range map[string]int{"pm_rialto_error": 2, "pm_rialto_error_4": 4} {
		r := newRig(t)
		i := r.create(t, order(token))
		for range times {
			_, err := r.confirm(i.ID, "k")
			fails(t, err, 500, "api_error")
		}
		got, err := r.confirm(i.ID, "k")
		if err != nil || got.Status != "requires_capture" {
			t.Fatal(err)
		}
		replayed(t, got.LastResponse, false)
	}
}

func saveTheError(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_rialto_error_saved"))
	_, err := r.confirm(i.ID, "k")
	fails(t, err, 500, "api_error")
	_, err = r.confirm(i.ID, "k")
	e := fails(t, err, 500, "api_error")
	replayed(t, e.LastResponse, true)
	if got := e.LastResponse.Header.Get("Stripe-Should-Retry"); got != "false" {
		t.Errorf("Stripe-Should-Retry: %q", got)
	}
	if got := r.retrieve(t, i.ID).Status; got != "requires_confirmation" {
		t.Error(got)
	}
	if _, err = r.confirm(i.ID, "k2"); err != nil {
		t.Error(err)
	}
}

func limitTheRate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_rialto_rate_limited"))
	_, err := r.confirm(i.ID, "k")
	fails(t, err, 429, "rate_limit")
	if _, err = r.confirm(i.ID, "k"); err != nil {
		t.Error(err)
	}
}

func loseCaptureAndCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_rialto_capture_lost", confirmed))
	_, err := r.capture(i.ID, 0)
	unanswered(t, err)
	if got := r.retrieve(t, i.ID).Status; got != "succeeded" {
		t.Error(got)
	}
	i = r.create(t, order("pm_rialto_cancel_lost", confirmed))
	_, err = r.cancel(i.ID)
	unanswered(t, err)
	if got := r.retrieve(t, i.ID).Status; got != "canceled" {
		t.Error(got)
	}
}

func loseAnswerOfCreate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_, err := r.client.V1PaymentIntents.Create(background(), order("pm_rialto_lost_answer", confirmed, keyed("k")))
	unanswered(t, err)
	i := r.create(t, order("pm_rialto_lost_answer", confirmed, keyed("k")))
	if i.Status != "requires_capture" {
		t.Error(i.Status)
	}
	_, err = r.confirm(i.ID, "k2")
	fails(t, err, 400, "payment_intent_unexpected_state")
}

// armedFault is a fault and what the first confirm of the intent it strikes comes to, and the second, with the same key.
type armedFault struct {
	name     string
	fault    Fault
	status   int    // of the first confirm; 0 is no answer
	effect   bool   // of the first confirm
	replayed bool   // the second confirm, with the same key
	second   int    // its status
	code     string // of both refusals
}

var armedFaults = []armedFault{
	{"lost_answer", Fault{Kind: "lost_answer"}, 0, true, true, 200, ""},
	{"timeout", Fault{Kind: "timeout", DelayMS: 60_000}, 0, true, true, 200, ""},
	{"drop", Fault{Kind: "drop"}, 0, false, false, 200, ""},
	{"rate_limited", Fault{Kind: "rate_limited"}, 429, false, false, 200, "rate_limit"},
	{"error_500", Fault{Kind: "error_500"}, 500, false, false, 200, "api_error"},
	{"error_503", Fault{Kind: "error_503"}, 503, false, false, 200, "api_error"},
	{"error_500 saved", Fault{Kind: "error_500", Saved: true}, 500, false, true, 500, "api_error"},
	{"error_500 after", Fault{Kind: "error_500", Phase: "after"}, 500, true, true, 200, "api_error"},
	{"error_503 after", Fault{Kind: "error_503", Phase: "after"}, 503, true, true, 200, "api_error"},
	{"refused", Fault{Kind: "refused"}, 404, false, false, 200, "resource_missing"},
	{"delay", Fault{Kind: "delay", DelayMS: 1}, 200, true, true, 200, ""},
	{"delay after", Fault{Kind: "delay", Phase: "after", DelayMS: 1}, 200, true, true, 200, ""},
	{"lost_answer twice", Fault{Kind: "lost_answer", Count: 2}, 0, true, true, 0, ""},
}

func TestArmedFaults(t *testing.T) {
	t.Parallel()
	for _, c := range armedFaults {
		t.Run(c.name, c.strike)
	}
}

func (c armedFault) strike(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	spared := r.create(t, order("pm_card_visa", forOrder("spared")))
	struck := r.create(t, order("pm_card_visa", forOrder("struck")))
	c.fault.Match = Match{Method: "post", PathSuffix: "/confirm", Operation: "confirm", Metadata: map[string]string{"order_id": "struck"},
		PaymentMethod: "pm_card_visa"}
	r.arm(t, c.fault)
	if _, err := r.confirm(spared.ID, "spared"); err != nil {
		t.Fatalf("another order is struck: %v", err)
	}
	confirm := func() (*stripe.PaymentIntent, error) {
		p := &stripe.PaymentIntentConfirmParams{}
		p.SetIdempotencyKey("k")
		return r.impatient(time.Second).V1PaymentIntents.Confirm(background(), struck.ID, p)
	}
	check := func(status int) *stripe.APIResponse {
		i, err := confirm()
		switch {
		case status == 0:
			unanswered(t, err)
			return nil
		case status >= 400:
			return fails(t, err, status, c.code).LastResponse
		case err != nil:
			t.Fatal(err)
		}
		return i.LastResponse
	}
	check(c.status)
	if got := r.retrieve(t, struck.ID).Status == "requires_capture"; got != c.effect {
		t.Errorf("effect: %v", got)
	}
	if res := check(c.second); res != nil {
		replayed(t, res, c.replayed)
	}
}

func TestAHeldConfirmArrivesAfterItsCompensation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_card_visa"))
	held := r.arm(t, Fault{Kind: "hold", Match: Match{Intent: i.ID, Operation: "confirm"}})
	p := &stripe.PaymentIntentConfirmParams{}
	p.SetIdempotencyKey("k")
	gone := make(chan error, 1)
	go func() {
		_, err := r.impatient(2*time.Second).V1PaymentIntents.Confirm(background(), i.ID, p)
		gone <- err
	}()
	r.holding(t, held.ID)
	unanswered(t, <-gone)
	if _, err := r.cancel(i.ID); err != nil {
		t.Fatal(err)
	}
	r.control(t, "DELETE", "faults", nil, nil)
	_, err := r.confirm(i.ID, "k")
	for n := 0; err != nil && n < 100; n++ { // until the held call is through, its key is in use
		if e := asStripe(err); e == nil || e.Code != stripe.ErrorCodeIdempotencyKeyInUse {
			break
		}
		_, err = r.confirm(i.ID, "k")
	}
	replayed(t, fails(t, err, 400, "payment_intent_unexpected_state").LastResponse, true)
	if a := r.audit(t, nil)[0]; a.Status != "canceled" || a.Authorized != 0 {
		t.Errorf("%+v", a)
	}
}

func asStripe(err error) *stripe.Error {
	e, _ := err.(*stripe.Error)
	return e
}
