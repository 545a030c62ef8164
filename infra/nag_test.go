package infra

import (
	"strings"
	"testing"
)

// What cdk-nag finds is accepted with a reason or said, and no reason outlives what it is for. Seen to catch: a table without a
// restore point; a reason for a rule that passes.
func TestFindingsAreAccepted(t *testing.T) {
	t.Parallel()
	a := &assembly{findings: []finding{{Rule: "AwsSolutions-DDB3", Resource: "rialto-prod-tables/Orders", Info: "no point in time"}}}
	if got := nagged(a); len(got) != 1 || !strings.Contains(got[0], "rialto-prod-tables/Orders: AwsSolutions-DDB3") {
		t.Errorf("the guard says %v", got)
	}
	if len(synthesized["prod"].findings) == 0 || len(synthesized["local"].findings) != 0 {
		t.Error("cdk-nag looked at the wrong stages")
	}
	for _, x := range acceptances {
		used := false
		for _, stage := range []string{"dev", "prod"} {
			for _, f := range synthesized[stage].findings {
				used = used || x.covers(f)
			}
		}
		if !used || x.why == "" {
			t.Errorf("nothing needs %s %s to be accepted, or it has no reason: %q", x.rule, x.where, x.why)
		}
	}
}
