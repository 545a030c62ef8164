package infra

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rialto/functions/contract"
)

// Every function stands on its context's dashboard, with its queue or its stream. Seen to catch: a queue without a graph.
func TestEveryFunctionIsOnADashboard(t *testing.T) {
	t.Parallel()
	for _, f := range contract.Functions() {
		body := flat(find(t, "prod", "AWS::CloudWatch::Dashboard", "DashboardName", "rialto-prod-"+f.Context).at("DashboardBody"))
		want := []string{`"title":"` + f.ID() + `"`, `"title":"` + f.ID() + `: milliseconds"`}
		if f.Trigger.Queue != nil {
			want = append(want, `"title":"`+f.ID()+`: its queue"`)
		}
		if f.Trigger.Stream != "" {
			want = append(want, `"title":"`+f.ID()+": milliseconds behind "+f.Trigger.Stream+`"`)
		}
		for _, title := range want {
			if !strings.Contains(body, title) {
				t.Errorf("the dashboard of %s has no %s", f.Context, title)
			}
		}
	}
}

// Each metric of the dashboard of the business has an emitter: a queue, a machine or an API of the template, or a function that counts it.
// Seen to catch: a queue's name without the stage; an event that no context publishes; a machine of another name.
func TestEachFigureOfTheBusinessHasAnEmitter(t *testing.T) {
	t.Parallel()
	body := flat(find(t, "prod", "AWS::CloudWatch::Dashboard", "DashboardName", "rialto-prod-business").at("DashboardBody"))
	var board struct {
		Widgets []struct {
			Properties struct{ Metrics [][]any }
		}
	}
	if err := json.Unmarshal([]byte(body), &board); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	figures := 0
	for _, w := range board.Widgets {
		for _, m := range w.Properties.Metrics {
			var path []string
			for _, v := range m {
				if s, ok := v.(string); ok {
					path = append(path, s)
				}
			}
			if len(path) == 0 { // an expression of other metrics
				continue
			}
			if figures++; !emitted(t, path) {
				t.Errorf("nothing emits %q", path)
			}
		}
	}
	if figures < 20 {
		t.Errorf("the dashboard has %d figures", figures)
	}
}

// emitted tells whether a metric, as a dashboard names it, has an emitter: namespace, name, then dimensions in pairs.
func emitted(t *testing.T, path []string) bool {
	of := map[string]string{}
	for i := 2; i+1 < len(path); i += 2 {
		of[path[i]] = path[i+1]
	}
	switch path[0] {
	case "AWS/SQS":
		return slices.ContainsFunc(contract.Functions(), func(f contract.Function) bool {
			return f.Trigger.Queue != nil && "rialto-prod-"+f.ID() == of["QueueName"]
		})
	case "AWS/States":
		return strings.HasSuffix(of["StateMachineArn"], ":stateMachine:rialto-prod-checkout")
	case "AWS/ApiGateway":
		return slices.Contains([]string{"rialto-prod-shopper", "rialto-prod-seller", "rialto-prod-ops"}, of["ApiName"])
	case contract.MetricNamespace:
		return of["stage"] == "prod" && countedBy(t, path[1], of)
	}
	return false
}

// countedBy tells whether functions count a metric of that name and those dimensions.
func countedBy(t *testing.T, name string, of map[string]string) bool {
	switch name {
	case contract.PublishedMetric.Name: // by whoever turns a table's stream into events
		schemas, err := filepath.Glob("../events/*/" + of["event"] + ".v1.schema.json")
		if err != nil || len(schemas) != 1 {
			t.Errorf("the event %s has %d schemas (%v)", of["event"], len(schemas), err)
			return false
		}
		context := filepath.Base(filepath.Dir(schemas[0]))
		return slices.ContainsFunc(contract.Functions(), func(f contract.Function) bool {
			return f.Context == context && f.Trigger.Stream != "" && slices.Contains(f.Grants, contract.Grant{Access: contract.Publish, Name: context})
		})
	case contract.CheckoutsFailedMetric.Name:
		return slices.Contains(contract.CheckoutFailures, of[contract.CheckoutsFailedMetric.Dimension])
	case contract.UnbalancedMetric.Name:
		return slices.Contains([]string{"oversold", "equation"}, of[contract.UnbalancedMetric.Dimension])
	}
	return false
}
