package gateway

import (
	"net/url"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82"
	"pgregory.net/rapid"
)

// ledger is the test's own account of one intent, kept from the answers alone.
type ledger struct {
	id, status                               string
	authorized, captured, released, refunded int64
	capturable                               int64
	authorizedAt                             time.Time
}

// accounts are the intents of one sequence of operations, on a gateway of their own.
type accounts struct {
	rig *rig
	all []*ledger
}

func (a *accounts) pick(t *rapid.T) *ledger {
	if len(a.all) == 0 {
		t.Skip("no intent yet")
	}
	return a.all[rapid.IntRange(0, len(a.all)-1).Draw(t, "which")]
}

var amounts = rapid.Int64Range(1, 6000)

// Over random sequences of operations: authorized = captured + released + open and refunded <= captured at
// every step; the journal, the intent, its charge and its refunds tell the same amounts as the test's account.
func TestMoneyIsConserved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := &accounts{rig: openRig()}
		defer a.rig.close()
		t.Repeat(map[string]func(*rapid.T){
			"create": a.create, "confirm": a.confirm, "authenticate": a.authenticate, "capture": a.capture, "cancel": a.cancel,
			"refund": a.refund, "time passes": a.passTime, "": func(t *rapid.T) { a.rig.reconcile(t, a.all) },
		})
	})
}

func (a *accounts) create(t *rapid.T) {
	if len(a.all) == 4 {
		t.Skip("enough")
	}
	p := order(rapid.SampledFrom([]string{"", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined",
		"pm_card_authenticationRequired"}).Draw(t, "method"))
	p.Amount = stripe.Int64(max(50, amounts.Draw(t, "amount"))) // the least of a dollar
	p.CaptureMethod = stripe.String(rapid.SampledFrom([]string{"manual", "manual", "automatic"}).Draw(t, "capture"))
	l := &ledger{id: a.rig.create(t, p).ID}
	l.status = string(a.rig.retrieve(t, l.id).Status)
	a.all = append(a.all, l)
}

func (a *accounts) confirm(t *rapid.T) {
	l := a.pick(t)
	method := rapid.SampledFrom([]string{"pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"}).Draw(t, "method")
	i, err := a.rig.client.V1PaymentIntents.Confirm(background(), l.id,
		&stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String(method)})
	open := l.status != "requires_capture" && l.status != "succeeded" && l.status != "canceled"
	switch {
	case !open:
		fails(t, err, 400, "payment_intent_unexpected_state")
	case method == "pm_card_chargeDeclined":
		fails(t, err, 402, "card_declined")
		l.status = "requires_payment_method"
	case err != nil:
		t.Fatalf("confirm: %v", err)
	case method == "pm_card_authenticationRequired":
		l.status = "requires_action"
	default:
		l.authorizes(i, a.rig.clock.Now())
	}
}

func (a *accounts) authenticate(t *rapid.T) {
	l := a.pick(t)
	outcome := rapid.SampledFrom([]string{"succeed", "fail"}).Draw(t, "outcome")
	status := a.rig.control(t, "POST", "intents/"+l.id+"/authenticate?outcome="+outcome, nil, nil)
	switch {
	case l.status != "requires_action" && status != 409:
		t.Fatalf("authenticated a %s: %d", l.status, status)
	case l.status != "requires_action":
	case outcome == "fail":
		l.status = "requires_payment_method"
	default:
		l.authorizes(a.rig.retrieve(t, l.id), a.rig.clock.Now())
	}
}

func (a *accounts) capture(t *rapid.T) {
	l, amount := a.pick(t), amounts.Draw(t, "amount")
	_, err := a.rig.capture(l.id, amount)
	switch {
	case l.status != "requires_capture":
		fails(t, err, 400, "payment_intent_unexpected_state")
	case amount > l.capturable:
		fails(t, err, 400, "amount_too_large")
	case err != nil:
		t.Fatalf("capture: %v", err)
	default:
		l.captured, l.released, l.capturable, l.status = amount, l.capturable-amount, 0, "succeeded"
	}
}

func (a *accounts) cancel(t *rapid.T) {
	l := a.pick(t)
	_, err := a.rig.cancel(l.id)
	if l.status == "succeeded" || l.status == "canceled" {
		fails(t, err, 400, "payment_intent_unexpected_state")
	} else if err != nil {
		t.Fatalf("cancel: %v", err)
	} else {
		l.ends()
	}
}

func (a *accounts) refund(t *rapid.T) {
	l, amount := a.pick(t), amounts.Draw(t, "amount")
	_, err := a.rig.refund(l.id, amount)
	switch left := l.captured - l.refunded; {
	case l.captured == 0:
		fails(t, err, 400, "invalid_request_error")
	case left == 0:
		fails(t, err, 400, "charge_already_refunded")
	case amount > left:
		fails(t, err, 400, "invalid_request_error")
	case err != nil:
		t.Fatalf("refund: %v", err)
	default:
		l.refunded += amount
	}
}

func (a *accounts) passTime(t *rapid.T) {
	a.rig.clock.advance(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour)
	for _, l := range a.all {
		if l.status == "requires_capture" && !l.authorizedAt.Add(7*24*time.Hour).After(a.rig.clock.Now()) {
			l.ends()
		}
	}
}

func (l *ledger) authorizes(i *stripe.PaymentIntent, at time.Time) {
	l.authorized, l.status, l.authorizedAt = i.Amount, "succeeded", at
	if i.CaptureMethod == "manual" {
		l.capturable, l.status = i.Amount, "requires_capture"
		return
	}
	l.captured = i.Amount
}

func (l *ledger) ends() {
	l.released += l.capturable
	l.capturable, l.status = 0, "canceled"
}

func (r *rig) reconcile(t tb, all []*ledger) {
	t.Helper()
	var total Balance
	for _, l := range all {
		a := r.audit(t, url.Values{"intent": {l.id}})[0]
		if a.Authorized != a.Captured+a.Released+a.Open || a.Refunded > a.Captured || a.Open < 0 {
			t.Fatalf("the books do not balance: %+v", a)
		}
		booked := ledger{l.id, a.Status, a.Authorized, a.Captured, a.Released, a.Refunded, a.Open, l.authorizedAt}
		if booked != *l {
			t.Fatalf("booked %+v, want %+v", booked, *l)
		}
		i := r.retrieve(t, l.id)
		if string(i.Status) != l.status || i.AmountCapturable != l.capturable || i.AmountReceived != l.captured ||
			(l.capturable > 0) != (l.status == "requires_capture") {
			t.Fatalf("the intent shows %s %d %d, want %+v", i.Status, i.AmountCapturable, i.AmountReceived, *l)
		}
		if ch := i.LatestCharge; ch != nil && ch.Paid && (ch.AmountCaptured != l.captured || ch.AmountRefunded != l.released+l.refunded) {
			t.Fatalf("the charge shows %d %d, want %+v", ch.AmountCaptured, ch.AmountRefunded, *l)
		}
		total.Authorized.add(l.authorized)
		total.Open.add(l.capturable)
		total.Captured.add(l.captured)
		total.Released.add(l.released)
		total.Refunded.add(l.refunded)
		if l.status == "canceled" {
			total.Canceled.add(i.Amount)
		}
	}
	if got := r.books(t).Currencies["usd"]; len(all) > 0 && *got != total {
		t.Fatalf("the balance is %+v, want %+v", *got, total)
	}
}
