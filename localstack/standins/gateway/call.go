package gateway

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// bodyLimit is far above what any endpoint takes.
const bodyLimit = 1 << 20

// call is one API request on its way through.
type call struct {
	op             operation
	method, path   string
	id             string // the object that the path names
	form           form
	key, requestID string
	base           string // scheme and host, for the bank's page
	now            time.Time
	state          *state // as it was on arrival: a reset in between voids the call
	intent         string // the intent it turned out to be about
}

// outcome is what a call came to, and how it is to be delivered.
type outcome struct {
	status   int
	body     []byte
	code     string // the error's code, or its type
	retry    string // Stripe-Should-Retry
	original string // the request whose answer is replayed
	// cut: no answer leaves, the connection is closed.
	cut bool
	// late: the answer waits for this fault.
	late *strike
}

// api serves one endpoint: receive, strike, begin, execute, keep, deliver.
func (g *Gateway) api(op operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, refusal := g.receive(op, r)
		var f *strike
		var out outcome
		if refusal != nil {
			out = tell(refusal)
		} else {
			f = g.draw(c)
			out = g.process(c, f)
		}
		g.record(c, f, out)
		g.deliver(w, r, c, out)
	}
}

// receive reads the call and checks who calls. The clock and the request's id are taken here.
func (g *Gateway) receive(op operation, r *http.Request) (*call, *apiError) {
	g.mu.Lock()
	c := &call{op: op, method: r.Method, path: r.URL.Path, id: r.PathValue("id"), now: g.now(),
		requestID: g.ids.make("req_", 14), base: "http://" + r.Host, state: g.state,
		key: strings.TrimSpace(r.Header.Get("Idempotency-Key"))}
	g.mu.Unlock()
	if r.Method != http.MethodPost {
		c.key = "" // keys have no effect on reads
	}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if user, _, basic := r.BasicAuth(); basic {
		token, bearer = user, true
	}
	switch {
	case !bearer:
		return c, unauthorized("You did not provide an API key. Provide it in the Authorization header, using Bearer auth.")
	case !strings.HasPrefix(token, "sk_test_") || token == "sk_test_":
		return c, unauthorized("Invalid API Key provided. The local gateway takes keys that begin with sk_test_.")
	case len(c.key) > 255:
		return c, invalid("", "", "Idempotency keys have at most 255 characters.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyLimit))
	if err != nil {
		return c, invalid("", "", "The body could not be read.")
	}
	if r.Method == http.MethodGet {
		body = []byte(r.URL.RawQuery)
	} else if kind := r.Header.Get("Content-Type"); len(body) > 0 && !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return c, invalid("", "", "Invalid request: the content type must be application/x-www-form-urlencoded.")
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return c, invalid("", "", "Invalid request: the parameters are not form-encoded.")
	}
	c.form = form{values}
	return c, nil
}

// process runs the call, with its fault.
func (g *Gateway) process(c *call, f *strike) outcome {
	if f.beforeKey() {
		return f.answer()
	}
	slot, out, fresh := g.begin(c)
	if f.holdsBack() && !g.wait(f, nil) {
		g.abandon(slot)
		return outcome{cut: true}
	}
	if fresh {
		out = g.finish(c, f, slot)
	}
	switch {
	case out.cut || f == nil:
	case f.kind == kindLostAnswer:
		out.cut = true
	case f.kind == kindTimeout, f.kind == kindHold && f.phase == phaseAfter, f.kind == kindDelay && f.phase == phaseAfter:
		out.late = f
	case f.phase == phaseAfter:
		out = f.answer()
	}
	return out
}

// finish executes the endpoint and keeps the answer under the key, in one critical section.
func (g *Gateway) finish(c *call, f *strike, slot *kept) outcome {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state != c.state {
		return outcome{cut: true}
	}
	defer g.announce()
	c.now = g.now()
	g.state.expire(c.now)
	var body any
	var refusal *apiError
	if f.failsWithin() {
		refusal = f.failure()
		refusal.retry = "false" // asking again under this key only replays it
	} else {
		body, refusal = g.state.execute(c)
	}
	if refusal != nil {
		out := tell(refusal)
		g.keys.settle(slot, out, !refusal.unsaved)
		return out
	}
	out := outcome{status: http.StatusOK}
	out.body, _ = json.Marshal(body) // maps, strings and integers only
	g.keys.settle(slot, out, true)
	return out
}

func (g *Gateway) begin(c *call) (*kept, outcome, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.keys.begin(c, g.now())
}

func (g *Gateway) abandon(slot *kept) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keys.settle(slot, outcome{}, false)
}

// tell turns an error into an answer. The intent is shown as it is now, so g.mu is held if there is one.
func tell(e *apiError) outcome {
	code := e.Code
	if code == "" {
		code = e.Type
	}
	body, _ := json.Marshal(map[string]any{"error": e})
	return outcome{status: e.status, body: body, code: code, retry: e.retry}
}

func (g *Gateway) record(c *call, f *strike, out outcome) {
	g.mu.Lock()
	intent := c.intent
	if i := c.state.subject(c); intent == "" && i != nil {
		intent = i.id
	}
	rec := Call{Time: c.now, RequestID: c.requestID, Method: c.method, Path: c.path, Operation: string(c.op),
		Intent: intent, Key: c.key, Status: out.status, Code: out.code, Replayed: out.original != "",
		Fault: f.name(), Delivery: out.delivery()}
	g.calls.add(rec)
	g.mu.Unlock()
	g.config.Log.Info("call", slog.String("method", c.method), slog.String("path", c.path), slog.Int("status", out.status),
		slog.String("key", c.key), slog.Bool("replayed", rec.Replayed), slog.String("fault", rec.Fault), slog.String("request", c.requestID))
}

func (o outcome) delivery() string {
	switch {
	case o.cut:
		return "cut"
	case o.late != nil:
		return "late"
	default:
		return "sent"
	}
}

// deliver sends the answer, late or not at all when a fault says so.
func (g *Gateway) deliver(w http.ResponseWriter, r *http.Request, c *call, out outcome) {
	if out.cut || (out.late != nil && !g.wait(out.late, r.Context().Done())) {
		cut(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Request-Id", c.requestID)
	h.Set("Stripe-Version", apiVersion)
	if c.key != "" {
		h.Set("Idempotency-Key", c.key)
	}
	if out.original != "" {
		h.Set("Idempotent-Replayed", "true")
		h.Set("Original-Request", out.original)
	}
	if out.retry != "" {
		h.Set("Stripe-Should-Retry", out.retry)
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // a caller that went away is its own affair
}

// cut closes the connection in the middle of the status line. Closing it before the first byte would let Go's
// transport repeat the call by itself when the connection was a reused one and the call has an
// Idempotency-Key: the lost answer would then be seen or not by chance.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusBadGateway) // only behind something that is not a real connection
		return
	}
	_, _ = conn.Write([]byte("HTTP/1.1 "))
	_ = conn.Close()
}
