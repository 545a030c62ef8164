package infra

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rialto/functions/contract"
)

// Every function stands on its context's dashboard, with its queue or its stream. Seen to catch: a queue without a graph.
func TestEveryFunctionIsOnADashboard(t *testing.T) {
	t.Parallel()
	for _, f := range parted.functions() {
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

type widget struct {
	Properties struct {
		Title   string
		Metrics [][]any
	}
}

// business are the graphs of the dashboard of the business.
func business(t *testing.T) []widget {
	t.Helper()
	body := flat(find(t, "prod", "AWS::CloudWatch::Dashboard", "DashboardName", "rialto-prod-business").at("DashboardBody"))
	var board struct{ Widgets []widget }
	if err := json.Unmarshal([]byte(body), &board); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return board.Widgets
}

// Each metric of the dashboard of the business has an emitter: a queue, a machine or an API of the template, or a function that counts it.
// Seen to catch: a queue's name without the stage; an event that no context publishes; a machine of another name.
func TestEachFigureOfTheBusinessHasAnEmitter(t *testing.T) {
	t.Parallel()
	figures := 0
	for _, w := range business(t) {
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

// What an order costs is reckoned by list price from what AWS counts of every table, index, function, topic, API and of the saga, within
// the 500 metrics that a graph may have (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html). Seen to catch: a
// function's memory left out; the prefix of one group that is another's; indexes that are not counted.
func TestWhatAnOrderCosts(t *testing.T) {
	t.Parallel()
	expression, figures := ordersCost(t)
	said := map[string]float64{ // of one order
		"AWS/DynamoDB ConsumedWriteCapacityUnits rialto-prod-orders":           20,
		"AWS/DynamoDB ConsumedReadCapacityUnits rialto-prod-holds":             6,
		"AWS/DynamoDB ConsumedWriteCapacityUnits by_seller rialto-prod-offers": 3,
		"AWS/Lambda Invocations rialto-prod-inventory-hold":                    8,
		"AWS/Lambda Duration rialto-prod-checkout-api":                         1000,
		"AWS/ApiGateway Count rialto-prod-shopper":                             1,
		"AWS/SNS NumberOfMessagesPublished rialto-prod-orders":                 2,
	}
	var got float64
	for _, term := range regexp.MustCompile(`([0-9.]+) \* SUM\(FILL\(METRICS\("([^"]+)"\), 0\)\)`).FindAllStringSubmatch(expression, -1) {
		price, err := strconv.ParseFloat(term[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		for id, metric := range figures {
			if strings.Contains(id, term[2]) {
				got += price * said[metric]
			}
		}
	}
	// 23 x 0.625 + 6 x 0.125 + 8 x 0.2 + 0.25 GB-seconds x 13.3334 + 3.5 + 2 x 0.5, millionths of a dollar
	if want := 24.55835; math.Abs(got-want) > 1e-9 {
		t.Errorf("an order costs %v millionths of a dollar, want %v, by %s", got, want, expression)
	}
	var timed int
	for _, metric := range figures {
		if strings.HasPrefix(metric, "AWS/Lambda Duration") {
			timed++
		}
	}
	if all := synthesized["prod"].stage.functions(); timed != len(all) {
		t.Errorf("the time of %d of %d functions is counted", timed, len(all))
	}
	if len(figures) > 499 {
		t.Errorf("the graph has %d metrics and an expression, and may have 500", len(figures))
	}
}

// ordersCost is the expression of the graph that says what an order costs, and its metrics by id: namespace, name, dimensions' values.
func ordersCost(t *testing.T) (expression string, figures map[string]string) {
	t.Helper()
	graphs := business(t)
	i := slices.IndexFunc(graphs, func(w widget) bool { return strings.HasPrefix(w.Properties.Title, "what an order costs") })
	if i < 0 {
		t.Fatal("the dashboard of the business does not say what an order costs")
	}
	figures = map[string]string{}
	for _, m := range graphs[i].Properties.Metrics {
		of, ok := m[len(m)-1].(map[string]any)
		if !ok {
			t.Fatalf("%v has no id", m)
		}
		if len(m) == 1 {
			expression = fmt.Sprint(of["expression"])
			continue
		}
		metric := fmt.Sprint(m[0], " ", m[1])
		for k := 3; k < len(m); k += 2 {
			metric += fmt.Sprint(" ", m[k])
		}
		figures[fmt.Sprint(of["id"])] = metric
	}
	return expression, figures
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
	case "AWS/DynamoDB":
		i := slices.IndexFunc(contract.Tables(), func(x contract.Table) bool { return "rialto-prod-"+x.Name == of["TableName"] })
		index := of["GlobalSecondaryIndexName"]
		return i >= 0 && (index == "" || slices.ContainsFunc(contract.Tables()[i].Indexes, func(x contract.Index) bool { return x.Name == index }))
	case "AWS/Lambda":
		return slices.ContainsFunc(parted.functions(), func(f contract.Function) bool { return "rialto-prod-"+f.ID() == of["FunctionName"] })
	case "AWS/SNS":
		return slices.Contains(publishers(), strings.TrimPrefix(of["TopicName"], "rialto-prod-"))
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
