package infra

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

func TestStreamMappings(t *testing.T) {
	t.Parallel()
	var streams int
	for _, f := range contract.Functions() {
		if f.Trigger.Stream != "" || f.Trigger.Records != "" {
			streams++
		}
	}
	for stage, a := range synthesized {
		var got int
		a.each(func(x template, id string, r resource) {
			if r.at("StartingPosition") == nil {
				return
			}
			got++
			// A batch of a table's stream answers for each record; one of a Kinesis stream is of one file, and is done whole.
			table := strings.Contains(flat(r.at("EventSourceArn")), "dynamodb") || strings.Contains(flat(r.at("EventSourceArn")), "StreamArn")
			each := r.number("ParallelizationFactor") == streamLanes && flat(r.at("FunctionResponseTypes")) == "ReportBatchItemFailures"
			if r.at("StartingPosition") != "TRIM_HORIZON" || r.number("MaximumRetryAttempts") != streamRetries || each != table {
				t.Errorf("%s/%s: %v", x.Stack, id, r.Properties)
			}
			account := "${AWS::AccountId}"
			if a.stage.Local {
				account = contract.LocalAccount
			}
			if to := flat(r.at("DestinationConfig", "OnFailure", "Destination")); to != "arn:aws:s3:::rialto-"+stage+"-stream-failures-"+account {
				t.Errorf("%s/%s: failures go to %s", x.Stack, id, to)
			}
		}, "AWS::Lambda::EventSourceMapping")
		if got != streams {
			t.Errorf("%s maps %d streams, want %d", stage, got, streams)
		}
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	type subscription struct {
		Topic, Queue string
		Raw          bool
		Events       string
	}
	var got []subscription
	synthesized["local"].each(func(x template, id string, r resource) {
		if x.Stack != "rialto-local-search" {
			return
		}
		got = append(got, subscription{flat(r.at("TopicArn")), flat(r.at("Endpoint")), r.at("RawMessageDelivery") == true,
			flat(r.at("FilterPolicy", "name"))})
	}, "AWS::SNS::Subscription")
	var queue, words string
	synthesized["local"].each(func(_ template, id string, r resource) {
		switch flat(r.at("QueueName")) {
		case "rialto-local-search-index":
			queue = "${" + id + ".Arn}"
		case "rialto-local-search-encode":
			words = "${" + id + ".Arn}"
		}
	}, "AWS::SQS::Queue")
	want := []subscription{
		{"arn:aws:sns:us-east-1:000000000000:rialto-local-catalog", words, true, "ProductChanged"},
		{"arn:aws:sns:us-east-1:000000000000:rialto-local-catalog", queue, true, "ProductChanged"},
		{"arn:aws:sns:us-east-1:000000000000:rialto-local-offers", queue, true, "BuyBoxChanged"},
		{"arn:aws:sns:us-east-1:000000000000:rialto-local-reviews", queue, true, "ProductRated"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("subscriptions of search, want (-), got (+):\n%s", diff)
	}
}

func TestQueues(t *testing.T) {
	t.Parallel()
	for _, f := range contract.Functions() {
		q := f.Trigger.Queue
		if q == nil {
			continue
		}
		queue := find(t, "prod", "AWS::SQS::Queue", "QueueName", "rialto-prod-"+f.ID())
		if got := queue.number("RedrivePolicy", "maxReceiveCount"); got != float64(q.MaxReceiveCount) {
			t.Errorf("%s is tried %v times, want %d", f.ID(), got, q.MaxReceiveCount)
		}
		dead := find(t, "prod", "AWS::SQS::Queue", "QueueName", "rialto-prod-"+f.ID()+"-dead")
		if got := dead.number("MessageRetentionPeriod"); got != deadRetention.Seconds() {
			t.Errorf("dead records of %s are kept %v s", f.ID(), got)
		}
	}
}

func TestEveryMinute(t *testing.T) {
	t.Parallel()
	rule := find(t, "local", "AWS::Events::Rule", "Name", "rialto-local-checkout-sweep")
	if got := flat(rule.at("ScheduleExpression")); got != "rate(1 minute)" {
		t.Errorf("the sweep runs at %s", got)
	}
}
