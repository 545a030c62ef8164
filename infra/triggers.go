package infra

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambdaeventsources"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"rialto/functions/contract"
)

const (
	streamBatch = 100
	// recordsBatch is how many records of a Kinesis stream an invocation takes at most; 6 MB bound it too.
	recordsBatch  = 500
	streamRetries = 5
	// streamLanes is how many batches of one shard run at once; records of one key stay in order.
	streamLanes = 4
	// streamLag is when somebody is told: the stream is the outbox, so a late stream means late events.
	streamLag = time.Minute

	// failurePeriod is in which failures are counted; one is enough to tell somebody.
	failurePeriod = 5 * time.Minute
	// missedRuns is after how many runs that did not happen somebody is told.
	missedRuns = 10

	deadRetention = 14 * 24 * time.Hour // the most that SQS keeps
)

// triggerPermissions is what Lambda itself does in the function's name to feed it.
func (c *contextStack) triggerPermissions(f contract.Function) ([]permission, error) {
	switch t := f.Trigger; {
	case t.Queue != nil:
		return []permission{{
			actions: []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"},
			on:      []string{c.stage.queueARN(f.ID())},
		}}, nil
	case t.Stream != "":
		stream, ok := c.shared.streams[t.Stream]
		if !ok {
			return nil, fmt.Errorf("table %s has no stream", t.Stream)
		}
		return append(c.keepsFailures(), permission{
			actions: []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}, on: []string{*stream},
		}), nil
	case t.Records != "":
		return append(c.keepsFailures(), permission{
			actions: []string{"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
				"kinesis:ListShards"},
			on: []string{c.stage.recordsARN(t.Records)},
		}), nil
	}
	return nil, nil
}

// keepsFailures lets Lambda keep the records that a function gave up.
func (c *contextStack) keepsFailures() []permission {
	return []permission{
		{actions: []string{"s3:ListBucket"}, on: []string{c.stage.failuresARN()}},
		{actions: []string{"s3:PutObject"}, on: []string{c.stage.failuresARN() + "/*"}},
	}
}

// trigger connects a function to what calls it. The APIs, their authorizer and the state machines call through a
// role of their own, and operators through theirs, so nothing is left to do for those.
func (c *contextStack) trigger(f contract.Function, deployed awslambda.Function) error {
	switch t := f.Trigger; {
	case t.Queue != nil:
		c.consumeQueue(f)
	case t.Stream != "":
		c.consumeStream(f, deployed, c.shared.streams[t.Stream], t.Stream, &awslambda.EventSourceMappingProps{
			BatchSize: new(float64(streamBatch)), ParallelizationFactor: new(float64(streamLanes)), ReportBatchItemFailures: new(true)})
	case t.Records != "":
		c.consumeStream(f, deployed, new(c.stage.recordsARN(t.Records)), t.Records, &awslambda.EventSourceMappingProps{
			BatchSize: new(float64(recordsBatch)), MaxBatchingWindow: duration(c.stage.RecordsWindow)})
	case t.Tokens:
		return c.customizeTokens(c.live[f.Name])
	case t.Schedule != 0:
		c.repeat(f, deployed)
	case !t.API && !t.Authorizer && !t.Saga && !t.Task && !t.Called && !t.Operator:
		return fmt.Errorf("it has no trigger")
	}
	return nil
}

// repeat starts a function at a fixed rate. What sweeps is the last net, so it is missed when it fails, and when it
// does not run: then there are no data, which alarms.
func (c *contextStack) repeat(f contract.Function, deployed awslambda.Function) {
	id := title(f.Name)
	awsevents.NewRule(c.stack, new(id+"Every"), &awsevents.RuleProps{
		RuleName: new(c.stage.functionName(f.ID())),
		Schedule: awsevents.Schedule_Rate(duration(f.Trigger.Schedule)),
		Targets:  &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(c.live[f.Name], nil)},
	})
	if c.stage.Local {
		return
	}
	const after = "; once that is over, invoke it for the time that it missed (infra/OPERATIONS.md)"
	c.alarm(id+"Errors", f.ID()+"-errors", f.ID()+" ("+f.Description+") fails: find the reason in the log "+c.stage.logGroupName(f.ID())+after,
		deployed.MetricErrors(&awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(failurePeriod)}), 1, 1)
	c.silence(id+"Silent", f.ID()+"-silent", f.ID()+" ("+f.Description+") does not run: see whether its rule "+c.stage.functionName(f.ID())+
		" is enabled and its function throttled"+after,
		deployed.MetricInvocations(&awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(missedRuns * f.Trigger.Schedule)}))
}

// consumeStream feeds a stream to a function, in order per key, as how says. A batch that keeps failing is halved until the
// record at fault is alone; that record goes to the failures bucket, whole, and the rest goes on.
func (c *contextStack) consumeStream(f contract.Function, deployed awslambda.Function, from *string, name string,
	how *awslambda.EventSourceMappingProps) {
	failures := awss3.Bucket_FromBucketArn(c.stack, new(title(f.Name)+"Failures"), new(c.stage.failuresARN()))
	how.Target, how.EventSourceArn = c.live[f.Name], from
	how.StartingPosition = awslambda.StartingPosition_TRIM_HORIZON
	how.BisectBatchOnError, how.RetryAttempts = new(true), new(float64(streamRetries))
	how.OnFailure = awslambdaeventsources.NewS3OnFailureDestination(failures)
	how.SupportS3OnFailureDestination = new(true)
	mapping := awslambda.NewEventSourceMapping(c.stack, new(title(f.Name)+"Stream"), how)
	if c.records != nil {
		mapping.Node().AddDependency(c.records)
	} else if other := c.shared.feeding[name]; other != nil {
		c.stack.AddDependency(other, new("it follows its stream"))
	}
	if !c.stage.Local {
		c.alarm(title(f.Name)+"Late", f.ID()+"-late", "events of "+name+" are late: "+f.ID()+" does not keep up with the stream",
			deployed.Metric(new("IteratorAge"), &awscloudwatch.MetricOptions{Statistic: new("Maximum"), Period: duration(time.Minute)}),
			float64(streamLag.Milliseconds()), 5)
	}
}

// consumeQueue makes a function's queue with its dead-letter queue and alarm, subscribes it to the topics it
// takes events from, and feeds it to the function.
func (c *contextStack) consumeQueue(f contract.Function) {
	q, id, s := f.Trigger.Queue, title(f.Name), c.stage
	visibility := q.Visibility
	if visibility == 0 {
		visibility = 6 * f.Timeout
	}
	dead := awssqs.NewQueue(c.stack, new(id+"Dead"), &awssqs.QueueProps{
		QueueName:       new(s.deadQueueName(f.ID())),
		RetentionPeriod: duration(deadRetention),
	})
	queue := awssqs.NewQueue(c.stack, new(id+"Queue"), &awssqs.QueueProps{
		QueueName:         new(s.queueName(f.ID())),
		VisibilityTimeout: duration(visibility),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: new(float64(q.MaxReceiveCount))},
	})
	c.queues[f.Name] = queue
	c.behind(f, queue)
	var topics []string
	for _, sub := range q.Subscriptions {
		topics = append(topics, s.topicARN(sub.Context))
		topic := awssns.Topic_FromTopicArn(c.stack, new(id+title(sub.Context)+"Topic"), new(s.topicARN(sub.Context)))
		props := &awssns.SubscriptionProps{
			Topic:              topic,
			Protocol:           awssns.SubscriptionProtocol_SQS,
			Endpoint:           queue.QueueArn(),
			RawMessageDelivery: new(true), // the envelope is the event's own
		}
		if len(sub.Events) > 0 {
			props.FilterPolicy = &map[string]awssns.SubscriptionFilter{
				"name": awssns.SubscriptionFilter_StringFilter(&awssns.StringConditions{Allowlist: list(sub.Events)}),
			}
		}
		if !s.Local { // what the topic cannot deliver waits with what the function gave up
			props.DeadLetterQueue = dead
		}
		awssns.NewSubscription(c.stack, new(id+"From"+title(sub.Context)), props)
	}
	if len(topics) > 0 {
		queue.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("sns.amazonaws.com"), nil)},
			Actions:    list([]string{"sqs:SendMessage"}),
			Resources:  &[]*string{queue.QueueArn()},
			Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": topics}},
		}))
	}
	awslambda.NewEventSourceMapping(c.stack, new(id+"Mapping"), &awslambda.EventSourceMappingProps{
		Target:                  c.live[f.Name],
		EventSourceArn:          queue.QueueArn(),
		BatchSize:               new(float64(q.Batch)),
		MaxConcurrency:          new(float64(q.Concurrency)),
		ReportBatchItemFailures: new(true),
	})
	if !s.Local {
		c.alarm(id+"DeadAlarm", f.ID()+"-dead", "records of "+f.ID()+" were given up and wait in its dead-letter queue",
			dead.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{Statistic: new("Maximum"), Period: duration(time.Minute)}),
			1, 1)
	}
}

// logged tells the stage's alarm topic when a function logs a line that a pattern of CloudWatch Logs finds.
func (c *contextStack) logged(function, name, about, pattern string) {
	if c.stage.Local {
		return
	}
	id, log := title(name), c.stage.logGroupName(c.context+"-"+function)
	filter := awslogs.NewMetricFilter(c.stack, new(id+"Logged"), &awslogs.MetricFilterProps{
		LogGroup:        awslogs.LogGroup_FromLogGroupName(c.stack, new(id+"Log"), &log),
		FilterPattern:   awslogs.FilterPattern_Literal(&pattern),
		MetricNamespace: new(c.stage.prefix() + "log"),
		MetricName:      new(c.context + "-" + name),
		MetricValue:     new("1"),
	})
	filter.Node().AddDependency(c.deployed[function]) // which has made its log
	c.alarm(id+"Alarm", c.context+"-"+name, about+": the log "+log+" says more",
		filter.Metric(&awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(failurePeriod)}), 1, 1)
}

// alarm tells the stage's alarm topic when a metric is at or above a threshold for some periods in a row.
func (c *contextStack) alarm(id, name, about string, metric awscloudwatch.IMetric, threshold, periods float64) {
	ring(c.stack, c.stage, id, name, about, metric, threshold, periods)
}

// said tells it when a function's log has a line with the alarm's name. Nothing rings on the local stage, which keeps no log groups.
func (c *contextStack) said(f contract.Function, a contract.Alarm, log awslogs.ILogGroup) {
	if c.stage.Local {
		return
	}
	filter := awslogs.NewMetricFilter(c.stack, new("Told"+title(a.Name)), &awslogs.MetricFilterProps{
		LogGroup:      log,
		FilterPattern: awslogs.FilterPattern_StringValue(new("$.alarm"), new("="), &a.Name),
		// A law: a context's name is its metrics' namespace too.
		MetricNamespace: &f.Context, MetricName: &a.Name, MetricValue: new("1"),
	})
	c.alarm(title(a.Name)+"Alarm", f.Context+"-"+a.Name,
		a.About+": the log "+c.stage.logGroupName(f.ID())+" names it, infra/OPERATIONS.md says what to do",
		filter.Metric(&awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(failurePeriod)}), 1, 1)
}

// silence tells it when a metric that counts is below 1 for a period, or is not there.
func (c *contextStack) silence(id, name, about string, metric awscloudwatch.IMetric) {
	c.tell(id, name, &awscloudwatch.AlarmProps{
		AlarmDescription:   &about,
		Metric:             metric,
		Threshold:          new(1.0),
		EvaluationPeriods:  new(1.0),
		ComparisonOperator: awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_BREACHING,
	})
}

func (c *contextStack) tell(id, name string, props *awscloudwatch.AlarmProps) {
	props.AlarmName = new(c.stage.prefix() + name)
	alarm := awscloudwatch.NewAlarm(c.stack, &id, props)
	cfn := alarm.Node().DefaultChild().(awscloudwatch.CfnAlarm)
	cfn.SetAlarmActions(&[]*string{new(c.stage.topicARN(alarms))})
}
