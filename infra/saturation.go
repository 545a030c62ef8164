package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"rialto/functions/contract"
)

// Alarms on what fills up, or slows down, before it fails: each has its row in OPERATIONS.md, which a test looks for.

const (
	queueLag       = 15 * 60 // of a queue's oldest message, in seconds, before somebody is told
	pinnedSessions = 50      // at the database's proxy: each keeps a connection of the database for one client alone
	slowAPI        = 3_000   // of the slowest hundredth of requests, in milliseconds
	failingAPI     = 0.01    // of an API's requests
	fullPercent    = 85
)

// starved tells when a function on the checkout path asks for more concurrency than it has.
func (c *contextStack) starved(f contract.Function, deployed awslambda.Function) {
	if c.stage.Local || !f.OnCheckoutPath() {
		return
	}
	c.alarm(title(f.Name)+"Throttled", f.ID()+"-throttled", f.ID()+" is on the checkout path and has no concurrency left (infra/OPERATIONS.md)",
		deployed.MetricThrottles(&awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(failurePeriod)}), 1, 1)
}

// behind tells when a queue's consumer does not keep up. Timers wait in their queue because they are not due.
func (c *contextStack) behind(f contract.Function, queue awssqs.Queue) {
	if c.stage.Local || f.ID() == "checkout-timer" {
		return
	}
	c.alarm(title(f.Name)+"Behind", f.ID()+"-behind", "messages of "+f.ID()+" wait for a quarter of an hour and more (infra/OPERATIONS.md)",
		queue.MetricApproximateAgeOfOldestMessage(&awscloudwatch.MetricOptions{Statistic: new("Maximum"), Period: duration(failurePeriod)}), queueLag, 2)
}

// throttled tells when a table turns requests away: a hot key, or a climb that was too steep.
func throttled(stack awscdk.Stack, stage Stage, name string, table awsdynamodb.Table) {
	if stage.Local {
		return
	}
	sum := func(metric string) awscloudwatch.IMetric {
		return table.Metric(&metric, &awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(failurePeriod)})
	}
	ring(stack, stage, title(name)+"Throttled", "tables-"+name+"-throttled", "the table "+name+" turns requests away (infra/OPERATIONS.md)",
		awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression: new("reads + writes"), Period: duration(failurePeriod),
			UsingMetrics: &map[string]awscloudwatch.IMetric{"reads": sum("ReadThrottleEvents"), "writes": sum("WriteThrottleEvents")},
		}), 1, 2)
}

// unwell tells when an API fails or is slow.
func unwell(stack awscdk.Stack, stage Stage, name string, rest awsapigateway.SpecRestApi) {
	rate := func(statistic string) *awscloudwatch.MetricOptions {
		return &awscloudwatch.MetricOptions{Statistic: &statistic, Period: duration(failurePeriod)}
	}
	const see = " (infra/OPERATIONS.md)"
	ring(stack, stage, title(name)+"Failing", "apis-"+name+"-failing", "a hundredth and more of what the "+name+" API is asked fails"+see,
		rest.MetricServerError(rate("Average")), failingAPI, 2)
	ring(stack, stage, title(name)+"Slow", "apis-"+name+"-slow", "the slowest hundredth of the "+name+" API takes 3 seconds and more"+see,
		rest.MetricLatency(rate("p99")), slowAPI, 3)
}

// full tells when a server of the context's has little left of something. Metrics of services are named by their documentation.
func (c *contextStack) full(id, name, about, namespace, metric string, of map[string]string, threshold float64) {
	dimensions := map[string]*string{}
	for k, v := range of {
		dimensions[k] = &v
	}
	c.alarm(id, c.context+"-"+name, about+" (infra/OPERATIONS.md)", awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: &namespace, MetricName: &metric, DimensionsMap: &dimensions, Statistic: new("Maximum"), Period: duration(failurePeriod),
	}), threshold, 2)
}

// ring makes an alarm of a stage that is at or above a threshold for some periods in a row.
func ring(stack awscdk.Stack, stage Stage, id, name, about string, metric awscloudwatch.IMetric, threshold, periods float64) {
	alarm := awscloudwatch.NewAlarm(stack, &id, &awscloudwatch.AlarmProps{
		AlarmName:          new(stage.prefix() + name),
		AlarmDescription:   &about,
		Metric:             metric,
		Threshold:          &threshold,
		EvaluationPeriods:  &periods,
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	alarm.Node().DefaultChild().(awscloudwatch.CfnAlarm).SetAlarmActions(&[]*string{new(stage.topicARN(alarms))})
}
