package paymentsapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsapi"
	"rialto/functions/payments/stripegateway"
	"rialto/localstack/standins/gateway"
)

// inbox keeps what it is given, or fails.
type inbox struct {
	kept  []payments.Notice
	fails error
}

func (i *inbox) Put(_ context.Context, n payments.Notice) error {
	if i.fails != nil {
		return i.fails
	}
	i.kept = append(i.kept, n)
	return nil
}

// An event is taken as its bytes came, nulls and all, by its signature alone; one that cannot be kept is asked for again.
func TestAWebhookIsKeptByItsSignature(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	body := `{"id":"evt_1", "type":"refund.created","data":{"object":{"id":"re_1","object":"refund","reason":null,"note":""}},"request":null}`
	right := gateway.Sign("whsec_a", []byte(body), now)
	for name, c := range map[string]struct {
		signature, body string
		fails           error
		status, kept    int
	}{
		"signed":           {right, body, nil, http.StatusNoContent, 1},
		"spaces taken out": {right, strings.ReplaceAll(body, " ", ""), nil, http.StatusBadRequest, 0},
		"another secret":   {gateway.Sign("whsec_b", []byte(body), now), body, nil, http.StatusBadRequest, 0},
		"not signed":       {"", body, nil, http.StatusUnprocessableEntity, 0},
		"nothing":          {right, "", nil, http.StatusBadRequest, 0},
		"the queue is away": {right, body, fault.New(fault.Unavailable, "notice_not_kept", "away").Because(errors.New("away")),
			http.StatusServiceUnavailable, 0},
	} {
		in := &inbox{fails: c.fails}
		h := api.Handler(paymentsapi.Routes(payments.Receiver{Signatures: stripegateway.Signatures{Secret: stripeapi.Fixed("whsec_a")}, Inbox: in,
			Now: func() time.Time { return now }}))
		r := httptest.NewRequest(http.MethodPost, "/webhooks/v1/gateway", strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		if c.signature != "" {
			r.Header.Set("Stripe-Signature", c.signature)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || len(in.kept) != c.kept {
			t.Errorf("%s: %d %s, %d kept", name, w.Code, w.Body, len(in.kept))
		}
		if len(in.kept) == 1 && in.kept[0] != (payments.Notice{ID: "evt_1", Type: "refund.created", Object: "refund", ObjectID: "re_1"}) {
			t.Errorf("%s: %+v", name, in.kept[0])
		}
	}
}
