package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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

// delivered is an order of two units that Rialto has delivered and that was paid with a method, with the id of its intent.
func delivered(ctx context.Context, t *testing.T, title, method string) (s *shopper, k sku, orderID, intentID string) {
	t.Helper()
	k, s = newSKU(ctx, t, title, 5), mustShopper(ctx, t, method)
	o, err := s.checkout(ctx, s.mustPut(ctx, t, k, 2).ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	until(ctx, t, "delivered", 3*time.Minute, func() bool {
		var tr struct{ Status string }
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+o.OrderID+"/tracking", nil, &tr); err != nil {
			t.Fatal(err)
		}
		return tr.Status == "DELIVERED"
	})
	var books struct{ Intents []struct{ ID string } }
	gateway := shop.Client{Base: contract.LocalPaymentsURL}
	query := url.Values{"metadata[order_id]": {o.OrderID}}.Encode()
	if _, err := gateway.Call(ctx, http.MethodGet, "/_control/intents?"+query, nil, &books); err != nil || len(books.Intents) != 1 {
		t.Fatal(books, err)
	}
	return s, k, o.OrderID, books.Intents[0].ID
}

// Money that was given back in the gateway's dashboard shows in the order, and a return of the same units finds nothing left to give
// back. Seen to catch: a webhook that no queue stands behind.
func TestARefundInTheDashboardIsKnown(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s, k, orderID, intentID := delivered(ctx, t, "Refunded lamp", "pm_card_visa")
	atGateway(ctx, t, "/v1/refunds", url.Values{"payment_intent": {intentID}}, &struct{}{})
	var o life
	until(ctx, t, "the order shows what was given back", 3*time.Minute, func() bool {
		if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+orderID, nil, &o); err != nil {
			t.Fatal(err)
		}
		return o.Refunded.Amount > 0 && o.Refunded == o.Paid
	})
	var tr struct {
		Shipments []struct {
			ShipmentID string `json:"shipment_id"`
		}
	}
	if _, err := s.Call(ctx, http.MethodGet, "/api/v1/orders/"+orderID+"/tracking", nil, &tr); err != nil || len(tr.Shipments) != 1 {
		t.Fatalf("%+v %v", tr, err)
	}
	var r struct {
		ID string `json:"return_id"`
	}
	path := "/api/v1/orders/" + orderID + "/returns"
	if _, err := s.Call(ctx, http.MethodPost, path, map[string]any{"shipment_id": tr.Shipments[0].ShipmentID, "reason": "too bright",
		"lines": []any{map[string]any{"line": k.product + "#" + k.seller, "quantity": 2}}}, &r, shop.Key(shop.NewKey())); err != nil {
		t.Fatal(err)
	}
	call(ctx, t, mustSeller(t, k.seller), http.MethodPost, "/seller/v1/orders/"+orderID+"/returns/"+r.ID+"/receive", map[string]any{}, nil)
	until(ctx, t, "the return is settled", 3*time.Minute, func() bool {
		var list struct {
			Returns []struct{ State, Note string }
		}
		if _, err := s.Call(ctx, http.MethodGet, path, nil, &list); err != nil {
			t.Fatal(err)
		}
		return len(list.Returns) == 1 && list.Returns[0].State == "REFUNDED" && list.Returns[0].Note == "refunded_before"
	})
	if money, err := auditor.MoneyOf(ctx, orderID); err != nil || money.Refunded != money.Captured {
		t.Errorf("%+v %v", money, err)
	}
}

// A dispute is booked as held, and then as won or lost, by what the gateway tells.
func TestADisputeIsBooked(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	_, _, orderID, _ := delivered(ctx, t, "Disputed lamp", "pm_card_createDispute")
	booked := func(what string, ok func(map[string]int64) bool) {
		t.Helper()
		until(ctx, t, what, 3*time.Minute, func() bool {
			of, err := auditor.Booked(ctx, orderID, "dispute")
			if err != nil {
				t.Fatal(err)
			}
			return ok(of)
		})
	}
	booked("held", func(of map[string]int64) bool { return of["disputed"] > 0 && of["disputed"] == -of["gateway_clearing"] })
	id, err := auditor.Dispute(ctx, orderID)
	if err != nil {
		t.Fatal(err)
	}
	atGateway(ctx, t, "/v1/disputes/"+id, url.Values{"evidence[uncategorized_text]": {"winning_evidence"}}, &struct{}{})
	booked("won", func(of map[string]int64) bool {
		_, closed := of["gateway_clearing"]
		return closed && of["disputed"] == 0 && of["gateway_clearing"] == 0
	})
}

// What the gateway has not signed is turned away.
func TestAWebhookIsSigned(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	for _, signature := range []string{"", "t=1,v1=00", "v1=00"} {
		a, err := (&shop.Client{Base: shop.ShopperURL}).Do(ctx, http.MethodPost, "/webhooks/v1/gateway",
			`{"id":"evt_1","type":"refund.created","data":{"object":{"id":"re_1","object":"refund","reason":null}}}`, shop.With("Stripe-Signature", signature))
		if err != nil || a.Status != http.StatusBadRequest && a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d %s %v", signature, a.Status, a.Body, err)
		}
	}
}
