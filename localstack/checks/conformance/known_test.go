package conformance

import (
	"maps"
	"slices"
	"strings"

	"rialto/statemachines/interpreter"
)

// What LocalStack 4.9 does otherwise than AWS documents; there the interpreter keeps to the documents.
const (
	// docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html, "Error names": States.ALL catches
	// neither States.Runtime nor States.DataLimitExceeded.
	catchesAll = "States.ALL catches States.Runtime and States.DataLimitExceeded"
	// The same page: States.Runtime. A Choice whose variable is not there fails the execution.
	choosesDefault = "a Choice whose variable is missing goes to its default"
	// A branch's error is the Parallel's (states-language.net, "Parallel State").
	losesNames = "an error called States.… that leaves a branch ends the execution as States.Runtime"
	// The same page: States.IntrinsicFailure.
	losesIndex = "an index that is none of its array is States.Runtime"
)

// known says which deviation explains that two runs part, "" if none does. Up to where they part they must agree, and
// what comes next must be what the deviation leads to.
func known(m *interpreter.Machine, tr trial, got, want run) string {
	if len(want.entered) < len(got.entered) && want.failure == "States.Runtime" && isBranch(m, tr.state) {
		if name := errorOf(tr.fault.act); strings.HasPrefix(name, "States.") && slices.Equal(want.entered, got.entered[:len(want.entered)]) {
			return losesNames
		}
		return ""
	}
	if got.failure == "States.DataLimitExceeded" && want.failure == "States.Runtime" && isBranch(m, tr.state) &&
		slices.Equal(got.entered, want.entered) {
		return losesNames
	}
	if failureIn(got.output) == "States.IntrinsicFailure" && failureIn(want.output) == "States.Runtime" &&
		slices.Equal(got.entered, want.entered) && maps.Equal(got.calls, want.calls) {
		return losesIndex
	}
	n := len(got.entered)
	if got.failure != "States.Runtime" && got.failure != "States.DataLimitExceeded" || len(want.entered) <= n ||
		!slices.Equal(got.entered, want.entered[:n]) {
		return ""
	}
	last, next := m.States[got.entered[n-1]], want.entered[n]
	switch {
	case last.Type == "Choice" && next == last.Default:
		return choosesDefault
	case slices.ContainsFunc(last.Catch, func(c interpreter.Catcher) bool {
		return slices.Equal(c.ErrorEquals, []string{"States.ALL"}) && c.Next == next
	}):
		return catchesAll
	}
	return ""
}

// failureIn is the name of the error that a run caught last.
func failureIn(output any) string {
	all, _ := output.(map[string]any)
	failure, _ := all["failure"].(map[string]any)
	name, _ := failure["Error"].(string)
	return name
}
