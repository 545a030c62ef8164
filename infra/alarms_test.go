package infra

import (
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
