package stripeapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82"
)

// A function that runs for hours signs with a rotated secret minutes after, and with the one before while the new one cannot be
// read. Seen to catch: a secret read at the start alone.
func TestARotatedSecretIsReadAgain(t *testing.T) {
	t.Parallel()
	var sent string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sent = r.Header.Get("Authorization") }))
	t.Cleanup(server.Close)
	var (
		now    time.Time
		stored string
		failed error
		reads  int
	)
	secret := kept(func(context.Context) (string, error) { reads++; return stored, failed }, func() time.Time { return now })
	client := New(Config{Secret: secret, URL: server.URL, Timeout: time.Minute})
	for _, step := range []struct {
		after  time.Duration
		stored string
		failed error
		want   string
		reads  int
	}{
		{0, "", errors.New("throttled"), "", 1},
		{0, "sk_a", nil, "Bearer sk_a", 2},
		{4 * time.Minute, "sk_b", nil, "Bearer sk_a", 2},
		{time.Minute, "sk_b", nil, "Bearer sk_b", 3},
		{5 * time.Minute, "", errors.New("throttled"), "Bearer sk_b", 4},
		{5 * time.Minute, "sk_c", nil, "Bearer sk_c", 5},
	} {
		now, stored, failed, sent = now.Add(step.after), step.stored, step.failed, ""
		_, err := client.V1PaymentIntents.Retrieve(t.Context(), "pi_a", &stripe.PaymentIntentRetrieveParams{})
		if sent != step.want || reads != step.reads || step.want == "" && err == nil {
			t.Errorf("%+v: sent %q after %d reads, and says %v", step, sent, reads, err)
		}
	}
}
