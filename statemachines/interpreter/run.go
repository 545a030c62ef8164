package interpreter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// Error is a failure with the name that Catch and Retry match.
type Error struct {
	Name  string `json:"Error"`
	Cause string `json:"Cause"`
}

func (e *Error) Error() string { return e.Name + ": " + e.Cause }

// Host is what a run needs of the world.
type Host struct {
	// Call runs a task's function, named "<context>-<function>", which of those that share its work was chosen left out. A failure
	// that has a name is an *Error.
	Call func(ctx context.Context, state, function string, input []byte) ([]byte, error)
	// Pause waits before a retry; an error ends the run as States.Timeout.
	Pause func(ctx context.Context, d time.Duration) error
	// Enter, if set, is told every state before it runs; an error ends the run at once, as a crash does.
	Enter func(state string) error
	// InTurn runs the branches of a Parallel one after the other: side by side, their order is nobody's choice.
	InTurn bool
}

// ErrCrashed is a run that ended without an outcome.
var ErrCrashed = errors.New("the run crashed")

// Run executes the machine and returns its output. A failed execution is an *Error.
func (m *Machine) Run(ctx context.Context, h Host, input []byte) ([]byte, error) {
	var doc any
	if err := json.Unmarshal(input, &doc); err != nil {
		return nil, &Error{"States.Runtime", "the input is no JSON"}
	}
	out, err := m.run(ctx, h, doc)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

func (m *Machine) run(ctx context.Context, h Host, doc any) (any, error) {
	for name := m.StartAt; ; {
		s := m.States[name]
		if h.Enter != nil {
			if err := h.Enter(name); err != nil {
				return nil, fmt.Errorf("%w at %s: %w", ErrCrashed, name, err)
			}
		}
		switch s.Type {
		case "Succeed":
			return doc, nil
		case "Fail":
			return nil, &Error{s.Error, s.Cause}
		case "Choice":
			next, err := s.choose(doc)
			if err != nil {
				return nil, err
			}
			name = next
			continue
		}
		out, err := s.do(ctx, h, name, doc)
		if err != nil {
			caught, next, cerr := s.caught(doc, err)
			if cerr != nil {
				return nil, cerr
			}
			doc, name = caught, next
			continue
		}
		if err := fits(name, out); err != nil {
			return nil, err
		}
		if doc = out; s.End {
			return doc, nil
		}
		name = s.Next
	}
}

// Limit is how many bytes of JSON a state can hand on
// (docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). A run that exceeds it fails, and nothing catches
// that.
const Limit = 256 << 10

func fits(state string, doc any) error {
	b, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	if len(b) > Limit {
		return &Error{"States.DataLimitExceeded", fmt.Sprintf("%s hands on %d bytes", state, len(b))}
	}
	return nil
}

func (s *State) choose(doc any) (string, error) {
	for _, r := range s.Choices {
		v, ok := read(doc, r.Variable)
		if r.IsPresent != nil {
			if ok == *r.IsPresent {
				return r.Next, nil
			}
			continue
		}
		if !ok {
			return "", &Error{"States.Runtime", r.Variable + " leads nowhere"}
		}
		if text, is := v.(string); is && text == *r.StringEquals {
			return r.Next, nil
		}
	}
	if s.Default == "" {
		return "", &Error{"States.NoChoiceMatched", "no rule matched"}
	}
	return s.Default, nil
}

// do runs a state's work, with its retries, and places the result.
func (s *State) do(ctx context.Context, h Host, name string, doc any) (any, error) {
	tries := make([]int, len(s.Retry))
	for {
		out, err := s.once(ctx, h, name, doc)
		if err == nil {
			return out, nil
		}
		var named *Error
		if !errors.As(err, &named) {
			return nil, err
		}
		i := slices.IndexFunc(s.Retry, func(r Retrier) bool { return matches(r.ErrorEquals, named.Name) })
		if i < 0 || tries[i] >= s.Retry[i].MaxAttempts {
			return nil, err
		}
		r := s.Retry[i]
		wait := r.IntervalSeconds * math.Pow(r.BackoffRate, float64(tries[i]))
		tries[i]++
		if err := h.Pause(ctx, time.Duration(wait*float64(time.Second))); err != nil {
			return nil, &Error{"States.Timeout", err.Error()}
		}
	}
}

func (s *State) once(ctx context.Context, h Host, name string, doc any) (any, error) {
	input := doc
	if s.InputPath != nil {
		v, ok := read(doc, *s.InputPath)
		if !ok {
			return nil, &Error{"States.Runtime", *s.InputPath + " leads nowhere"}
		}
		input = v
	}
	var err error
	function := ""
	parameters := s.Parameters
	if s.Type == "Task" {
		if function, err = s.function(input); err != nil {
			return nil, err
		}
		if s.Resource == invoke {
			parameters = s.Parameters["Payload"].(map[string]any) // as Parse has seen
		}
	}
	if parameters != nil {
		if input, err = fill(parameters, input); err != nil {
			return nil, err
		}
	}
	result := input
	switch s.Type {
	case "Task":
		result, err = s.call(ctx, h, name, function, input)
	case "Parallel":
		result, err = s.parallel(ctx, h, input)
	}
	if err != nil {
		return nil, err
	}
	if s.ResultSelector != nil {
		if result, err = fill(s.ResultSelector, result); err != nil {
			return nil, err
		}
	}
	if s.ResultPath != nil {
		return write(doc, *s.ResultPath, result)
	}
	return result, nil
}

// function is the name of the function that a task calls. An index that is none of its list is States.IntrinsicFailure.
func (s *State) function(input any) (string, error) {
	all := s.Functions()
	if s.Resource != invoke {
		return all[0], nil
	}
	path := s.choice()[2]
	v, ok := read(input, path)
	if !ok {
		return "", &Error{"States.Runtime", path + " leads nowhere"}
	}
	n, ok := v.(float64)
	if i := int(n); ok && float64(i) == n && i >= 0 && i < len(all) {
		return all[i], nil
	}
	return "", &Error{"States.IntrinsicFailure", fmt.Sprintf("%v is no index of %d functions", v, len(all))}
}

func (s *State) call(ctx context.Context, h Host, name, function string, input any) (any, error) {
	b, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	shared, _, _ := strings.Cut(function, ":")
	out, err := h.Call(ctx, name, shared, b)
	if err != nil {
		return nil, err
	}
	var result any
	if err := json.Unmarshal(out, &result); err != nil {
		return nil, &Error{"States.Runtime", "the result is no JSON"}
	}
	if s.Resource == invoke {
		result = map[string]any{"Payload": result}
	}
	return result, nil
}

// parallel runs the branches side by side; the first failure in their order is the state's.
func (s *State) parallel(ctx context.Context, h Host, input any) (any, error) {
	results, errs := make([]any, len(s.Branches)), make([]error, len(s.Branches))
	var all sync.WaitGroup
	for i := range s.Branches {
		all.Go(func() { results[i], errs[i] = s.Branches[i].run(ctx, h, input) })
		if h.InTurn {
			all.Wait()
		}
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

// caught says where an error leads and what the state's input becomes, or returns the error.
func (s *State) caught(doc any, err error) (any, string, error) {
	var named *Error
	if !errors.As(err, &named) {
		return nil, "", err
	}
	for _, c := range s.Catch {
		if !matches(c.ErrorEquals, named.Name) {
			continue
		}
		path := "$"
		if c.ResultPath != nil {
			path = *c.ResultPath
		}
		out, werr := write(doc, path, map[string]any{"Error": named.Name, "Cause": named.Cause})
		return out, c.Next, werr
	}
	return nil, "", err
}

// matches tells whether a list of error names covers a name. States.ALL covers neither States.Runtime nor
// States.DataLimitExceeded (states-language.net, "Error names").
func matches(list []string, name string) bool {
	if name == "States.Runtime" || name == "States.DataLimitExceeded" {
		return false
	}
	return slices.Contains(list, name) || slices.Contains(list, "States.ALL")
}
