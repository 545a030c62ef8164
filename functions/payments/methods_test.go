package payments_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payments/stripegateway"
)

// card makes a payment method at the bank, as a shopper's browser does.
func (b *bank) card(t *testing.T, number string) string {
	t.Helper()
	form := url.Values{"type": {"card"}, "card[number]": {number}, "card[exp_month]": {"12"}, "card[exp_year]": {"2040"}, "card[cvc]": {"123"}}
	req, err := http.NewRequest(http.MethodPost, b.url+"/v1/payment_methods", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_browser")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out struct{ ID string }
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || out.ID == "" {
		t.Fatal(res.Status, err)
	}
	return out.ID
}

// methods is the use case beside the rig's own.
func (r *rig) methods() payments.Methods {
	return payments.Methods{Customers: paymentsstore.Store{DB: r.db},
		Gateway: stripegateway.New(stripegateway.Config{Secret: stripeapi.Fixed("sk_test_rialto"), URL: r.bank.url, Timeout: patience})}
}

func attach(t *testing.T, m payments.Methods, customer, method string) payments.MethodResult {
	t.Helper()
	out, err := m.Change(context.Background(), payments.MethodChange{CustomerID: customer, Attach: method})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A card that a browser made pays for orders of several shipments, one after the other. Without a customer it pays for one shipment.
func TestAnAttachedCardPaysAsOftenAsWanted(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	m := attach(t, r.methods(), "cus_shopper", b.card(t, "4242424242424242"))
	if m.Brand != "visa" || m.Last4 != "4242" || m.ExpMonth != 12 || m.ExpYear != 2040 || m.DeclineReason != "" || m.Refused != "" {
		t.Fatalf("%+v", m)
	}
	second := attach(t, r.methods(), "cus_shopper", b.card(t, "5555555555554444"))
	if owner, _, _ := strings.Cut(m.Token, "/"); !strings.HasPrefix(second.Token, owner+"/") || !strings.HasPrefix(owner, "cus_") {
		t.Fatalf("one shopper has %s and %s", m.Token, second.Token)
	}
	for range 3 {
		if _, err := r.authorizes(r.input(m.Token, "g1", "g2"), 1); err != nil {
			t.Fatal(err)
		}
		r.order = b.rig().order
	}
	alone := b.card(t, "4242424242424242")
	if _, err := r.authorizes(r.input(alone, "g1"), 1); err != nil {
		t.Fatal(err)
	}
	r.order = b.rig().order
	_, err := r.authorizes(r.input(alone, "g1"), 1)
	wantCode(t, err, "payment_refused")
	if got := attach(t, r.methods(), "cus_shopper", alone); got.Refused == "" {
		t.Fatalf("a method that is used up was attached: %+v", got)
	}
}

// A method that was taken off pays no more, and is taken off but once; so are all of a customer that is forgotten.
func TestADetachedCardCannotPay(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	ms := r.methods()
	off, kept := attach(t, ms, "cus_shopper", b.card(t, "4242424242424242")), attach(t, ms, "cus_shopper", b.card(t, "5555555555554444"))
	cannotPay := func(token string) {
		t.Helper()
		r.order = b.rig().order
		_, err := r.authorizes(r.input(token, "g1"), 1)
		wantCode(t, err, "payment_refused")
		if f := fault.Of(err); f.Kind == fault.Declined {
			t.Errorf("the gateway's refusal passes for the bank's: %v", err)
		}
	}
	for range 2 {
		if _, err := ms.Change(context.Background(), payments.MethodChange{CustomerID: "cus_shopper", Detach: off.Token}); err != nil {
			t.Fatal(err)
		}
	}
	cannotPay(off.Token)
	r.order = b.rig().order
	if _, err := r.authorizes(r.input(kept.Token, "g1"), 1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := ms.Change(context.Background(), payments.MethodChange{CustomerID: "cus_shopper"}); err != nil {
			t.Fatal(err)
		}
	}
	cannotPay(kept.Token)
}

// A card that the bank would not have is kept, with the reason; a payment with it says the reason as well.
func TestADeclineHasAReason(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for number, want := range map[string]string{
		"4000000000000002": "generic_decline", "4000000000009995": "insufficient_funds", "4000000000009987": "generic_decline",
		"4000000000009979": "generic_decline", "4000000000000069": "expired_card", "4000000000000127": "incorrect_cvc",
		"4000000000000119": "try_again", "4000000000006975": "limit_exceeded",
	} {
		r := b.rig()
		m := attach(t, r.methods(), "cus_shopper", b.card(t, number))
		if m.DeclineReason != want || m.Last4 != number[12:] {
			t.Errorf("%s: %+v, want %s", number, m, want)
		}
		_, err := r.authorizes(r.input(m.Token, "g1"), 1)
		wantReason(t, err, want)
	}
	for method, want := range map[string]string{
		"pm_card_visa_chargeDeclined": "generic_decline", "pm_card_chargeDeclined": "generic_decline",
		"pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds", "pm_card_visa_chargeDeclinedLostCard": "generic_decline",
		"pm_card_visa_chargeDeclinedStolenCard": "generic_decline", "pm_card_chargeDeclinedExpiredCard": "expired_card",
		"pm_card_chargeDeclinedIncorrectCvc": "incorrect_cvc", "pm_card_chargeDeclinedProcessingError": "try_again",
		"pm_card_visa_chargeDeclinedVelocityLimitExceeded": "limit_exceeded", "pm_card_chargeCustomerFail": "generic_decline",
	} {
		r := b.rig()
		m := attach(t, r.methods(), "cus_shopper", method)
		for range 2 {
			_, err := r.authorizes(r.input(m.Token, "g1", "g2"), 1)
			wantReason(t, err, want)
			r.order = b.rig().order
		}
	}
}

func wantReason(t *testing.T, err error, want string) {
	t.Helper()
	f := fault.Of(err)
	if f.Code != "payment_declined" || len(f.Fields) != 1 || f.Fields[0].Code != want || f.Fields[0].Message == "" {
		t.Errorf("got %s %+v, want payment_declined %s", f.Code, f.Fields, want)
	}
}

// A card whose bank asks its shopper pays again without them, once they have answered: the first payment sets it up.
func TestAPaymentSetsTheCardUp(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	m := attach(t, r.methods(), "cus_shopper", b.card(t, "4000002500003155"))
	if _, err := r.authorizes(r.input(m.Token, "g1"), 1); err != nil {
		t.Fatal(err)
	}
	id := r.record(t, "g1").IntentID
	b.control(t, http.MethodPost, "/_control/intents/"+id+"/authenticate?outcome=succeed", "", &struct{}{})
	if out, err := r.authorizes(r.input(m.Token, "g1"), 1); err != nil || out.Status != "authorized" {
		t.Fatal(out, err)
	}
	r.Now = func() time.Time { return time.Now().Add(6*24*time.Hour + time.Hour) }
	if _, err := r.Renew(context.Background(), r.order, "g1"); err != nil {
		t.Fatal(err)
	}
	if p := r.record(t, "g1"); p.Current != 1 || p.State != payments.Authorized {
		t.Fatalf("%+v", p)
	}
}

// While the gateway does not answer, nothing is concluded.
func TestMethodsWhileTheGatewayIsAway(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	ms := r.methods()
	ms.Gateway = stripegateway.New(stripegateway.Config{Secret: stripeapi.Fixed("sk_test_rialto"), URL: "http://127.0.0.1:1", Timeout: patience})
	_, err := ms.Change(context.Background(), payments.MethodChange{CustomerID: "cus_shopper", Attach: "pm_card_visa"})
	wantCode(t, err, "payment_unknown")
	if _, err := ms.Change(context.Background(), payments.MethodChange{}); fault.Code(err) != "malformed_step" {
		t.Fatal(err)
	}
}
