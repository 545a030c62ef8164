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

// Over random sequences of operations: authorized = captured + released + open and refunded <= captured at
// every step; the journal, the intent, its charge and its refunds tell the same amounts as the test's account.
func TestMoneyIsConserved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := openRig()
		defer r.close()
		var all []*ledger
		pick := func(t *rapid.T) *ledger {
			if len(all) == 0 {
				t.Skip("no intent yet")
			}
			return all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
		}
		amounts := rapid.Int64Range(1, 6000)
		t.Repeat(map[string]func(*rapid.T){
			"create": func(t *rapid.T) {
				if len(all) == 4 {
					t.Skip("enough")
				}
				p := order(rapid.SampledFrom([]string{"", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined",
					"pm_card_authenticationRequired"}).Draw(t, "method"))
				p.Amount = stripe.Int64(amounts.Draw(t, "amount"))
				p.CaptureMethod = stripe.String(rapid.SampledFrom([]string{"manual", "manual", "automatic"}).Draw(t, "capture"))
				l := &ledger{id: r.create(t, p).ID}
				l.status = string(r.retrieve(t, l.id).Status)
				all = append(all, l)
			},
			"confirm": func(t *rapid.T) {
				l := pick(t)
				method := rapid.SampledFrom([]string{"pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"}).Draw(t, "method")
				i, err := r.client.V1PaymentIntents.Confirm(background(), l.id,
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
					l.authorizes(i, r.clock.Now())
				}
			},
			"authenticate": func(t *rapid.T) {
				l := pick(t)
				outcome := rapid.SampledFrom([]string{"succeed", "fail"}).Draw(t, "outcome")
				status := r.control(t, "POST", "intents/"+l.id+"/authenticate?outcome="+outcome, nil, nil)
				switch {
				case l.status != "requires_action" && status != 409:
					t.Fatalf("authenticated a %s: %d", l.status, status)
				case l.status != "requires_action":
				case outcome == "fail":
					l.status = "requires_payment_method"
				default:
					l.authorizes(r.retrieve(t, l.id), r.clock.Now())
				}
			},
			"capture": func(t *rapid.T) {
				l, amount := pick(t), amounts.Draw(t, "amount")
				_, err := r.capture(l.id, amount)
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
			},
			"cancel": func(t *rapid.T) {
				l := pick(t)
				_, err := r.cancel(l.id)
				if l.status == "succeeded" || l.status == "canceled" {
					fails(t, err, 400, "payment_intent_unexpected_state")
				} else if err != nil {
					t.Fatalf("cancel: %v", err)
				} else {
					l.ends()
				}
			},
			"refund": func(t *rapid.T) {
				l, amount := pick(t), amounts.Draw(t, "amount")
				_, err := r.refund(l.id, amount)
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
			},
			"time passes": func(t *rapid.T) {
				r.clock.advance(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour)
				for _, l := range all {
					if l.status == "requires_capture" && !l.authorizedAt.Add(7*24*time.Hour).After(r.clock.Now()) {
						l.ends()
					}
				}
			},
			"": func(t *rapid.T) { r.reconcile(t, all) },
		})
	})
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
