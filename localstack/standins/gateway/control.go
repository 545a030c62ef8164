package gateway

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// control adds the endpoints that the real gateway lacks. They take no key and answer JSON; what is wrong
// with a request is said in {"error": "…"}.
func (g *Gateway) control() {
	for pattern, serve := range map[string]func(*http.Request) (int, any){
		"GET /_control/health":               g.serveHealth,
		"POST /_control/reset":               g.serveReset,
		"GET /_control/clock":                g.serveClock,
		"POST /_control/clock":               g.serveClock,
		"GET /_control/intents":              g.serveIntents,
		"GET /_control/balance":              g.serveBalance,
		"GET /_control/calls":                g.serveCalls,
		"GET /_control/events":               g.serveEvents,
		"POST /_control/events/{id}/resend":  g.serveResend,
		"GET /_control/faults":               g.serveFaults,
		"POST /_control/faults":              g.serveArm,
		"DELETE /_control/faults":            g.serveDisarm,
		"DELETE /_control/faults/{id}":       g.serveDisarm,
		"POST /_control/faults/{id}/release": g.serveDisarm,
		"POST /_control/refunds/{id}/fail":   g.serveTurnBack,
		"POST /_control/payouts":             g.servePayOut,
		"/_control/":                         func(*http.Request) (int, any) { return problem(http.StatusNotFound, "no such control endpoint") },
	} {
		g.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			g.mu.Lock()
			g.state.expire(g.now())
			status, body := serve(r)
			g.announce()
			encoded, _ := json.Marshal(body) // plain values only
			g.mu.Unlock()
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write(append(encoded, '\n'))
		})
	}
	g.mux.HandleFunc("GET /_control/intents/{id}/authenticate", g.showPage)
	g.mux.HandleFunc("POST /_control/intents/{id}/authenticate", g.serveAuthenticate)
}

func problem(status int, format string, args ...any) (int, any) {
	return status, map[string]string{"error": fmt.Sprintf(format, args...)}
}

func (g *Gateway) serveHealth(*http.Request) (int, any) {
	return http.StatusOK, map[string]any{"status": "ok", "now": g.now(), "intents": len(g.state.order), "calls": g.calls.seq}
}

// serveReset forgets intents, keys, faults and the clock's offset. Ids go on, unless seed starts them anew.
func (g *Gateway) serveReset(r *http.Request) (int, any) {
	next := g.ids
	if given := r.URL.Query().Get("seed"); given != "" {
		seed, err := strconv.ParseUint(given, 10, 64)
		if err != nil {
			return problem(http.StatusBadRequest, "seed must be an unsigned integer")
		}
		next = newIDs(seed)
	}
	g.clear(next)
	g.calls = &calls{}
	return http.StatusOK, map[string]any{"status": "ok"}
}

// serveClock tells the time, and moves it forward: ?advance=168h.
func (g *Gateway) serveClock(r *http.Request) (int, any) {
	if r.Method == http.MethodPost {
		d, err := time.ParseDuration(r.URL.Query().Get("advance"))
		if err != nil || d < 0 {
			return problem(http.StatusBadRequest, "advance must be a duration such as 90s or 168h")
		}
		g.offset += d
		g.state.expire(g.now())
	}
	return http.StatusOK, map[string]any{"now": g.now()}
}

func (g *Gateway) serveIntents(r *http.Request) (int, any) {
	query, err := filters(r)
	if err != nil {
		return problem(http.StatusBadRequest, "%v", err)
	}
	intents := g.state.audit(query)
	return http.StatusOK, map[string]any{"count": len(intents), "intents": intents}
}

func (g *Gateway) serveBalance(r *http.Request) (int, any) {
	query, err := filters(r)
	if err != nil {
		return problem(http.StatusBadRequest, "%v", err)
	}
	return http.StatusOK, balance(g.state.audit(query))
}

// filters refuses a filter that does not exist: a misspelt one would audit everything.
func filters(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("the query does not parse")
	}
	known := []string{"payment_method", "status", "customer", "currency", "intent"}
	for key := range query {
		if !slices.Contains(known, key) && !(strings.HasPrefix(key, "metadata[") && strings.HasSuffix(key, "]")) {
			return nil, fmt.Errorf("unknown filter: use metadata[key], %s", strings.Join(known, ", "))
		}
	}
	return query, nil
}

// serveCalls lists the calls kept, oldest first: ?since=<seq> (those after it), intent, key, operation.
func (g *Gateway) serveCalls(r *http.Request) (int, any) {
	query := r.URL.Query()
	since, err := strconv.ParseInt(query.Get("since"), 10, 64)
	if err != nil && query.Has("since") {
		return problem(http.StatusBadRequest, "since must be a sequence number")
	}
	out := []Call{}
	g.calls.each(func(c Call) {
		fits := func(name, value string) bool { return !query.Has(name) || query.Get(name) == value }
		if c.Seq > since && fits("intent", c.Intent) && fits("key", c.Key) && fits("operation", c.Operation) {
			out = append(out, c)
		}
	})
	return http.StatusOK, map[string]any{"count": len(out), "last": g.calls.seq, "calls": out}
}

func (g *Gateway) serveFaults(*http.Request) (int, any) {
	return http.StatusOK, map[string]any{"count": len(g.faults.armed), "faults": append([]*Fault{}, g.faults.armed...)}
}

func (g *Gateway) serveArm(r *http.Request) (int, any) {
	var f Fault
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, bodyLimit))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return problem(http.StatusBadRequest, "not a fault: %v", err)
	}
	armed, err := g.faults.arm(f)
	if err != nil {
		return problem(http.StatusBadRequest, "%v", err)
	}
	return http.StatusCreated, armed
}

// serveDisarm removes one fault or all, and lets the calls they hold go on: releasing a held call is the same
// thing under the name that fits.
func (g *Gateway) serveDisarm(r *http.Request) (int, any) {
	id := r.PathValue("id")
	n := g.faults.remove(func(f *Fault) bool { return id == "" || f.ID == id })
	if id != "" && n == 0 {
		return problem(http.StatusNotFound, "no such fault")
	}
	return http.StatusOK, map[string]any{"removed": n}
}

// turnedBack are the reasons for which a refund fails (docs.stripe.com/api/refunds/object, failure_reason), as far as cards know them.
var turnedBack = []string{"lost_or_stolen_card", "expired_or_canceled_card", "unknown"}

// serveTurnBack has a customer's bank turn back a refund that has succeeded: ?reason=expired_or_canceled_card, which is the default.
func (g *Gateway) serveTurnBack(r *http.Request) (int, any) {
	reason := cmp.Or(r.URL.Query().Get("reason"), "expired_or_canceled_card")
	refund, ok := g.state.refunds[r.PathValue("id")]
	switch {
	case !ok:
		return problem(http.StatusNotFound, "no such refund")
	case !slices.Contains(turnedBack, reason):
		return problem(http.StatusBadRequest, "reason must be one of %s", strings.Join(turnedBack, ", "))
	case refund.failure != "":
		return problem(http.StatusConflict, "the refund has failed")
	}
	g.state.turnBack(g.now(), refund, reason)
	return http.StatusOK, map[string]any{"refund": refund.id, "status": "failed", "failure_reason": reason}
}
