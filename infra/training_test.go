package infra

import (
	"strings"
	"testing"
)

// Every four hours the machine starts, on AWS; its run may pass the role of Spark's runs, and that alone, on. The local stage has
// the machine and nothing that trains. Seen to catch: a rule on the local stage; a placeholder that nothing is put in for.
func TestAModelIsMadeEveryFourHours(t *testing.T) {
	t.Parallel()
	for stage, a := range synthesized {
		rules, applications, machines := 0, 0, 0
		a.each(func(_ template, _ string, r resource) {
			switch r.Type {
			case "AWS::EMRServerless::Application":
				applications++
			case "AWS::Events::Rule":
				if strings.HasSuffix(flat(r.at("Name")), "-retrain") && r.at("ScheduleExpression") == "rate(4 hours)" {
					rules++
				}
			case "AWS::StepFunctions::StateMachine":
				if !strings.HasSuffix(flat(r.at("StateMachineName")), "-retrain") {
					return
				}
				machines++
				if definition := flat(r.at("DefinitionString")); r.at("StateMachineType") != "STANDARD" || strings.Contains(definition, "${training") {
					t.Errorf("%s: the machine is %v: %s", stage, r.at("StateMachineType"), definition)
				}
			}
		}, "AWS::EMRServerless::Application", "AWS::Events::Rule", "AWS::StepFunctions::StateMachine")
		want := 1
		if a.stage.Local {
			want = 0
		}
		if rules != want || applications != want || machines != 1 {
			t.Errorf("%s: %d rules, %d applications and %d machines", stage, rules, applications, machines)
		}
	}
}
