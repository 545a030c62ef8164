package stripegateway_test

import (
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82/webhook"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
	"rialto/functions/payments/stripegateway"
)

// What Stripe's own library signs is taken, for five minutes, by that secret alone.
func TestSignatures(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id":"evt_1","type":"refund.created","data":{"object":{"id":"re_1","object":"refund","reason":null}}}`)
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	sign := func(payload []byte, secret string) string {
		return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: at}).Header
	}
	right := sign(body, "whsec_a")
	for name, c := range map[string]struct {
		header string
		body   []byte
		now    time.Time
		taken  bool
	}{
		"signed":              {right, body, at, true},
		"late":                {right, body, at.Add(5 * time.Minute), true},
		"a clock that is off": {right, body, at.Add(-5 * time.Minute), true},
		"rolled":              {sign(body, "whsec_old") + "," + right[len("t=1796040000,"):], body, at, true},
		"too late":            {right, body, at.Add(5*time.Minute + time.Second), false},
		"from the future":     {right, body, at.Add(-5*time.Minute - time.Second), false},
		"another secret":      {sign(body, "whsec_b"), body, at, false},
		"another body":        {right, append(body, ' '), at, false},
		"another time":        {"t=1796040001," + right[len("t=1796040000,"):], body, at, false},
		"none":                {"", body, at, false},
		"no time":             {right[len("t=1796040000,"):], body, at, false},
		"an older scheme":     {"t=1796040000,v0=" + right[len("t=1796040000,v1="):], body, at, false},
		"no event":            {sign([]byte(`[]`), "whsec_a"), []byte(`[]`), at, false},
	} {
		n, err := stripegateway.Signatures{Secret: stripeapi.Fixed("whsec_a")}.Notice(t.Context(), c.body, c.header, c.now)
		if want := (payments.Notice{ID: "evt_1", Type: "refund.created", Object: "refund", ObjectID: "re_1"}); c.taken && (err != nil || n != want) {
			t.Errorf("%s: %+v %v", name, n, err)
		}
		if !c.taken && fault.Code(err) != "bad_signature" {
			t.Errorf("%s: %+v %v", name, n, err)
		}
	}
	nobody := stripegateway.Signatures{Secret: stripeapi.Fixed("")}
	if _, err := nobody.Notice(t.Context(), body, sign(body, ""), at); fault.Code(err) != "bad_signature" {
		t.Errorf("without a secret: %v", err)
	}
}
