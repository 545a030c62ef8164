package statemachines_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

const (
	readme = "../functions/checkout/README.md"
	begin  = "<!-- the saga, from statemachines/checkout.asl.json: RIALTO_GOLDEN=1 go test ./statemachines -->\n"
	end    = "<!-- end of the saga -->\n"
)

// The picture of the saga in checkout's README is the machine that is deployed. RIALTO_GOLDEN=1 draws it anew. Seen to catch: a
// state renamed, a Catch taken away.
func TestThePictureIsTheMachine(t *testing.T) {
	t.Parallel()
	machine, err := interpreter.Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(text), begin)
	was, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("%s has no place for the picture: %q and %q", readme, begin, end)
	}
	now := "```mermaid\n" + picture(machine) + "```\n"
	if was == now {
		return
	}
	if os.Getenv("RIALTO_GOLDEN") == "" {
		t.Fatalf("%s shows another machine: draw it anew with RIALTO_GOLDEN=1 go test ./statemachines", readme)
	}
	if err := os.WriteFile(readme, []byte(before+begin+now+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// picture is the machine as a Mermaid flowchart (mermaid.js.org/syntax/flowchart.html): what happens in solid lines,
// what is caught in dotted ones. Names of states are their ids.
func picture(m *interpreter.Machine) string {
	var out strings.Builder
	out.WriteString("flowchart TD\n")
	nodes(&out, m, "  ")
	fmt.Fprintf(&out, "  start((start)) --> %s\n", m.StartAt)
	edges(&out, m)
	return out.String()
}

func nodes(out *strings.Builder, m *interpreter.Machine, indent string) {
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		switch s := m.States[name]; s.Type {
		case "Task":
			called := s.Functions()
			if shared, _, lanes := strings.Cut(called[0], ":"); lanes {
				called[0] = fmt.Sprintf("%s, %d lanes", shared, len(called))
			}
			fmt.Fprintf(out, "%s%s[\"%s<br/><small>%s</small>\"]\n", indent, name, name, called[0])
		case "Choice":
			fmt.Fprintf(out, "%s%s{%s}\n", indent, name, name)
		case "Succeed", "Fail":
			fmt.Fprintf(out, "%s%s([%s])\n", indent, name, name)
		case "Parallel":
			fmt.Fprintf(out, "%ssubgraph %s\n", indent, name)
			for i := range s.Branches {
				nodes(out, &s.Branches[i], indent+"  ")
			}
			fmt.Fprintf(out, "%send\n", indent)
		default:
			fmt.Fprintf(out, "%s%s[%s]\n", indent, name, name)
		}
	}
}

func edges(out *strings.Builder, m *interpreter.Machine) {
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		s := m.States[name]
		for i := range s.Branches {
			edges(out, &s.Branches[i])
		}
		for _, r := range s.Choices {
			label := r.Variable[strings.LastIndex(r.Variable, ".")+1:]
			if r.StringEquals != nil {
				label = *r.StringEquals
			}
			fmt.Fprintf(out, "  %s -->|%s| %s\n", name, label, r.Next)
		}
		if s.Default != "" {
			fmt.Fprintf(out, "  %s -->|otherwise| %s\n", name, s.Default)
		}
		if s.Next != "" {
			fmt.Fprintf(out, "  %s --> %s\n", name, s.Next)
		}
		for _, c := range s.Catch {
			label := strings.Join(c.ErrorEquals, ", ")
			if label == "States.ALL" {
				label = "any error"
			}
			fmt.Fprintf(out, "  %s -.->|%s| %s\n", name, label, c.Next)
		}
	}
}
