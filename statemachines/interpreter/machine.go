package interpreter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Machine is a parsed state machine.
type Machine struct {
	Comment        string
	StartAt        string
	TimeoutSeconds int
	States         map[string]*State
}

// State is one state; which fields matter depends on its Type.
type State struct {
	Comment        string
	Type           string
	Resource       string
	TimeoutSeconds int
	Parameters     map[string]any
	ResultSelector map[string]any
	ResultPath     *string
	InputPath      *string
	Retry          []Retrier
	Catch          []Catcher
	Choices        []Rule
	Default        string
	Branches       []Machine
	Next           string
	End            bool
	Error, Cause   string
}

// Retrier says which errors are tried again, and how.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds float64
	MaxAttempts     int
	BackoffRate     float64
	JitterStrategy  string
}

// Catcher says where an error leads.
type Catcher struct {
	ErrorEquals []string
	ResultPath  *string
	Next        string
}

// Rule is one branch of a Choice.
type Rule struct {
	Variable     string
	StringEquals *string
	IsPresent    *bool
	Next         string
}

// Parse reads a machine and checks that every state is known, reachable by name and of a form that Run handles.
func Parse(asl string) (*Machine, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(asl)))
	d.DisallowUnknownFields()
	var m Machine
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("parse machine: %w", err)
	}
	return &m, m.check()
}

func (m *Machine) check() error {
	if _, ok := m.States[m.StartAt]; !ok {
		return fmt.Errorf("no state %q to start at", m.StartAt)
	}
	for name, s := range m.States {
		if err := s.check(); err != nil {
			return fmt.Errorf("state %s: %w", name, err)
		}
		for _, next := range s.targets() {
			if _, ok := m.States[next]; !ok {
				return fmt.Errorf("state %s leads to %q, which is none", name, next)
			}
		}
	}
	return nil
}

func (s *State) check() error {
	switch s.Type {
	case "Task":
		if s.TimeoutSeconds <= 0 {
			return fmt.Errorf("a task needs a timeout")
		}
		if _, err := s.functions(); err != nil {
			return err
		}
	case "Parallel":
		for i := range s.Branches {
			if err := s.Branches[i].check(); err != nil {
				return fmt.Errorf("branch %d: %w", i, err)
			}
		}
	case "Choice":
		for _, r := range s.Choices {
			if (r.StringEquals == nil) == (r.IsPresent == nil) {
				return fmt.Errorf("a rule has one comparison")
			}
		}
	case "Pass", "Succeed", "Fail":
	default:
		return fmt.Errorf("type %q is not known", s.Type)
	}
	if (s.Type == "Task" || s.Type == "Parallel" || s.Type == "Pass") && (s.Next == "") == !s.End {
		return fmt.Errorf("either Next or End")
	}
	for _, p := range s.paths() {
		if _, err := split(p); err != nil {
			return err
		}
	}
	return nil
}

// invoke is the resource of a task whose function its parameters choose: FunctionName, of a list, by an index.
const invoke = "arn:aws:states:::lambda:invoke"

// chosen is the one way to choose that is known.
var chosen = regexp.MustCompile(`^States\.ArrayGetItem\(States\.Array\(('[^']+'(?:, '[^']+')*)\), (\$[^,]*)\)$`)

// Functions lists the functions that a task may call, by their names.
func (s *State) Functions() []string {
	all, err := s.functions()
	if err != nil {
		return nil
	}
	return all
}

func (s *State) functions() (all []string, err error) {
	list := []string{s.Resource}
	if s.Resource == invoke {
		parts := s.choice()
		payload, isMap := s.Parameters["Payload"].(map[string]any)
		if parts == nil || len(s.Parameters) != 2 || !isMap {
			return nil, fmt.Errorf("its parameters are a FunctionName of a list and a Payload")
		}
		for k, v := range payload {
			if _, nested := v.(map[string]any); nested {
				return nil, fmt.Errorf("%s of its Payload is an object", k)
			}
		}
		list = strings.Split(strings.Trim(parts[1], "'"), "', '")
	}
	for _, f := range list {
		name, ok := strings.CutPrefix(f, "${")
		if !ok || !strings.HasSuffix(name, "}") {
			return nil, fmt.Errorf("%q stands for no function", f)
		}
		all = append(all, strings.TrimSuffix(name, "}"))
	}
	return all, nil
}

// choice is the list of a FunctionName and the path of its index, nil if it is none.
func (s *State) choice() []string {
	text, _ := s.Parameters["FunctionName.$"].(string)
	return chosen.FindStringSubmatch(text)
}

func (s *State) targets() []string {
	var out []string
	for _, r := range s.Choices {
		out = append(out, r.Next)
	}
	for _, c := range s.Catch {
		out = append(out, c.Next)
	}
	for _, n := range []string{s.Next, s.Default} {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

func (s *State) paths() []string {
	var out []string
	for _, p := range []*string{s.ResultPath, s.InputPath} {
		if p != nil {
			out = append(out, *p)
		}
	}
	for _, c := range s.Catch {
		if c.ResultPath != nil {
			out = append(out, *c.ResultPath)
		}
	}
	for _, r := range s.Choices {
		out = append(out, r.Variable)
	}
	templates := []map[string]any{s.Parameters, s.ResultSelector}
	if s.Resource == invoke {
		payload, _ := s.Parameters["Payload"].(map[string]any)
		out, templates[0] = append(out, s.choice()[2]), payload
	}
	for _, template := range templates {
		for k, v := range template {
			if text, ok := v.(string); ok && strings.HasSuffix(k, ".$") {
				out = append(out, text)
			}
		}
	}
	return out
}
