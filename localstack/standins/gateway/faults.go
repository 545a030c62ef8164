package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The kinds of faults. phase says when one strikes where both make sense; "before" unless noted.
const (
	kindLostAnswer  = "lost_answer"  // after: the effect is taken, the connection cut without an answer
	kindTimeout     = "timeout"      // after: the effect is taken at once, the answer comes delay_ms later
	kindDrop        = "drop"         // before: the connection is cut, nothing happens
	kindRateLimited = "rate_limited" // before: 429, nothing kept under the key
	kindError500    = "error_500"    // before or after
	kindError503    = "error_503"    // before or after
	kindRefused     = "refused"      // before: 404 without the intent, as to a wrong account; nothing happens
	kindDelay       = "delay"        // before (the key is in use meanwhile) or after: delay_ms
	kindHold        = "hold"         // before or after: until released
)

const (
	phaseBefore = "before"
	phaseAfter  = "after"
)

// Match says which calls a fault strikes: those that fit everything given. Metadata and PaymentMethod are
// the intent's, or for create the parameters; a payment method fits by id or by its ready name.
type Match struct {
	Method         string            `json:"method,omitempty"`
	PathSuffix     string            `json:"path_suffix,omitempty"`
	Operation      string            `json:"operation,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	PaymentMethod  string            `json:"payment_method,omitempty"`
	Intent         string            `json:"intent,omitempty"`
	IdempotencyKey string            `json:"idempotency_key,omitempty"`
	// Global must be set to strike every order alike.
	Global bool `json:"global,omitempty"`
}

// Fault is what POST /_control/faults arms. Count is how many calls it strikes (0 is 1); Saved keeps an
// error_500 or error_503 of phase "before" under the idempotency key, as Stripe does once an endpoint began.
type Fault struct {
	ID      string `json:"id"`
	Match   Match  `json:"match"`
	Kind    string `json:"kind"`
	Phase   string `json:"phase,omitempty"`
	Count   int    `json:"count"`
	DelayMS int64  `json:"delay_ms,omitempty"`
	Saved   bool   `json:"saved,omitempty"`
	// Waiting is how many calls it holds right now; Struck how many it has struck.
	Waiting int `json:"waiting"`
	Struck  int `json:"struck"`

	released chan struct{}
}

// strike is a fault as one call meets it. A nil strike is no fault.
type strike struct {
	kind, phase, label string
	saved              bool
	delay              time.Duration
	fault              *Fault          // nil for a special payment method's
	released           <-chan struct{} // nil never comes
}

type faults struct {
	armed []*Fault
	next  int
	// used counts the strikes of special payment methods, by scope.
	used map[string]int
}

func newFaults() *faults { return &faults{used: map[string]int{}} }

// arm checks and adds a fault.
func (l *faults) arm(f Fault) (*Fault, error) {
	kinds := []string{kindLostAnswer, kindTimeout, kindDrop, kindRateLimited, kindError500, kindError503, kindRefused, kindDelay, kindHold}
	m := f.Match
	switch {
	case !slices.Contains(kinds, f.Kind):
		return nil, fmt.Errorf("kind must be one of %s", strings.Join(kinds, ", "))
	case f.Phase != "" && f.Phase != phaseBefore && f.Phase != phaseAfter:
		return nil, fmt.Errorf("phase must be before or after")
	case f.Phase == phaseAfter && (f.Kind == kindDrop || f.Kind == kindRateLimited || f.Kind == kindRefused),
		f.Phase == phaseBefore && (f.Kind == kindLostAnswer || f.Kind == kindTimeout):
		return nil, fmt.Errorf("%s cannot strike %s the effect", f.Kind, f.Phase)
	case f.Saved && (f.Phase == phaseAfter || (f.Kind != kindError500 && f.Kind != kindError503)):
		return nil, fmt.Errorf("only an error_500 or error_503 before the effect can be saved")
	case f.Count < 0 || f.DelayMS < 0:
		return nil, fmt.Errorf("count and delay_ms must not be negative")
	case len(m.Metadata) == 0 && m.PaymentMethod == "" && m.Intent == "" && m.IdempotencyKey == "" && !m.Global:
		return nil, fmt.Errorf("match must name metadata, payment_method, intent or idempotency_key, or say global")
	}
	if f.Phase == "" {
		f.Phase = usualPhase(f.Kind)
	}
	f.Count = max(f.Count, 1)
	l.next++
	f.ID, f.Waiting, f.Struck, f.released = fmt.Sprintf("flt_%d", l.next), 0, 0, make(chan struct{})
	l.armed = append(l.armed, &f)
	return &f, nil
}

// remove disarms the faults that fit and lets their calls go on.
func (l *faults) remove(fits func(*Fault) bool) int {
	before := len(l.armed)
	l.armed = slices.DeleteFunc(l.armed, func(f *Fault) bool {
		if fits(f) {
			close(f.released)
			return true
		}
		return false
	})
	return before - len(l.armed)
}

func (l *faults) removeAll() int { return l.remove(func(*Fault) bool { return true }) }

// draw picks the first armed fault that fits the call and is not used up, or its payment method's own.
func (g *Gateway) draw(c *call) *strike {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.op == "" {
		return nil
	}
	names := c.state.methodNames(c)
	for _, f := range g.faults.armed {
		if f.Struck < f.Count && f.Match.fits(c, names) {
			f.Struck++
			s := &strike{kind: f.Kind, phase: f.Phase, label: f.Kind, saved: f.Saved, fault: f, released: f.released,
				delay: time.Duration(f.DelayMS) * time.Millisecond}
			if s.delay == 0 && f.Kind != kindHold {
				s.delay = g.config.AnswerDelay
			}
			return s
		}
	}
	return g.drawSpecial(c, names)
}

func (m Match) fits(c *call, methodNames []string) bool {
	i := c.state.subject(c)
	metadata := map[string]string{}
	if i != nil {
		metadata = i.metadata
	} else if c.op == opCreate {
		metadata, _ = c.form.metadata() // what does not parse is refused later
	}
	for k, v := range m.Metadata {
		if metadata[k] != v {
			return false
		}
	}
	return (m.Method == "" || strings.EqualFold(m.Method, c.method)) &&
		strings.HasSuffix(c.path, m.PathSuffix) &&
		(m.Operation == "" || m.Operation == string(c.op)) &&
		(m.PaymentMethod == "" || slices.Contains(methodNames, m.PaymentMethod)) &&
		(m.Intent == "" || (i != nil && i.id == m.Intent)) &&
		(m.IdempotencyKey == "" || m.IdempotencyKey == c.key)
}

func (s *strike) name() string {
	if s == nil {
		return ""
	}
	return s.label
}

// beforeKey: the call never gets as far as its idempotency key.
func (s *strike) beforeKey() bool {
	return s != nil && s.phase == phaseBefore && !s.saved && (s.kind == kindDrop || s.kind == kindRateLimited || s.kind == kindRefused || s.isError())
}

// failsWithin: the endpoint begins, and fails before any effect.
func (s *strike) failsWithin() bool { return s != nil && s.saved }

// holdsBack: the call waits with its key in use, and takes effect after that.
func (s *strike) holdsBack() bool {
	return s != nil && s.phase == phaseBefore && (s.kind == kindDelay || s.kind == kindHold)
}

func (s *strike) isError() bool { return s.kind == kindError500 || s.kind == kindError503 }

// answer is the fault's own answer in place of the endpoint's.
func (s *strike) answer() outcome {
	if s.kind == kindDrop {
		return outcome{cut: true}
	}
	return tell(s.failure())
}

func (s *strike) failure() *apiError {
	switch s.kind {
	case kindRateLimited:
		e := invalid("", "rate_limit", "Request rate limit exceeded. Learn more about rate limits: https://docs.stripe.com/rate-limits.")
		e.status = http.StatusTooManyRequests
		return e
	case kindRefused:
		return missing(http.StatusNotFound, "payment_intent", "intent", "pi_unknown")
	case kindError503:
		return serverError(http.StatusServiceUnavailable, "The service is unavailable for the moment.")
	default:
		return serverError(http.StatusInternalServerError, "Sorry! There was an error while talking to the gateway.")
	}
}

// wait blocks for the fault's delay or until it is released; false when the gateway closes or the caller,
// where that matters, gives up.
func (g *Gateway) wait(s *strike, gone <-chan struct{}) bool {
	g.waiting(s, 1)
	defer g.waiting(s, -1)
	var timer <-chan time.Time
	if s.kind != kindHold {
		t := time.NewTimer(s.delay)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-timer:
		return true
	case <-s.released:
		return true
	case <-gone:
		return false
	case <-g.closed:
		return false
	}
}

func (g *Gateway) waiting(s *strike, n int) {
	if s.fault != nil {
		g.mu.Lock()
		s.fault.Waiting += n
		g.mu.Unlock()
	}
}
