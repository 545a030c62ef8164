package stripeapi

import (
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v82"

	"rialto/functions/internal/trace"
)

// Config says which API. URL is empty for Stripe's own. Timeout bounds one call.
type Config struct {
	Secret   Secret
	URL      string
	Timeout  time.Duration
	Recorded bool // every call is logged
}

// New returns a client.
func New(c Config) *stripe.Client {
	client := trace.Client(&http.Client{Timeout: c.Timeout, Transport: signed{c.Secret, http.DefaultTransport}})
	if c.Recorded {
		client = trace.RecordHTTP("gateway", client)
	}
	config := &stripe.BackendConfig{
		HTTPClient:        client,
		MaxNetworkRetries: stripe.Int64(0),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
		EnableTelemetry:   stripe.Bool(false),
	}
	if c.URL != "" {
		config.URL = stripe.String(c.URL)
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, config)
	backends := &stripe.Backends{API: backend, Connect: backend, Uploads: backend, MeterEvents: backend}
	return stripe.NewClient("", stripe.WithBackends(backends)) // each call is signed as it leaves
}

// signed puts the secret of the moment into every call.
type signed struct {
	secret Secret
	next   http.RoundTripper
}

// RoundTrip makes the call.
func (s signed) RoundTrip(req *http.Request) (*http.Response, error) {
	secret, err := s.secret(req.Context())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+secret)
	return s.next.RoundTrip(req)
}
