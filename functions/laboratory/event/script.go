package event

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed scripts.json
var recorded []byte

// Script is what a checkout of one kind does: which functions it invokes and what those call, as the real handlers and the
// deployed state machine did it. functions/checkout/checkoutbill records scripts.json, and compares it with what is there.
type Script struct {
	Kind  string  `json:"kind"`
	Front []Group `json:"front"` // of checkout-api, before it starts the saga
	Branch
	// Fails is what follows in place of the rest when a state's last try has failed, by state. A state that is not there is
	// caught by nothing: the execution fails, and the timer finds the record open.
	Fails map[string]Branch `json:"fails"`
	// Recover is what the timer runs for a record that is open Due after it was written, or unpaid Unpaid after.
	Recover []Stage `json:"recover"`
	Due     Seconds `json:"due"`
	Unpaid  Seconds `json:"unpaid"`
}

// Seconds are seconds.
type Seconds float64

// Branch is a way through the machine, and what it comes to: PLACED, a failure's code, AWAITING_ACTION, or "" for an execution
// that failed.
type Branch struct {
	Stages []Stage `json:"stages"`
	Answer string  `json:"answer"`
}

// Stage is tasks that run side by side.
type Stage []Step

// Step is a task of the machine with the calls of its function.
type Step struct {
	State    string  `json:"state"`
	Function string  `json:"function"`
	Calls    []Group `json:"calls,omitempty"` // one after the other
}

// Group is calls that are made side by side.
type Group []Call

// Call is one request of a function to another service.
type Call struct {
	Service     string             `json:"service"` // dynamodb, sqs or gateway
	Transaction bool               `json:"transaction,omitempty"`
	Writes      map[string]float64 `json:"writes,omitempty"` // write units by table
	Reads       map[string]float64 `json:"reads,omitempty"`

	needs []need
}

// calls visits every call of a script.
func (s *Script) calls(visit func(*Call)) {
	s.smooth(visit)
	Branch{Stages: s.Recover}.calls(visit)
	for _, b := range s.Fails {
		b.calls(visit)
	}
}

// smooth visits the calls of a checkout in which no state fails.
func (s *Script) smooth(visit func(*Call)) {
	Branch{Stages: []Stage{{{Calls: s.Front}}}}.calls(visit)
	s.Branch.calls(visit)
}

func (b Branch) calls(visit func(*Call)) {
	for _, stage := range b.Stages {
		for _, step := range stage {
			for _, group := range step.Calls {
				for n := range group {
					visit(&group[n])
				}
			}
		}
	}
}

// Scripts returns what was recorded, by kind.
func Scripts() (map[string]*Script, error) {
	var list []*Script
	if err := json.Unmarshal(recorded, &list); err != nil {
		return nil, fmt.Errorf("read scripts.json: %w", err)
	}
	all := map[string]*Script{}
	for _, s := range list {
		all[s.Kind] = s
	}
	return all, nil
}
