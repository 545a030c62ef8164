package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v82"
)

// testing.TB, without which rapid's T could not be used.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// clock is a clock that only moves when told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is a gateway behind a real server, and the real stripe-go client in front of it.
type rig struct {
	g      *Gateway
	url    string
	client *stripe.Client
	clock  *clock
	http   *http.Client
	close  func()
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := openRig()
	t.Cleanup(r.close)
	return r
}

func openRig() *rig {
	c := &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	g := New(Config{Now: c.Now, Seed: 7})
	server := httptest.NewServer(g)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	r := &rig{g: g, url: server.URL, clock: c, http: &http.Client{Transport: transport, Timeout: 10 * time.Second}}
	r.client = stripeClient(server.URL, r.http)
	r.close = func() {
		g.Close()
		transport.CloseIdleConnections()
		server.Close()
	}
	return r
}

func stripeClient(address string, h *http.Client) *stripe.Client {
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: stripe.String(address), HTTPClient: h, MaxNetworkRetries: stripe.Int64(0),
		EnableTelemetry: stripe.Bool(false), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}})
	return stripe.NewClient("sk_test_rialto", stripe.WithBackends(&stripe.Backends{API: backend, Connect: backend, Uploads: backend,
		MeterEvents: backend}))
}

// impatient is the client with another time limit.
func (r *rig) impatient(limit time.Duration) *stripe.Client {
	return stripeClient(r.url, &http.Client{Transport: r.http.Transport, Timeout: limit})
}

func background() context.Context { return context.Background() }

// order is what Rialto's payments send: an unconfirmed, manually captured card intent of 5000 minor units.
func order(token string, change ...func(*stripe.PaymentIntentCreateParams)) *stripe.PaymentIntentCreateParams {
	p := &stripe.PaymentIntentCreateParams{Amount: stripe.Int64(5000), Currency: stripe.String("usd"),
		CaptureMethod: stripe.String("manual"), PaymentMethodTypes: []*string{stripe.String("card")}}
	if token != "" {
		p.PaymentMethod = stripe.String(token)
	}
	for _, f := range change {
		f(p)
	}
	return p
}

func confirmed(p *stripe.PaymentIntentCreateParams) { p.Confirm = stripe.Bool(true) }
func automatic(p *stripe.PaymentIntentCreateParams) { p.CaptureMethod = stripe.String("automatic") }

func keyed(key string) func(*stripe.PaymentIntentCreateParams) {
	return func(p *stripe.PaymentIntentCreateParams) { p.SetIdempotencyKey(key) }
}

func forOrder(id string) func(*stripe.PaymentIntentCreateParams) {
	return func(p *stripe.PaymentIntentCreateParams) { p.AddMetadata("order_id", id) }
}

func (r *rig) create(t tb, p *stripe.PaymentIntentCreateParams) *stripe.PaymentIntent {
	t.Helper()
	i, err := r.client.V1PaymentIntents.Create(background(), p)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return i
}

func (r *rig) retrieve(t tb, id string) *stripe.PaymentIntent {
	t.Helper()
	p := &stripe.PaymentIntentRetrieveParams{}
	p.AddExpand("latest_charge")
	i, err := r.client.V1PaymentIntents.Retrieve(background(), id, p)
	if err != nil {
		t.Fatalf("retrieve: %v", err)
	}
	return i
}

func (r *rig) confirm(id, key string) (*stripe.PaymentIntent, error) {
	p := &stripe.PaymentIntentConfirmParams{}
	if key != "" {
		p.SetIdempotencyKey(key)
	}
	return r.client.V1PaymentIntents.Confirm(background(), id, p)
}

func (r *rig) cancel(id string) (*stripe.PaymentIntent, error) {
	return r.client.V1PaymentIntents.Cancel(background(), id, &stripe.PaymentIntentCancelParams{})
}

// capture takes everything when amount is 0.
func (r *rig) capture(id string, amount int64) (*stripe.PaymentIntent, error) {
	p := &stripe.PaymentIntentCaptureParams{}
	if amount != 0 {
		p.AmountToCapture = stripe.Int64(amount)
	}
	return r.client.V1PaymentIntents.Capture(background(), id, p)
}

func (r *rig) refund(id string, amount int64) (*stripe.Refund, error) {
	p := &stripe.RefundCreateParams{PaymentIntent: stripe.String(id)}
	if amount != 0 {
		p.Amount = stripe.Int64(amount)
	}
	return r.client.V1Refunds.Create(background(), p)
}

// fails asserts the status and code (or, without one, the type) of an API error.
func fails(t tb, err error, status int, code string) *stripe.Error {
	t.Helper()
	var e *stripe.Error
	if !errors.As(err, &e) {
		t.Fatalf("want %d %s, got %v", status, code, err)
	}
	got := string(e.Code)
	if got == "" {
		got = string(e.Type)
	}
	if e.HTTPStatusCode != status || got != code {
		t.Fatalf("want %d %s, got %d %s: %s", status, code, e.HTTPStatusCode, got, e.Msg)
	}
	return e
}

// unanswered asserts that no answer came.
func unanswered(t tb, err error) {
	t.Helper()
	var e *stripe.Error
	if err == nil || errors.As(err, &e) {
		t.Fatalf("want no answer, got %v", err)
	}
}

// control calls a control endpoint and reads its answer into out.
func (r *rig) control(t tb, method, path string, body, out any) int {
	t.Helper()
	var reader io.Reader
	if body != nil {
		encoded, _ := json.Marshal(body)
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, r.url+"/_control/"+path, reader)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	res, err := r.http.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return res.StatusCode
}

func (r *rig) audit(t tb, query url.Values) []AuditedIntent {
	t.Helper()
	var out struct{ Intents []AuditedIntent }
	if status := r.control(t, "GET", "intents?"+query.Encode(), nil, &out); status != 200 {
		t.Fatalf("audit: %d", status)
	}
	return out.Intents
}

func (r *rig) books(t tb) Balances {
	t.Helper()
	var out Balances
	r.control(t, "GET", "balance", nil, &out)
	return out
}

func (r *rig) arm(t tb, f Fault) Fault {
	t.Helper()
	var armed Fault
	if status := r.control(t, "POST", "faults", f, &armed); status != 201 {
		t.Fatalf("arm: %d", status)
	}
	return armed
}

// eventually polls to a deadline.
func eventually(t tb, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// holding polls until the fault holds a call.
func (r *rig) holding(t tb, id string) {
	t.Helper()
	eventually(t, "a call is held", func() bool {
		var out struct{ Faults []Fault }
		r.control(t, "GET", "faults", nil, &out)
		for _, f := range out.Faults {
			if f.ID == id && f.Waiting > 0 {
				return true
			}
		}
		return false
	})
}

// raw sends a call by hand.
func (r *rig) raw(t tb, method, path, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	req, _ := http.NewRequest(method, r.url+path, bytes.NewBufferString(body))
	req.Header.Set("Authorization", "Bearer sk_test_raw")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := r.http.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	read, _ := io.ReadAll(res.Body)
	return res, string(read)
}
