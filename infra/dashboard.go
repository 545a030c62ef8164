package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

	"rialto/functions/contract"
)

// dashboard shows a context's functions, one a row: how often they are called and fail, how long they take, and how far their queue
// or their stream is behind. It is named like the context, for whoever follows an alarm.
func (c *contextStack) dashboard() {
	if c.stage.Local {
		return
	}
	board := awscloudwatch.NewDashboard(c.stack, new("Dashboard"), &awscloudwatch.DashboardProps{DashboardName: new(c.stage.prefix() + c.context)})
	for _, f := range c.stage.functions() {
		if f.Context == c.context {
			board.AddWidgets(c.widgets(f)...)
		}
	}
}

func (c *contextStack) widgets(f contract.Function) []awscloudwatch.IWidget {
	deployed := c.deployed[f.Name]
	of := func(statistic string) *awscloudwatch.MetricOptions {
		return &awscloudwatch.MetricOptions{Statistic: &statistic, Period: duration(failurePeriod)}
	}
	row := []awscloudwatch.IWidget{
		graph(f.ID(), deployed.MetricInvocations(of("Sum")), deployed.MetricErrors(of("Sum")), deployed.MetricThrottles(of("Sum"))),
		graph(f.ID()+": milliseconds", deployed.MetricDuration(of("p50")), deployed.MetricDuration(of("p99"))),
	}
	if queue, ok := c.queues[f.Name]; ok {
		row = append(row, graph(f.ID()+": its queue", queue.MetricApproximateNumberOfMessagesVisible(of("Maximum")),
			queue.MetricApproximateNumberOfMessagesNotVisible(of("Maximum")), queue.MetricApproximateAgeOfOldestMessage(of("Maximum"))))
	}
	if f.Trigger.Stream != "" {
		row = append(row, graph(f.ID()+": milliseconds behind "+f.Trigger.Stream, deployed.Metric(new("IteratorAge"), of("Maximum"))))
	}
	return row
}

// graph is a third of a row.
func graph(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{Title: &title, Width: new(8.0), Left: &metrics})
}
