package infra

import (
	"strings"
	"testing"

	"rialto/functions/contract"
)

// Seen to catch: a notification without its filter, so that each report would begin a feed; a plan that lets through
// something else than the functions do.
func TestUploadsGoToTheirQueueAlone(t *testing.T) {
	t.Parallel()
	for stage, account := range map[string]string{"local": contract.LocalAccount, "prod": "${AWS::AccountId}"} {
		for context, queue := range map[string]string{"feeds": "${Split", "catalog": "${Image"} {
			bucket := find(t, stage, "AWS::S3::Bucket", "BucketName", "rialto-"+stage+"-"+context+"-files-"+account)
			to := many(bucket.at("NotificationConfiguration", "QueueConfigurations"))
			if len(to) != 1 {
				t.Fatalf("%s: %v", stage, to)
			}
			one := resource{Properties: to[0].(map[string]any)}
			rules := many(one.at("Filter", "S3Key", "Rules"))
			if one.at("Event") != "s3:ObjectCreated:*" || !strings.HasPrefix(flat(one.at("Queue")), queue) || len(rules) != 1 ||
				rules[0].(map[string]any)["Value"] != "uploads/" {
				t.Errorf("%s: %v", stage, to[0])
			}
		}
	}
	synthesized["local"].each(
		func(_ template, _ string, r resource) { t.Error("the local cloud knows no plans") },
		"AWS::ApiGateway::ApiKey",
		"AWS::ApiGateway::UsagePlan",
	)
	for _, p := range contract.Plans("rialto-prod-") {
		plan := find(t, "prod", "AWS::ApiGateway::UsagePlan", "UsagePlanName", "rialto-prod-"+p.Name)
		if plan.number("Throttle", "RateLimit") != float64(p.Rate) || plan.number("Throttle", "BurstLimit") != float64(p.Rate) || len(p.Key) < 20 {
			t.Errorf("%s: %v", p.Name, plan.Properties)
		}
		find(t, "prod", "AWS::ApiGateway::ApiKey", "Value", p.Key)
	}
}
