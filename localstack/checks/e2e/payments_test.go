package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
)

// atGateway asks the payment gateway as a browser or its dashboard does, and decodes the answer.
func atGateway(ctx context.Context, t *testing.T, path string, form url.Values, out any) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, contract.LocalPaymentsURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_elsewhere")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || json.Unmarshal(body, out) != nil {
		t.Fatalf("%s: %s %s %v", path, res.Status, body, err)
	}
}

// newCard makes a payment method of a card's number, good until the end of a year.
func newCard(ctx context.Context, t *testing.T, number, year string) string {
	t.Helper()
	var m struct{ ID string }
	atGateway(ctx, t, "/v1/payment_methods", url.Values{"type": {"card"}, "card[number]": {number}, "card[exp_month]": {"12"},
		"card[exp_year]": {year}, "card[cvc]": {"123"}}, &m)
	return m.ID
}

// A card that a browser made at the gateway pays again and again, and for a cart of two sellers; taken off, it is gone. Seen to
// catch: a method without a customer.
func TestACardPaysAsOftenAsWanted(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	a, b := newSKU(ctx, t, "Card lamp", 5), newSKU(ctx, t, "Card vase", 5)
	s := mustShopper(ctx, t, newCard(ctx, t, "5555555555554444", "2040"))
	var list struct {
		Methods []struct {
			Brand, Last4 string
			Month        int `json:"exp_month"`
			Year         int `json:"exp_year"`
			Expired      bool
		} `json:"payment_methods"`
	}
	if _, err := s.Call(ctx, http.MethodGet, "/api/v1/payment-methods", nil, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Methods) != 1 || list.Methods[0].Brand != "mastercard" || list.Methods[0].Last4 != "4444" || list.Methods[0].Month != 12 ||
		list.Methods[0].Year != 2040 || list.Methods[0].Expired {
		t.Fatalf("%+v", list)
	}
	for _, bought := range [][]sku{{a}, {a}, {a, b}} {
		var c cart
		for _, k := range bought {
			c = s.mustPut(ctx, t, k, 1)
		}
		o, err := s.checkout(ctx, c.ID, shop.NewKey())
		if err != nil || o.Status != "placed" {
			t.Fatalf("%+v %v", o, err)
		}
		if money, err := auditor.MoneyOf(ctx, o.OrderID); err != nil || money.Intents != len(bought) || money.Open+money.Captured == 0 {
			t.Fatalf("%+v %v", money, err)
		}
	}
	if _, err := s.Call(ctx, http.MethodDelete, "/api/v1/payment-methods/"+s.Method, nil, nil); err != nil {
		t.Fatal(err)
	}
	o, err := s.checkout(ctx, s.mustPut(ctx, t, a, 1).ID, shop.NewKey())
	if err != nil || o.Code != "payment_method_not_found" {
		t.Fatalf("%+v %v", o, err)
	}
}

// A decline says what the shopper can do, and only that: neither a code of ours nor that a card is stolen.
func TestADeclineSaysWhatToDo(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Declined lamp", 9)
	for method, reason := range map[string]string{
		"pm_card_chargeDeclinedExpiredCard":            "expired_card",
		"pm_card_chargeDeclinedIncorrectCvc":           "incorrect_cvc",
		"pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
		"pm_card_chargeDeclinedProcessingError":        "try_again",
		"pm_card_visa_chargeDeclinedStolenCard":        "generic_decline",
		newCard(ctx, t, "4000000000000341", "2040"):    "generic_decline",
	} {
		s := mustShopper(ctx, t, method)
		a, err := s.Do(ctx, http.MethodPost, "/api/v1/orders/checkout", s.Order(s.mustPut(ctx, t, k, 1).ID), shop.Key(shop.NewKey()))
		p := a.Problem()
		if err != nil || a.Status != http.StatusPaymentRequired || p.Code != "payment_declined" || len(p.Errors) != 1 ||
			p.Errors[0].Code != reason || p.Errors[0].Message == "" {
			t.Errorf("%s: %d %s %v, want %s", method, a.Status, a.Body, err, reason)
		}
	}
}

// A method that went bad at the gateway behind our back is refused by it, not by a bank.
func TestTheGatewaysRefusalIsNoDecline(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	card := newCard(ctx, t, "4242424242424242", "2040")
	s := mustShopper(ctx, t, card)
	atGateway(ctx, t, "/v1/payment_methods/"+card+"/detach", nil, &struct{}{})
	o, err := s.checkout(ctx, s.mustPut(ctx, t, newSKU(ctx, t, "Refused lamp", 5), 1).ID, shop.NewKey())
	if err != nil || o.HTTP != http.StatusUnprocessableEntity || o.Code != "payment_refused" {
		t.Fatalf("%+v %v", o, err)
	}
	nothing(ctx, t, s)
	var again shop.Answer
	if again, err = s.Do(ctx, http.MethodPost, "/api/v1/payment-methods", map[string]string{"token": "pm_nobody"}); err != nil ||
		again.Status != http.StatusUnprocessableEntity || again.Problem().Code != "payment_method_refused" {
		t.Fatalf("%d %s %v", again.Status, again.Body, err)
	}
}
