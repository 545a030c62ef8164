package infra

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFailuresTellSomebody: S3 tells the alarms' topic of each record that comes in, may do so, and not before it may.
// Seen to catch: a policy without CloudWatch, which would silence every alarm; a bucket that does not wait for it.
func TestFailuresTellSomebody(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"dev", "prod"} {
		bucket := find(t, stage, "AWS::S3::Bucket", "BucketName", "rialto-"+stage+"-stream-failures-${AWS::AccountId}")
		var topic, policy string
		synthesized[stage].each(func(_ template, id string, r resource) {
			if flat(r.at("TopicName")) == "rialto-"+stage+"-alarms" {
				topic = "${" + id + "}"
			}
		}, "AWS::SNS::Topic")
		told := many(bucket.at("NotificationConfiguration", "TopicConfigurations"))
		if len(told) != 1 || dig(told[0], "Event") != "s3:ObjectCreated:*" || flat(dig(told[0], "Topic")) != topic {
			t.Errorf("%s: the bucket tells %v, want the topic %s", stage, told, topic)
		}
		got := map[string]string{}
		synthesized[stage].each(func(_ template, id string, r resource) {
			if flat(r.at("Topics")) != topic {
				return
			}
			policy = id
			statements(r.Properties, func(s map[string]any) {
				if flat(s["Action"]) == "sns:Publish" && flat(s["Resource"]) == topic &&
					flat(dig(s["Condition"], "StringEquals", "aws:SourceAccount")) == "${AWS::AccountId}" {
					got[flat(dig(s["Principal"], "Service"))] = flat(dig(s["Condition"], "ArnLike", "aws:SourceArn"))
				}
			})
		}, "AWS::SNS::TopicPolicy")
		want := map[string]string{
			"cloudwatch.amazonaws.com": "arn:aws:cloudwatch:us-east-1:${AWS::AccountId}:alarm:rialto-" + stage + "-*",
			"s3.amazonaws.com":         "arn:aws:s3:::rialto-" + stage + "-stream-failures-${AWS::AccountId}",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: who may publish, want (-), got (+):\n%s", stage, diff)
		}
		if !slices.Contains(bucket.DependsOn, policy) || policy == "" {
			t.Errorf("%s: the bucket waits for %v, want %q", stage, bucket.DependsOn, policy)
		}
	}
	synthesized["local"].each(func(x template, id string, r resource) {
		if r.at("NotificationConfiguration", "TopicConfigurations") != nil {
			t.Errorf("%s/%s tells a topic of its objects, and locally there is nobody to tell", x.Stack, id)
		}
	}, "AWS::S3::Bucket")
}
