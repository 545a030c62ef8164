package gateway

import (
	"strconv"
	"strings"
)

// special is the fault that a pm_rialto_… payment method carries. Apart from it the method is a Visa card
// that approves. Its count is kept for each intent (for create, for each idempotency key), so that each
// order of a demo sees the fault anew.
type special struct {
	op    operation // opConfirm stands for every confirmation, that of create with confirm=true too
	kind  string
	saved bool
	count int
}

var specials = map[string]special{
	// The operation takes effect and the connection is cut without an answer, once.
	"pm_rialto_lost_answer":  {op: opConfirm, kind: kindLostAnswer, count: 1},
	"pm_rialto_create_lost":  {op: opCreate, kind: kindLostAnswer, count: 1},
	"pm_rialto_capture_lost": {op: opCapture, kind: kindLostAnswer, count: 1},
	"pm_rialto_cancel_lost":  {op: opCancel, kind: kindLostAnswer, count: 1},
	// The confirm takes effect at once and is answered too late, once.
	"pm_rialto_timeout": {op: opConfirm, kind: kindTimeout, count: 1},
	// The confirm takes effect late, when its caller has given up: after a cancel, if that came meanwhile.
	"pm_rialto_late": {op: opConfirm, kind: kindDelay, count: 1},
	// The confirm never reached the endpoint: nothing is kept under the key, the same key works later.
	"pm_rialto_error":        {op: opConfirm, kind: kindError500, count: 2},
	"pm_rialto_rate_limited": {op: opConfirm, kind: kindRateLimited, count: 1},
	// The endpoint began and failed: the 500 is kept under the key, only another key gets through.
	"pm_rialto_error_saved": {op: opConfirm, kind: kindError500, saved: true, count: 1},
}

// specialMethod finds the fault of a method's name. pm_rialto_error_7 fails 7 times (1 to 99).
func specialMethod(token string) (special, bool) {
	if s, ok := specials[token]; ok {
		return s, true
	}
	if times, ok := strings.CutPrefix(token, "pm_rialto_error_"); ok {
		if n, err := strconv.Atoi(times); err == nil && n >= 1 && n <= 99 {
			s := specials["pm_rialto_error"]
			s.count = n
			return s, true
		}
	}
	return special{}, false
}

// strikes tells whether the special fault concerns the call.
func (s special) strikes(c *call) bool {
	if s.op == opConfirm && c.op == opCreate {
		return c.form.get("confirm") == "true"
	}
	return s.op == c.op
}

// drawSpecial finds the fault that the call's payment method carries; g.mu is held.
func (g *Gateway) drawSpecial(c *call, methodNames []string) *strike {
	for _, name := range methodNames {
		s, ok := specialMethod(name)
		if !ok || !s.strikes(c) {
			continue
		}
		scope, first := name+" "+string(s.op)+" "+c.id, false
		if c.op == opCreate {
			// Without a key nobody can ask for this answer again, so every such call is a first one.
			scope, first = name+" key "+c.key, c.key == ""
		} else if i := c.state.subject(c); c.op == opConfirm && i != nil && i.confirmedAtCreate {
			continue
		}
		if first || g.faults.used[scope] < s.count {
			g.faults.used[scope]++
			return &strike{kind: s.kind, phase: usualPhase(s.kind), label: name, saved: s.saved, delay: g.config.AnswerDelay}
		}
	}
	return nil
}

func usualPhase(kind string) string {
	if kind == kindLostAnswer || kind == kindTimeout {
		return phaseAfter
	}
	return phaseBefore
}
