package infra

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAlarmsOfTheCheckout: whatever leaves a checkout open is noticed. Seen to catch: a sweep that is allowed not to
// run; a metric of another name.
func TestAlarmsOfTheCheckout(t *testing.T) {
	t.Parallel()
	type alarm struct {
		Metric, Statistic, Comparison, Missing string
		Period, Threshold, Periods             float64
	}
	failure := func(metric string) alarm {
		return alarm{metric, "Sum", "GreaterThanOrEqualToThreshold", "notBreaching", 300, 1, 1}
	}
	for _, stage := range []string{"dev", "prod"} {
		for name, want := range map[string]alarm{
			"checkout-sweep-errors":         failure("AWS/Lambda Errors"),
			"checkout-sweep-silent":         {"AWS/Lambda Invocations", "Sum", "LessThanThreshold", "breaching", 600, 1, 1},
			"checkout-executions-failed":    failure("AWS/States ExecutionsFailed"),
			"checkout-executions-timed-out": failure("AWS/States ExecutionsTimedOut"),
			"checkout-executions-aborted":   failure("AWS/States ExecutionsAborted"),
		} {
			r := find(t, stage, "AWS::CloudWatch::Alarm", "AlarmName", "rialto-"+stage+"-"+name)
			got := alarm{flat(r.at("Namespace")) + " " + flat(r.at("MetricName")), flat(r.at("Statistic")), flat(r.at("ComparisonOperator")),
				flat(r.at("TreatMissingData")), r.number("Period"), r.number("Threshold"), r.number("EvaluationPeriods")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %s, want (-), got (+):\n%s", stage, name, diff)
			}
			dimension := map[bool]string{true: "StateMachineArn", false: "FunctionName"}[strings.Contains(name, "executions")]
			of := many(r.at("Dimensions"))
			if len(of) != 1 || dig(of[0], "Name") != dimension || flat(dig(of[0], "Value")) == "" {
				t.Errorf("%s %s is of %v, want one %s", stage, name, of, dimension)
			}
			if flat(r.at("AlarmActions")) != "arn:aws:sns:us-east-1:${AWS::AccountId}:rialto-"+stage+"-alarms" ||
				!strings.Contains(flat(r.at("AlarmDescription")), "infra/OPERATIONS.md") {
				t.Errorf("%s %s tells %v: %v", stage, name, r.at("AlarmActions"), r.at("AlarmDescription"))
			}
		}
	}
}

// What a line of a log rings is told, with the place where it says what to do. Seen to catch: a pattern that the function's line does
// not have.
func TestAlarmsOfLines(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"refund-failed", "authorization-lost"} {
		r := find(t, "prod", "AWS::CloudWatch::Alarm", "AlarmName", "rialto-prod-fulfillment-"+name)
		if flat(r.at("Namespace")) != "fulfillment" || flat(r.at("MetricName")) != name || r.number("Threshold") != 1 ||
			flat(r.at("TreatMissingData")) != "notBreaching" || !strings.Contains(flat(r.at("AlarmDescription")), "infra/OPERATIONS.md") {
			t.Errorf("%s: %v %v", name, r.at("MetricName"), r.at("AlarmDescription"))
		}
		f := find(t, "prod", "AWS::Logs::MetricFilter", "FilterPattern", `{ $.alarm = "`+name+`" }`)
		if got := many(f.at("MetricTransformations")); len(got) != 1 || dig(got[0], "MetricName") != name || dig(got[0], "MetricValue") != "1" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Every alarm has its row in OPERATIONS.md, by its name or by a form of names, and every row an alarm. Seen to catch: an alarm without
// a word on what to do; a row of an alarm that is no more.
func TestEveryAlarmHasItsPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| alarm | what it means | what to do |")
	table, _, _ = strings.Cut(table, "\n\n")
	used := map[string]bool{}
	for line := range strings.Lines(table) {
		cell := strings.SplitN(line, " | ", 2)[0]
		for i, name := range strings.Split(cell, "`") {
			if i%2 == 1 && !strings.HasPrefix(name, "rialto-") {
				used[name] = false
			}
		}
	}
	synthesized["prod"].each(func(_ template, _ string, r resource) {
		name, found := strings.TrimPrefix(flat(r.at("AlarmName")), "rialto-prod-"), false
		for row := range used {
			form := strings.NewReplacer("<context>", "[a-z]+", "<function>", "[a-z0-9-]+", "<table>", "[a-z_]+").Replace(row)
			if regexp.MustCompile("^" + form + "$").MatchString(name) {
				used[row], found = true, true
			}
		}
		if !found {
			t.Errorf("nothing says what to do about %s", name)
		}
	}, "AWS::CloudWatch::Alarm")
	for row, is := range used {
		if !is {
			t.Errorf("no alarm is named %s", row)
		}
	}
}
