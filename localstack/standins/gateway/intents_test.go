package gateway

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stripe/stripe-go/v82"
)

// reached makes an intent in each state.
var reached = map[string]func(*testing.T, *rig) string{
	"requires_payment_method": func(t *testing.T, r *rig) string { return r.create(t, order("")).ID },
	"requires_confirmation":   func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa")).ID },
	"requires_action": func(t *testing.T, r *rig) string {
		return r.create(t, order("pm_card_authenticationRequired", confirmed)).ID
	},
	"requires_capture": func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa", confirmed)).ID },
	"succeeded":        func(t *testing.T, r *rig) string { return r.create(t, order("pm_card_visa", confirmed, automatic)).ID },
	"canceled": func(t *testing.T, r *rig) string {
		id := r.create(t, order("pm_card_visa", confirmed)).ID
		if _, err := r.cancel(id); err != nil {
			t.Fatal(err)
		}
		return id
	},
}

const unexpected = "payment_intent_unexpected_state"

// transitions are the state that each operation in each state leads to, or the code that it is refused with.
var transitions = map[string]map[string]string{
	"requires_payment_method": {"confirm": unexpected, "confirm visa": "requires_capture", "cancel": "canceled", "capture": unexpected,
		"refund": "invalid_request_error"},
	"requires_confirmation": {"confirm": "requires_capture", "confirm visa": "requires_capture", "cancel": "canceled", "capture": unexpected,
		"refund": "invalid_request_error"},
	"requires_action": {"confirm": "requires_action", "confirm visa": "requires_capture", "cancel": "canceled", "capture": unexpected,
		"refund": "invalid_request_error"},
	"requires_capture": {"confirm": unexpected, "confirm visa": unexpected, "cancel": "canceled", "capture": "succeeded",
		"refund": "invalid_request_error"},
	"succeeded": {"confirm": unexpected, "confirm visa": unexpected, "cancel": unexpected, "capture": unexpected, "refund": "succeeded"},
	"canceled": {"confirm": unexpected, "confirm visa": unexpected, "cancel": unexpected, "capture": unexpected,
		"refund": "invalid_request_error"},
}

func TestEveryTransition(t *testing.T) {
	t.Parallel()
	for state, operations := range transitions {
		for operation, leadsTo := range operations {
			t.Run(state+"/"+operation, func(t *testing.T) {
				t.Parallel()
				testTransition(t, state, operation, leadsTo)
			})
		}
	}
}

func testTransition(t *testing.T, state, operation, leadsTo string) {
	r := newRig(t)
	id := reached[state](t, r)
	if got := string(r.retrieve(t, id).Status); got != state {
		t.Fatalf("set-up reached %s", got)
	}
	err := r.operate(operation, id)
	after := string(r.retrieve(t, id).Status)
	if leadsTo == unexpected || leadsTo == "invalid_request_error" {
		e := fails(t, err, http.StatusBadRequest, leadsTo)
		if leadsTo == unexpected && (e.PaymentIntent == nil || e.PaymentIntent.ID != id) {
			t.Error("the error carries no intent")
		}
		leadsTo = state
	} else if err != nil {
		t.Fatal(err)
	}
	if after != leadsTo {
		t.Errorf("%s then %s: now %s, want %s", state, operation, after, leadsTo)
	}
}

// operate does one of the operations of the table to an intent.
func (r *rig) operate(operation, id string) (err error) {
	switch operation {
	case "confirm":
		_, err = r.confirm(id, "")
	case "confirm visa":
		_, err = r.client.V1PaymentIntents.Confirm(background(), id,
			&stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")})
	case "cancel":
		_, err = r.cancel(id)
	case "capture":
		_, err = r.capture(id, 0)
	case "refund":
		_, err = r.refund(id, 0)
	}
	return err
}

func TestAuthorizationHoldsTheMoneyForSevenDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.create(t, order("pm_card_mastercard", forOrder("o1")))
	if i.LatestCharge != nil || i.AmountCapturable != 0 || i.ClientSecret == "" {
		t.Errorf("an unconfirmed intent holds something: %+v", i)
	}
	if _, err := r.confirm(i.ID, ""); err != nil {
		t.Fatal(err)
	}
	i = r.retrieve(t, i.ID)
	ch := i.LatestCharge
	got := []any{i.AmountCapturable, i.AmountReceived, ch.Amount, ch.Captured, ch.AmountCaptured, string(ch.PaymentMethodDetails.Card.Brand),
		ch.PaymentMethodDetails.Card.CaptureBefore - r.clock.Now().Unix(), i.Metadata["order_id"], i.PaymentMethod.ID == "pm_card_mastercard"}
	want := []any{int64(5000), int64(0), int64(5000), false, int64(0), "mastercard", int64(7 * 24 * 3600), "o1", false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheBankAsksAndAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ token, outcome, want, code string }{
		{"pm_card_authenticationRequired", "succeed", "requires_capture", ""},
		{"pm_card_authenticationRequiredOnSetup", "succeed", "requires_capture", ""},
		{"pm_card_threeDSecure2Required", "succeed", "requires_capture", ""},
		{"pm_card_authenticationRequired", "fail", "requires_payment_method", "payment_intent_authentication_failure"},
		{"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "succeed", "requires_payment_method", "card_declined"},
	} {
		t.Run(c.token+"/"+c.outcome, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.create(t, order(c.token)).ID
			i, err := r.client.V1PaymentIntents.Confirm(background(), id,
				&stripe.PaymentIntentConfirmParams{ReturnURL: stripe.String("https://shop.example/back")})
			if err != nil {
				t.Fatal(err)
			}
			if i.Status != stripe.PaymentIntentStatusRequiresAction || i.NextAction.Type != "redirect_to_url" ||
				i.NextAction.RedirectToURL.URL != r.url+"/_control/intents/"+id+"/authenticate" ||
				i.NextAction.RedirectToURL.ReturnURL != "https://shop.example/back" {
				t.Fatalf("%s %+v", i.Status, i.NextAction)
			}
			if status := r.control(t, "POST", "intents/"+id+"/authenticate?outcome="+c.outcome, nil, nil); status != 200 {
				t.Fatalf("authenticate: %d", status)
			}
			i = r.retrieve(t, id)
			code := ""
			if i.LastPaymentError != nil {
				code = string(i.LastPaymentError.Code)
			}
			if string(i.Status) != c.want || code != c.code || i.NextAction != nil {
				t.Errorf("%s %q %+v", i.Status, code, i.NextAction)
			}
			if status := r.control(t, "POST", "intents/"+id+"/authenticate?outcome=succeed", nil, nil); status != 409 {
				t.Errorf("the bank answered twice: %d", status)
			}
		})
	}
	t.Run("without return_url", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		if i := r.create(t, order("pm_card_authenticationRequired", confirmed)); i.NextAction.Type != "use_stripe_sdk" {
			t.Errorf("%+v", i.NextAction)
		}
	})
}

func TestRedirectsNeedAReturnURL(t *testing.T) {
	t.Parallel()
	dashboard := func(p *stripe.PaymentIntentCreateParams) { p.PaymentMethodTypes = nil }
	never := func(p *stripe.PaymentIntentCreateParams) {
		p.PaymentMethodTypes = nil
		p.AutomaticPaymentMethods = &stripe.PaymentIntentCreateAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true),
			AllowRedirects: stripe.String("never")}
	}
	r := newRig(t)
	_, err := r.client.V1PaymentIntents.Create(background(), order("pm_card_visa", confirmed, dashboard))
	if e := fails(t, err, 400, "invalid_request_error"); e.Param != "return_url" {
		t.Error(e.Param)
	}
	id := r.create(t, order("pm_card_visa", dashboard)).ID
	_, err = r.confirm(id, "k")
	fails(t, err, 400, "invalid_request_error")
	i, err := r.client.V1PaymentIntents.Confirm(background(), id,
		&stripe.PaymentIntentConfirmParams{ReturnURL: stripe.String("https://shop.example")})
	if err != nil || i.Status != "requires_capture" {
		t.Error(err)
	}
	r.create(t, order("pm_card_visa", confirmed, never))
}

func TestCreateRefusesWhatStripeRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range []struct{ body, code, param string }{
		{"currency=usd", "parameter_missing", "amount"},
		{"amount=100", "parameter_missing", "currency"},
		{"amount=0&currency=usd", "parameter_invalid_integer", "amount"},
		{"amount=49&currency=usd", "amount_too_small", "amount"},
		{"amount=174&currency=HUF", "amount_too_small", "amount"},
		{"amount=-5&currency=usd", "parameter_invalid_integer", "amount"},
		{"amount=1.5&currency=usd", "parameter_invalid_integer", "amount"},
		{"amount=9223372036854775808&currency=usd", "parameter_invalid_integer", "amount"},
		{"amount=100000000&currency=usd", "amount_too_large", "amount"},
		{"amount=100&currency=dollar", "", "currency"},
		{"amount=100&currency=usd&capture_method=later", "", "capture_method"},
		{"amount=100&currency=usd&confirm=yes", "", "confirm"},
		{"amount=100&currency=usd&payment_method=pm_nope", "resource_missing", "payment_method"},
		{"amount=100&currency=usd&customer=cus_nope", "resource_missing", "customer"},
		{"amount=100&currency=usd&payment_method_types[0]=ideal", "", "payment_method_types"},
		{"amount=100&currency=usd&off_session=true", "", "off_session"},
		{"amount=100&currency=usd&return_url=https://a.example", "", "return_url"},
		{"amount=100&currency=usd&frobnicate=1", "parameter_unknown", "frobnicate"},
		{"amount=100&currency=usd&expand[0]=moon", "", "expand"},
		{"amount=100&currency=usd&confirm=true&payment_method_types[0]=card", "payment_intent_unexpected_state", ""},
		{"amount=100&currency=usd&metadata[" + fmt.Sprintf("%041d", 1) + "]=x", "", "metadata"},
		{"amount=%zz", "", ""},
	} {
		res, body := r.raw(t, "POST", "/v1/payment_intents", c.body, nil)
		var e struct {
			Error struct{ Type, Code, Param, Message string }
		}
		decode(t, body, &e)
		if res.StatusCode != 400 || e.Error.Type != "invalid_request_error" || e.Error.Code != c.code || e.Error.Param != c.param ||
			e.Error.Message == "" {
			t.Errorf("%s: %d %s", c.body, res.StatusCode, body)
		}
	}
	if got := r.audit(t, nil); len(got) != 0 {
		t.Errorf("%d intents were made", len(got))
	}
}

func TestCancelChecksItsReason(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.create(t, order("pm_card_visa", confirmed)).ID
	_, err := r.client.V1PaymentIntents.Cancel(background(), id, &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String("bored")})
	fails(t, err, 400, "invalid_request_error")
	i, err := r.client.V1PaymentIntents.Cancel(background(), id, &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String("abandoned")})
	if err != nil {
		t.Fatal(err)
	}
	if i.Status != "canceled" || i.CancellationReason != "abandoned" || i.AmountCapturable != 0 || i.CanceledAt != r.clock.Now().Unix() {
		t.Errorf("%+v", i)
	}
	if ch := r.retrieve(t, id).LatestCharge; !ch.Refunded || ch.AmountRefunded != 5000 || ch.Captured {
		t.Errorf("the charge is not released: %+v", ch)
	}
}

func TestListPagesNewestFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var want []string
	for range 25 {
		want = append([]string{r.create(t, order("")).ID}, want...)
	}
	var got []string
	p := &stripe.PaymentIntentListParams{}
	p.Limit = stripe.Int64(10)
	for i, err := range r.client.V1PaymentIntents.List(background(), p) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, i.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
