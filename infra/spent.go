package infra

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

	"rialto/functions/contract"
)

// expressGB is what an express execution is charged of memory: its least step, which a checkout's state does not exceed.
const expressGB = 64.0 / 1024

// orderCost is what the whole stage spends on use, by list price, for each order that it places, in millionths of a dollar: what AWS
// counts of requests, units and billed time, so browsing and feeds too, and retries. Requests to SQS (AWS counts messages), what runs by
// the hour, logs and transfer are not in it. Of a checkout alone make bench reckons the cost from its recorded calls.
func orderCost(stage Stage, placed awscloudwatch.IMetric) (awscloudwatch.IMetric, error) {
	prices, err := contract.ListPrices()
	if err != nil {
		return nil, err
	}
	var s spending
	for _, table := range contract.Tables() {
		of := map[string]string{"TableName": stage.tableName(table.Name)}
		s.units(of)
		for _, index := range table.Indexes {
			s.units(map[string]string{"TableName": of["TableName"], "GlobalSecondaryIndexName": index.Name})
		}
	}
	for _, f := range stage.functions() {
		of := map[string]string{"FunctionName": stage.functionName(f.ID())}
		s.add("lambda.request", 1, named("AWS/Lambda", "Invocations", "Sum", of))
		s.add("lambda.gb_second", float64(f.Memory)/1024/1000, named("AWS/Lambda", "Duration", "Sum", of))
	}
	machine := map[string]string{"StateMachineArn": stage.machineARN("checkout")}
	s.add("states.request", 1, named("AWS/States", "ExecutionsStarted", "Sum", machine))
	s.add("states.gb_hour", expressGB/1000/3600, named("AWS/States", "ExpressExecutionBilledDuration", "Sum", machine))
	for _, api := range doors {
		s.add("apigateway.request", 1, named("AWS/ApiGateway", "Count", "Sum", map[string]string{"ApiName": stage.apiName(api)}))
	}
	for _, context := range publishers() {
		s.add("sns.request", 1, named("AWS/SNS", "NumberOfMessagesPublished", "Sum", map[string]string{"TopicName": stage.topicName(context)}))
	}
	return s.each(prices, placed)
}

// spending is what costs, in groups of metrics of one price.
type spending struct{ groups []spent }

// spent is a price's name, and how many units of it one of the metrics' is.
type spent struct {
	what    string
	times   float64
	metrics []awscloudwatch.IMetric
}

func (s *spending) units(of map[string]string) {
	s.add("dynamodb.write_unit", 1, named("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Sum", of))
	s.add("dynamodb.read_unit", 1, named("AWS/DynamoDB", "ConsumedReadCapacityUnits", "Sum", of))
}

func (s *spending) add(what string, times float64, m awscloudwatch.IMetric) {
	i := slices.IndexFunc(s.groups, func(g spent) bool { return g.what == what && g.times == times })
	if i < 0 {
		i, s.groups = len(s.groups), append(s.groups, spent{what: what, times: times})
	}
	s.groups[i].metrics = append(s.groups[i].metrics, m)
}

// each is all that is spent, divided by how many. A group's sum is written by its metrics' common prefix.
func (s *spending) each(prices contract.Prices, by awscloudwatch.IMetric) (awscloudwatch.IMetric, error) {
	all, terms := map[string]awscloudwatch.IMetric{"n": by}, []string{}
	for i, g := range s.groups {
		usd, err := prices.USD(g.what, g.times*1e6)
		if err != nil {
			return nil, err
		}
		prefix := fmt.Sprintf("%s%d_", strings.ReplaceAll(g.what, ".", "_"), i)
		for k, m := range g.metrics {
			all[prefix+strconv.Itoa(k)] = m
		}
		terms = append(terms, fmt.Sprintf("%s * SUM(FILL(METRICS(%q), 0))", strings.TrimRight(strings.TrimRight(usd.FloatString(12), "0"), "."), prefix))
	}
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{Expression: new("IF(n > 0, (" + strings.Join(terms, " + ") + ") / n)"),
		UsingMetrics: &all, Label: new("millionths of a dollar"), Period: duration(5 * time.Minute)}), nil
}
