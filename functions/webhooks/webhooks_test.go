package webhooks_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rialto/events"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/publicnet"
	"rialto/functions/laboratory/memory"
	"rialto/functions/webhooks"
	"rialto/functions/webhooks/webhookspost"
	"rialto/functions/webhooks/webhooksstore"
)

// world is a seller with a webhook, a clock, and a queue that is worked off in the order of time.
type world struct {
	*webhooks.Service
	teller *webhooks.Teller
	sender *webhooks.Sender
	store  webhooksstore.Store
	now    time.Time
	due    map[webhooks.Ref]time.Time
	answer int
	posted []webhooks.Message
}

func (w *world) Send(_ context.Context, r webhooks.Ref, after time.Duration) error {
	w.due[r] = w.now.Add(min(after, 15*time.Minute))
	return nil
}

func (w *world) Post(_ context.Context, _ string, m webhooks.Message, _ time.Time, _ string) int {
	w.posted = append(w.posted, m)
	return w.answer
}

const seller = "sel_aaaaaaaaaaaaaaaaaaaaaaaaaa" // of the published example of a return

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{store: webhooksstore.Store{DB: memory.New()}, now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), answer: 200,
		due: map[webhooks.Ref]time.Time{}}
	clock := func() time.Time { return w.now }
	w.Service = &webhooks.Service{Store: w.store, Queue: w, Check: publicnet.Check, Random: bytes.NewReader(make([]byte, 1000)), Now: clock}
	w.teller = &webhooks.Teller{Store: w.store, Queue: w, Now: clock}
	w.sender = &webhooks.Sender{Store: w.store, Queue: w, Post: w, Now: clock}
	return w
}

// hears has an event's published example come.
func (w *world) hears(t *testing.T, event string) {
	t.Helper()
	b, err := events.Files.ReadFile(event + ".v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := outbox.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.teller.HandleEvent(t.Context(), e.Name, e.Data, e.OccurredAt); err != nil {
		t.Fatal(err)
	}
}

// works lets time pass until nothing is due, or for as long as is said.
func (w *world) works(t *testing.T, until time.Duration) {
	t.Helper()
	end := w.now.Add(until)
	for len(w.due) > 0 {
		var next webhooks.Ref
		for r, at := range w.due {
			if next.ID == "" || at.Before(w.due[next]) {
				next = r
			}
		}
		if w.due[next].After(end) {
			break
		}
		if w.due[next].After(w.now) {
			w.now = w.due[next]
		}
		delete(w.due, next)
		if err := w.sender.Deliver(t.Context(), next); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) puts(t *testing.T) string {
	t.Helper()
	_, secret, err := w.Put(t.Context(), seller, "https://shop.example/hooks", "it@shop.example")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// listed are the seller's messages, and how they stand.
func (w *world) listed(t *testing.T) (out []string) {
	t.Helper()
	list, _, err := w.Deliveries(t.Context(), seller, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		out = append(out, fmt.Sprint(m.Type, " ", m.State, " ", m.Attempts, " ", m.Status))
	}
	return out
}

// What happens is told once, however often its event comes, and says which goods and not whose. Seen to catch: a message per delivery of
// the event; one for a seller that does not listen.
func TestAReturnIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hears(t, "fulfillment/ReturnRequested")
	if len(w.due) != 0 || len(w.listed(t)) != 0 {
		t.Fatal("told to nobody")
	}
	w.puts(t)
	for range 3 {
		w.hears(t, "fulfillment/ReturnRequested")
		w.hears(t, "fulfillment/ReturnReceived")
		w.works(t, time.Hour)
	}
	if got := fmt.Sprint(w.listed(t)); len(w.posted) != 2 || strings.Count(got, "DELIVERED 1 200") != 2 {
		t.Fatal(len(w.posted), got)
	}
	var told struct {
		Type string
		Data webhooks.Data
	}
	if err := json.Unmarshal([]byte(w.posted[0].Body), &told); err != nil {
		t.Fatal(err)
	}
	if told.Data.ReturnID != "ret_aaaaaaaaaaaaaaaaaaaaaaaaaa" || len(told.Data.Lines) != 1 || told.Data.Lines[0].Quantity != 1 {
		t.Errorf("%+v", told)
	}
}

// Orders and cancelled parcels go to the seller of each parcel.
func TestOrdersAreTold(t *testing.T) {
	t.Parallel()
	for event, c := range map[string]struct{ seller, kind string }{
		"orders/OrderPlaced":            {"sel_eeeeeeeeeeeeeeeeeeeeeeeeee", webhooks.OrderPlaced},
		"fulfillment/ShipmentCancelled": {"sel_n3v6bq2x7mwhtdkzcy4gsrjfae", webhooks.OrderCancelled},
		"fulfillment/ShipmentReduced":   {"sel_n3v6bq2x7mwhtdkzcy4gsrjfae", webhooks.OrderReduced},
	} {
		w := newWorld(t)
		if _, _, err := w.Put(t.Context(), c.seller, "https://shop.example/", ""); err != nil {
			t.Fatal(err)
		}
		w.hears(t, event)
		w.works(t, time.Hour)
		if len(w.posted) != 1 || w.posted[0].Type != c.kind || !strings.Contains(w.posted[0].Body, `"quantity":`+map[bool]string{true: "1", false: "2"}[c.kind == webhooks.OrderReduced]) ||
			strings.Contains(w.posted[0].Body, "cus_") {
			t.Errorf("%s: %+v", event, w.posted)
		}
	}
}

// A message that is not taken is sent nine times in three days; an endpoint that takes nothing for so long is off, and what comes then is
// held until it is put again and the message is asked for. Seen to catch: a message that is lost while the endpoint is off.
func TestAnEndpointThatIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.puts(t)
	w.answer = 500
	began := w.now
	w.hears(t, "fulfillment/ReturnRequested")
	w.works(t, 30*24*time.Hour)
	if got := fmt.Sprint(w.listed(t)); got != "[return.requested FAILED 9 500]" || len(w.posted) != 9 || w.now.Sub(began) > 3*24*time.Hour {
		t.Fatal(got, len(w.posted), w.now.Sub(began))
	}
	w.now = began.Add(3 * 24 * time.Hour)
	w.hears(t, "fulfillment/ReturnReceived")
	w.works(t, time.Hour)
	e, err := w.Get(t.Context(), seller)
	if err != nil || !e.Off() || e.Why == "" {
		t.Fatal(e, err)
	}
	w.works(t, 30*24*time.Hour)
	if sent, held := len(w.posted), fmt.Sprint(w.listed(t)); sent != 10 || !strings.Contains(held, "return.received HELD 1 500") {
		t.Fatal(sent, held)
	}
	list, _, err := w.Deliveries(t.Context(), seller, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	replay := func() (err error) {
		for _, m := range list {
			if _, err = w.Replay(t.Context(), webhooks.Ref{SellerID: seller, ID: m.ID}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := replay(); fault.Code(err) != "webhook_off" {
		t.Fatal(err)
	}
	w.answer = 204
	if secret := w.puts(t); secret != "" {
		t.Error("the secret is told again")
	}
	w.works(t, time.Hour)
	if got := fmt.Sprint(w.listed(t)); !strings.Contains(got, "return.received DELIVERED 1 204") || !strings.Contains(got, "FAILED") {
		t.Fatal("what was held is sent, and what was given up is not: ", got)
	}
	if err := replay(); err != nil {
		t.Fatal(err)
	}
	w.works(t, time.Hour)
	if got := w.listed(t); strings.Count(fmt.Sprint(got), "DELIVERED 1 204") != 2 {
		t.Fatal(got)
	}
	_, err = w.Replay(t.Context(), webhooks.Ref{SellerID: seller, ID: "endpoint"})
	if fault.Code(err) != "delivery_not_found" {
		t.Fatal(err)
	}
}

// One that answers 410 wants nothing more at once; one that takes a message is not failing any more.
func TestAnEndpointThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.puts(t)
	w.answer = 503
	w.hears(t, "fulfillment/ReturnRequested")
	w.works(t, 0)
	w.answer = 200
	w.works(t, time.Hour)
	if e, err := w.Get(t.Context(), seller); err != nil || e.Off() || !e.FailingSince.IsZero() {
		t.Fatal(e, err)
	}
	w.answer = 410
	w.hears(t, "fulfillment/ReturnReceived")
	w.works(t, time.Hour)
	if e, err := w.Get(t.Context(), seller); err != nil || !e.Off() {
		t.Fatal(e, err)
	}
	if err := w.Remove(t.Context(), seller); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Get(t.Context(), seller); fault.Code(err) != "webhook_not_found" {
		t.Fatal(err)
	}
}

// Seen to catch: an address that is none; a webhook that is put with it all the same.
func TestWhoIsWrittenTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, bad := range []string{"it", "it@shop", "it@@shop.example", "it @shop.example", "a@b.example, c@d.example", "IT <it@shop.example>"} {
		if _, _, err := w.Put(t.Context(), seller, "https://shop.example/hooks", bad); fault.Code(err) != "webhook_email" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := w.Get(t.Context(), seller); fault.Code(err) != "webhook_not_found" {
		t.Error(err)
	}
	w.puts(t)
	if e, err := w.Get(t.Context(), seller); err != nil || e.Email != "it@shop.example" {
		t.Error(e, err)
	}
}

// Seen to catch: an address inside, by number; one without TLS.
func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, address := range []string{"", "http://shop.example/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
		"https://10.0.0.1/",
		"https://[::ffff:192.168.0.1]/", "https://shop.example:8443/", "https://me:secret@shop.example/", "https://%zz", "shop.example"} {
		if _, _, err := w.Put(t.Context(), seller, address, ""); fault.Code(err) != "webhook_address" {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// The example of standardwebhooks.com's specification (spec, "Signature scheme": its libraries' test vector).
func TestSignature(t *testing.T) {
	t.Parallel()
	got, ok := webhooks.Signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0),
		`{"test": 2432232314}`)
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; !ok || got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, ok := webhooks.Signature("", "msg_1", time.Unix(1, 0), ""); ok {
		t.Error("signed without a secret")
	}
}

// The headers are those of the specification, nothing is followed, and nothing but a public address is spoken to.
func TestPost(t *testing.T) {
	t.Parallel()
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	m, at := webhooks.Message{ID: "msg_1", Body: `{"type":"order.placed"}`}, time.Unix(1_800_000_000, 0)
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		want, _ := webhooks.Signature(secret, r.Header.Get("webhook-id"), at, string(b))
		switch {
		case r.URL.Path == "/away":
			http.Redirect(rw, r, "/", http.StatusTemporaryRedirect)
		case r.Header.Get("webhook-signature") != want || r.Header.Get("webhook-timestamp") != "1800000000" || r.Method != http.MethodPost:
			rw.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	signature, _ := webhooks.Signature(secret, m.ID, at, m.Body)
	mine := netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "https://"))
	p := webhookspost.Poster{Client: publicnet.NewClient(publicnet.Options{Within: time.Minute, Like: server.Client().Transport.(*http.Transport),
		Allowed: func(a netip.AddrPort) bool { return a == mine }})}
	for path, want := range map[string]int{"/": 200, "/away": 307} {
		if got := p.Post(t.Context(), server.URL+path, m, at, signature); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	if got := webhookspost.New().Post(t.Context(), server.URL, m, at, signature); got != 0 {
		t.Errorf("a local address was spoken to: %d", got)
	}
}

// What is held is sent page by page when the endpoint is on again, all of it.
func TestAllThatIsHeldIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 120 {
		id := fmt.Sprintf("msg_20261127T%06dZ_a", n)
		m := webhooks.Message{ID: id, SellerID: seller, Type: webhooks.OrderPlaced, State: webhooks.Held, CreatedAt: w.now}
		if _, err := w.store.Add(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w.puts(t)
	w.works(t, time.Hour)
	if len(w.posted) != 120 {
		t.Fatal(len(w.posted))
	}
}
