package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"rialto/statemachines/interpreter"
)

// act is what a call of a task does. Package scripted has its twin.
type act struct {
	Result  json.RawMessage `json:"result,omitempty"`
	Error   string          `json:"error,omitempty"`
	Message string          `json:"message,omitempty"`
	Sleep   int             `json:"sleep_ms,omitempty"`
	Exit    bool            `json:"exit,omitempty"`
	Pad     int             `json:"pad,omitempty"`
}

// answers are what every task says when nothing is wrong.
var answers = map[string]string{
	"Quote":         `{"lines":[{"line":"l1"}],"shipping":{"amount":1,"currency":"USD"}}`,
	"Locate":        `{"country":"US","region":"CA","postal_prefix":"90012","shipping":{"id":"standard","price":{"amount":2,"currency":"USD"}}}`,
	"Assess":        `{"total":{"amount":3,"currency":"USD"}}`,
	"Claim":         `{"draft":{"order":{}},"plan":{"lines":[]},"groups":[],"method_token":"pm","expires_at":"2026-11-27T08:10:00Z","lane":5}`,
	"Hold":          `{"held":true}`,
	"Redeem":        `{"redeemed":true}`,
	"Authorize":     `{"status":"authorized"}`,
	"Place":         `{"checkout_id":"chk_1","state":"PLACED"}`,
	"AwaitAction":   `{"checkout_id":"chk_1","state":"WAITING"}`,
	"Fence":         `{"status":"undo","epoch":2,"plan":{"lines":[]},"groups":["g1"],"closed":null}`,
	"CancelPayment": `{"cancelled":1}`,
	"ReleaseHold":   `{"released":1}`,
	"ReturnCoupon":  `{"returned":true}`,
	"Close":         `{"checkout_id":"chk_1","state":"FAILED"}`,
}

// way is how a run gets somewhere: its mode, and the answer of a task that decides where it leads.
type way struct {
	mode, state, answer string
}

var ways = []way{
	{mode: "recover"},
	{"recover", "Fence", `{"status":"close","epoch":2,"plan":{"lines":[]},"groups":[],"closed":null}`},
	{"recover", "Fence", `{"status":"superseded","epoch":2,"plan":{"lines":[]},"groups":[],"closed":null}`},
	{"recover", "Fence", `{"status":"finished","epoch":2,"plan":{"lines":[]},"groups":[],"closed":{"state":"PLACED"}}`},
	{"recover", "Fence", `{"status":"undo","epoch":2,"plan":{"lines":[]},"groups":["g1"],"closed":null,"coupon":{"marketplace":"US","code":"SAVE"}}`},
	{mode: "resume"},
	{"resume", "Claim", `{"draft":{"order":{}},"plan":{"lines":[]},"groups":[],"method_token":"pm",` +
		`"expires_at":"2026-11-27T08:10:00Z","lane":5,"coupon":{"marketplace":"US","code":"SAVE","per_customer":1}}`},
	{"resume", "Claim", `{"draft":{"order":{}},"plan":{"lines":[]},"groups":[],"method_token":"pm","expires_at":"2026-11-27T08:10:00Z","lane":8}`},
	{"resume", "Authorize", `{"status":"action_required","next_action":{"type":"redirect","url":"https://bank.test"}}`},
	{"resume", "Authorize", `{"status":"something else"}`},
	{"resume", "Authorize", `{"status":7}`},
	{mode: "place"},
	{mode: "no such mode"},
}

func (w way) input(name string) []byte {
	b, err := json.Marshal(map[string]any{"case": name, "mode": w.mode, "prepared": nil,
		"failure":  map[string]string{"Error": "checkout_failed", "Cause": "due"},
		"checkout": map[string]any{"checkout_id": "chk_1", "customer_id": "cus_1", "order_id": "ord_1", "epoch": 1, "run": "run_1"},
		"request": map[string]any{"cart_id": "crt_1", "shipping_address_id": "adr_1", "payment_method_id": "pm_1", "shipping_option_id": "",
			"marketplace": "US"}})
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return b
}

// fault is one way for a task to go wrong, as its machine sees it.
type fault struct {
	name string
	act  act
}

// failing lists the faults. Names of errors that Lambda gives are given by the function itself, since the local cloud
// neither throttles nor has other failures of its own; a crash, a timeout and a result that is too large are real.
var failing = []fault{
	{"refused", act{Error: "payment_declined", Message: "no"}},
	{"unnamed", act{Error: "errorString", Message: "no"}},
	{"claim lost", act{Error: "claim_lost", Message: "no"}},
	{"away", act{Error: "unavailable", Message: "later"}},
	{"throttled", act{Error: "Lambda.TooManyRequestsException", Message: "Rate Exceeded."}},
	{"unknown", act{Error: "Lambda.Unknown", Message: "The cause could not be determined"}},
	{"stopped at its limit", act{Error: "Sandbox.Timedout", Message: "Task timed out after 25.00 seconds"}},
	{"crashes", act{Exit: true}},
	{"times out", act{Sleep: (hasty + 3) * 1000, Result: json.RawMessage(`{}`)}},
	{"too much data", act{Pad: interpreter.Limit + 1}},
	{"empty", act{Result: json.RawMessage(`{}`)}},
	{"nothing", act{Result: json.RawMessage(`null`)}},
}

// trial is one run: a way, and what happens to the first calls of a state.
type trial struct {
	name  string
	way   way
	state string
	times int
	fault fault
}

// How long a task may take, in seconds. Only trials of the timeout have little, for they wait for it; that is still
// far more than an answer takes on a machine that is busy with other things.
const (
	patient = 60
	hasty   = 4
)

func (tr trial) timeout() int {
	if tr.fault.act.Sleep > 0 {
		return hasty
	}
	return patient
}

// play answers the nth call of a state, counted from 1.
func (tr trial) play(state string, nth int) act {
	if state == tr.state && nth <= tr.times {
		return tr.fault.act
	}
	if state == tr.way.state {
		return act{Result: json.RawMessage(tr.way.answer)}
	}
	return act{Result: json.RawMessage(answers[state])}
}

// trials lists every way without a fault, and every task of the machine with every fault, once, and until its retries
// are used up where they matter.
func trials(m *interpreter.Machine) ([]trial, error) {
	var out []trial
	at := map[string]way{}
	for i, w := range ways {
		tr := trial{name: fmt.Sprintf("way %d", i), way: w}
		out = append(out, tr)
		for state := range interpreted(m, tr).calls {
			if _, ok := at[state]; !ok {
				at[state] = w
			}
		}
	}
	tasks := map[string]*interpreter.State{}
	collect(m, tasks)
	for _, name := range slices.Sorted(maps.Keys(tasks)) {
		w, ok := at[name]
		if !ok || answers[name] == "" {
			return nil, fmt.Errorf("no way gets to %s, or nothing is known of its answer", name)
		}
		for _, f := range failing {
			tries := 1
			for _, r := range tasks[name].Retry {
				if slices.Contains(r.ErrorEquals, errorOf(f.act)) {
					tries = r.MaxAttempts + 1
				}
			}
			for _, times := range slices.Compact([]int{1, tries}) {
				out = append(out, trial{fmt.Sprintf("%s: %s, %d times", name, f.name, times), w, name, times, f})
			}
		}
	}
	return out, nil
}

func collect(m *interpreter.Machine, into map[string]*interpreter.State) {
	for name, s := range m.States {
		for i := range s.Branches {
			collect(&s.Branches[i], into)
		}
		if s.Type == "Task" {
			into[name] = s
		}
	}
}

// errorOf is the error's name that an act is for the machine.
func errorOf(a act) string {
	switch {
	case a.Exit:
		return "Runtime.ExitError"
	case a.Sleep > hasty*1000:
		return "States.Timeout"
	}
	return a.Error
}

// run is what became of a trial.
type run struct {
	entered []string // the states of the machine itself, not of its branches
	calls   map[string]int
	status  string // SUCCEEDED or FAILED
	output  any
	failure string // the error's name
	cause   string
}

// tape counts the calls of one run.
type tape struct {
	mu    sync.Mutex
	calls map[string]int
}

func (t *tape) next(state string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls[state]++
	return t.calls[state]
}

func isBranch(m *interpreter.Machine, state string) bool {
	_, top := m.States[state]
	return !top
}

func causeOf(a act) string {
	b, err := json.Marshal(map[string]string{"errorMessage": a.Message, "errorType": a.Error})
	if err != nil {
		return ""
	}
	return string(b)
}

func short(b []byte) string {
	s := string(b)
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return strings.ReplaceAll(s, "\n", " ")
}
