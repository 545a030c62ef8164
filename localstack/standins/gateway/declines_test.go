package gateway

import (
	"encoding/json"
	"testing"

	"github.com/stripe/stripe-go/v82"
)

func decode(t tb, body string, out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), out); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
}

func TestDeclines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ token, number, code, decline string }{
		{"pm_card_chargeDeclined", "4000000000000002", "card_declined", "generic_decline"},
		{"pm_card_visa_chargeDeclined", "4000000000000002", "card_declined", "generic_decline"},
		{"pm_card_chargeDeclinedInsufficientFunds", "4000000000009995", "card_declined", "insufficient_funds"},
		{"pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", "card_declined", "insufficient_funds"},
		{"pm_card_visa_chargeDeclinedLostCard", "4000000000009987", "card_declined", "lost_card"},
		{"pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", "card_declined", "stolen_card"},
		{"pm_card_chargeDeclinedExpiredCard", "4000000000000069", "expired_card", "expired_card"},
		{"pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc", "incorrect_cvc"},
		{"pm_card_chargeDeclinedProcessingError", "4000000000000119", "processing_error", "processing_error"},
		{"pm_card_chargeCustomerFail", "4000000000000341", "card_declined", "generic_decline"},
	} {
		t.Run(c.token, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			for _, method := range []string{c.token, r.method(t, c.number)} {
				i := r.create(t, order(method))
				_, err := r.confirm(i.ID, "")
				e := fails(t, err, 402, c.code)
				if e.Type != stripe.ErrorTypeCard || string(e.DeclineCode) != c.decline || e.Msg == "" || e.PaymentIntent.ID != i.ID ||
					e.PaymentIntent.Status != "requires_payment_method" || e.PaymentMethod == nil || e.ChargeID == "" {
					t.Errorf("%+v", e)
				}
				after := r.retrieve(t, i.ID)
				if after.Status != "requires_payment_method" || after.PaymentMethod != nil ||
					string(after.LastPaymentError.DeclineCode) != c.decline ||
					after.LatestCharge.Status != "failed" || after.LatestCharge.Paid || after.AmountCapturable != 0 {
					t.Errorf("%+v", after)
				}
				again, err := r.client.V1PaymentIntents.Confirm(background(), i.ID,
					&stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")})
				if err != nil || again.Status != "requires_capture" || again.LastPaymentError != nil {
					t.Errorf("another card does not save the intent: %v", err)
				}
			}
		})
	}
}

func TestOffSessionCannotAuthenticate(t *testing.T) {
	t.Parallel()
	offSession := func(p *stripe.PaymentIntentCreateParams) { p.OffSession = stripe.Bool(true) }
	for token, want := range map[string]string{
		"pm_card_authenticationRequired":                   "authentication_required",
		"pm_card_authenticationRequiredOnSetup":            "authentication_required",
		"pm_card_authenticationRequiredSetupForOffSession": "",
		"pm_card_visa": "",
	} {
		r := newRig(t)
		_, err := r.client.V1PaymentIntents.Create(background(), order(token, confirmed, offSession))
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", token, err)
			}
			continue
		}
		if e := fails(t, err, 402, want); e.PaymentIntent.Status != "requires_payment_method" || string(e.DeclineCode) != want {
			t.Errorf("%s: %+v", token, e)
		}
	}
}

// method makes a payment method from a card number.
func (r *rig) method(t tb, number string) string {
	t.Helper()
	m, err := r.client.V1PaymentMethods.Create(background(), &stripe.PaymentMethodCreateParams{Type: stripe.String("card"),
		Card: &stripe.PaymentMethodCreateCardParams{Number: stripe.String(number), ExpMonth: stripe.Int64(12), ExpYear: stripe.Int64(2030),
			CVC: stripe.String("123")}})
	if err != nil {
		t.Fatalf("payment method %s: %v", number, err)
	}
	return m.ID
}

func TestCardsAreChecked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, c := range []struct {
		number      string
		month, year int64
		code        string
	}{
		{"4242424242424241", 12, 2030, "incorrect_number"},
		{"4111111111111111", 12, 2030, "card_declined"},
		{"4242424242424242", 13, 2030, "invalid_expiry_month"},
		{"4242424242424242", 2, 2026, "invalid_expiry_year"},
	} {
		_, err := r.client.V1PaymentMethods.Create(background(), &stripe.PaymentMethodCreateParams{Type: stripe.String("card"),
			Card: &stripe.PaymentMethodCreateCardParams{Number: stripe.String(c.number), ExpMonth: stripe.Int64(c.month),
				ExpYear: stripe.Int64(c.year)}})
		fails(t, err, 402, c.code)
	}
	m, err := r.client.V1PaymentMethods.Create(background(), &stripe.PaymentMethodCreateParams{Type: stripe.String("card"),
		Card: &stripe.PaymentMethodCreateCardParams{Token: stripe.String("tok_mastercard")}})
	if err != nil || m.Card.Brand != "mastercard" || m.Card.Last4 != "4444" {
		t.Errorf("%+v %v", m, err)
	}
	got, err := r.client.V1PaymentMethods.Retrieve(background(), m.ID, nil)
	if err != nil || got.ID != m.ID {
		t.Error(err)
	}
	if ready, err := r.client.V1PaymentMethods.Retrieve(background(), "pm_card_amex", nil); err != nil || ready.Card.Brand != "amex" {
		t.Error(err)
	}
	_, err = r.client.V1PaymentMethods.Retrieve(background(), "pm_none", nil)
	fails(t, err, 404, "resource_missing")
}

func TestAMethodServesOneIntentUnlessItIsACustomers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	owner, err := r.client.V1Customers.Create(background(), &stripe.CustomerCreateParams{Email: stripe.String("a@shop.example")})
	if err != nil {
		t.Fatal(err)
	}
	of := func(p *stripe.PaymentIntentCreateParams) { p.Customer = stripe.String(owner.ID) }

	single := r.method(t, "4242424242424242")
	r.create(t, order(single, confirmed))
	_, err = r.client.V1PaymentIntents.Create(background(), order(single, confirmed))
	fails(t, err, 400, "invalid_request_error")

	saved := r.method(t, "4242424242424242")
	if m, err := r.client.V1PaymentMethods.Attach(background(), saved,
		&stripe.PaymentMethodAttachParams{Customer: stripe.String(owner.ID)}); err != nil || m.Customer.ID != owner.ID {
		t.Fatal(err)
	}
	r.create(t, order(saved, confirmed, of))
	r.create(t, order(saved, confirmed, of))
	_, err = r.client.V1PaymentIntents.Create(background(), order(saved, confirmed))
	if e := fails(t, err, 400, "invalid_request_error"); e.Param != "" {
		t.Errorf("the method is blamed for a missing customer: %s", e.Param)
	}
	other, err := r.client.V1Customers.Create(background(), &stripe.CustomerCreateParams{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.client.V1PaymentIntents.Create(background(),
		order(saved, func(p *stripe.PaymentIntentCreateParams) { p.Customer = stripe.String(other.ID) }))
	if e := fails(t, err, 400, "invalid_request_error"); e.Param != "payment_method" {
		t.Errorf("another customer's method: %s", e.Param)
	}

	_, err = r.client.V1PaymentMethods.Attach(background(), r.method(t, "4000000000000002"),
		&stripe.PaymentMethodAttachParams{Customer: stripe.String(owner.ID)})
	fails(t, err, 402, "card_declined")
	if _, err = r.client.V1PaymentMethods.Attach(background(), r.method(t, "4000000000000341"),
		&stripe.PaymentMethodAttachParams{Customer: stripe.String(owner.ID)}); err != nil {
		t.Error(err)
	}
	for range 2 { // the ready methods never wear out
		r.create(t, order("pm_card_visa", confirmed))
	}
}
