package stripegateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
	"rialto/functions/payments/stripegateway"
)

// answering returns a gateway whose server gives one answer, and the requests it saw.
func answering(t *testing.T, status int, header http.Header, body string) (*stripegateway.Gateway, *[]*http.Request, *bytes.Buffer) {
	t.Helper()
	var seen []*http.Request
	sent := &bytes.Buffer{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r)
		_, _ = io.Copy(sent, r.Body)
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return stripegateway.New(stripegateway.Config{Secret: stripeapi.Fixed("sk_test_x"), URL: server.URL, Timeout: time.Minute}), &seen, sent
}

const secretive = `"message":"No such PaymentMethod: 'pm_secret'; pi_1_secret_abc"`

// Each kind of failure is sorted into what is known and what is not, is not repeated, and quotes nothing.
func TestFailures(t *testing.T) {
	t.Parallel()
	replayed := http.Header{"Idempotent-Replayed": {"true"}}
	for _, c := range []struct {
		name   string
		status int
		header http.Header
		body   string
		want   string
	}{
		{"no such method", 400, nil, `{"error":{"type":"invalid_request_error","code":"resource_missing",` + secretive + `}}`, "refused resource_missing"},
		{"bad key", 401, nil, `{"error":{"type":"invalid_request_error",` + secretive + `}}`, "unknown"},
		{"key in use", 409, nil, `{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use",` + secretive + `}}`, "unknown"},
		{"other parameters", 400, nil, `{"error":{"type":"idempotency_error",` + secretive + `}}`, "unknown"},
		{"busy", 429, replayed, `{"error":{"type":"invalid_request_error","code":"rate_limit",` + secretive + `}}`, "unknown"},
		{"broken", 500, nil, `{"error":{"type":"api_error",` + secretive + `}}`, "unknown"},
		{"broken and stored", 500, replayed, `{"error":{"type":"api_error",` + secretive + `}}`, "spent"},
		{"broken for good", 500, http.Header{"Stripe-Should-Retry": {"false"}}, `{"error":{"type":"api_error",` + secretive + `}}`, "spent"},
		{"no JSON", 502, nil, `<html>pm_secret`, "unknown"},
		{"half an answer", 200, nil, `{"id":"pi_1","client_secret":"pi_1_secret_abc"`, "unknown"},
		{"unheard-of state", 200, nil, `{"id":"pi_1","status":"pondering"}`, "unknown"},
		{"declined", 402, nil, `{"error":{"type":"card_error","code":"card_declined","decline_code":"lost_card",` + secretive +
			`,"payment_intent":{"id":"pi_1","status":"requires_payment_method"}}}`, "declined lost_card"},
		{"in another state", 400, nil, `{"error":{"type":"invalid_request_error","code":"payment_intent_unexpected_state",` + secretive +
			`,"payment_intent":{"id":"pi_1","status":"canceled"}}}`, "canceled payment_intent_unexpected_state"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g, seen, _ := answering(t, c.status, c.header, c.body)
			i, err := g.Confirm(context.Background(), "key", "pi_1", false)
			got := fmt.Sprintf("%s %s", i.Status, i.Code)
			var refusal *payments.Refusal
			var lost *payments.UnknownOutcome
			switch {
			case errors.As(err, &refusal):
				got = "refused " + refusal.Code
			case errors.As(err, &lost) && lost.Spent:
				got = "spent"
			case errors.As(err, &lost):
				got = "unknown"
			case err != nil:
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %s, want %s (%v)", got, c.want, err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error quotes what is secret: %v", err)
			}
			if len(*seen) != 1 || (*seen)[0].Header.Get("Idempotency-Key") != "key" {
				t.Errorf("%d calls", len(*seen))
			}
		})
	}
}

func TestNoAnswerInTime(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	t.Cleanup(func() { close(stop); server.Close() })
	g := stripegateway.New(stripegateway.Config{Secret: stripeapi.Fixed("sk_test_x"), URL: server.URL, Timeout: 50 * time.Millisecond})
	_, err := g.Retrieve(context.Background(), "pi_1")
	var lost *payments.UnknownOutcome
	if !errors.As(err, &lost) || lost.Spent || lost.Cause == nil || lost.Cause.Error() != "timeout" {
		t.Fatalf("got %v", err)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{"pm_1": "payment_method=pm_1&payment_method_types", "cus_1/pm_1": "customer=cus_1"} {
		g, _, sent := answering(t, 200, nil, `{"id":"pi_1","status":"requires_confirmation"}`)
		i, err := g.Create(context.Background(), "key", payments.Charge{OrderID: "ord_1", Group: "g1", Amount: money.Of(1299, "JPY"), Method: token})
		if err != nil || i.ID != "pi_1" || i.Status != payments.IntentOpen {
			t.Fatal(i, err)
		}
		for _, part := range []string{want, "payment_method=pm_1", "amount=1299", "currency=jpy", "capture_method=manual", "metadata[order_id]=ord_1",
			"metadata[group]=g1"} {
			if !strings.Contains(sent.String(), part) {
				t.Errorf("%s is not in %s", part, sent)
			}
		}
		if strings.Contains(sent.String(), "confirm=") {
			t.Errorf("created confirmed: %s", sent)
		}
	}
}
