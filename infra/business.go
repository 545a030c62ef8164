package infra

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

	"rialto/functions/contract"
)

// businessDashboard shows how the shop does, and not its parts: what is ordered, what comes of checkouts and what an order costs, whether
// stock balances, what is given back, how far search and feeds are behind, and how the APIs answer. Each figure is a minute's.
func businessDashboard(stack awscdk.Stack, stage Stage) error {
	placed := counted(stage, contract.PublishedMetric, "OrderPlaced")
	begun := named("AWS/States", "ExecutionsStarted", "Sum", map[string]string{"StateMachineArn": stage.machineARN("checkout")})
	var failed []awscloudwatch.IMetric
	for _, code := range contract.CheckoutFailures {
		failed = append(failed, counted(stage, contract.CheckoutsFailedMetric, code))
	}
	cost, err := orderCost(stage, placed)
	if err != nil {
		return err
	}
	board := awscloudwatch.NewDashboard(stack, new("Business"), &awscloudwatch.DashboardProps{DashboardName: new(stage.prefix() + "business")})
	board.AddWidgets(
		graph("orders placed", placed),
		graph("conversion: orders of a hundred checkouts that were begun", awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression: new("IF(begun > 0, 100 * FILL(placed, 0) / begun)"), Label: new("conversion"), Period: duration(time.Minute),
			UsingMetrics: &map[string]awscloudwatch.IMetric{"begun": begun, "placed": placed}})),
		graph("checkouts: begun, and failed by reason", append([]awscloudwatch.IMetric{begun}, failed...)...),
		graph("what an order costs: all that the stage uses, by what it places", cost),
		graph("stock that does not balance, or is oversold: always 0",
			counted(stage, contract.UnbalancedMetric, "equation"), counted(stage, contract.UnbalancedMetric, "oversold")),
		graph("given back, refused to be, and disputed", counted(stage, contract.PublishedMetric, "PaymentRefunded"),
			counted(stage, contract.PublishedMetric, "PaymentRefundFailed"), counted(stage, contract.PublishedMetric, "PaymentDisputed")),
		graph("search: seconds that the oldest change waits", waiting(stage, "search-index", "ApproximateAgeOfOldestMessage")),
		graph("feeds: messages that wait", waiting(stage, "feeds-split", inQueue), waiting(stage, "catalog-feed", inQueue),
			waiting(stage, "offers-feed", inQueue), waiting(stage, "inventory-feed", inQueue)),
	)
	for _, api := range doors {
		of := func(metric, statistic string) awscloudwatch.IMetric {
			return named("AWS/ApiGateway", metric, statistic, map[string]string{"ApiName": stage.apiName(api)})
		}
		board.AddWidgets(graph("the "+api+" API: requests, refused, failed", of("Count", "Sum"), of("4XXError", "Sum"), of("5XXError", "Sum")),
			graph("the "+api+" API: milliseconds, the median and the slowest hundredth", of("Latency", "p50"), of("Latency", "p99")))
	}
	return nil
}

// doors are the APIs that the business is done through.
var doors = []string{"ops", "seller", "shopper"}

const inQueue = "ApproximateNumberOfMessagesVisible"

// counted is what functions count in their logs.
func counted(stage Stage, m contract.Metric, of string) awscloudwatch.IMetric {
	return named(contract.MetricNamespace, m.Name, "Sum", map[string]string{"stage": stage.Name, m.Dimension: of})
}

func waiting(stage Stage, queue, metric string) awscloudwatch.IMetric {
	return named("AWS/SQS", metric, "Maximum", map[string]string{"QueueName": stage.queueName(queue)})
}

// named is a metric by its names, labelled by the last of its dimensions' values.
func named(namespace, metric, statistic string, of map[string]string) awscloudwatch.IMetric {
	dimensions, label := map[string]*string{}, strings.ToLower(metric)
	for k, v := range of {
		if dimensions[k] = &v; k == "event" || k == "code" || k == "with" || k == "QueueName" {
			label = v
		}
	}
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{Namespace: &namespace, MetricName: &metric, DimensionsMap: &dimensions,
		Statistic: &statistic, Period: duration(time.Minute), Label: &label})
}
