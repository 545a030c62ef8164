package infra

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What becomes of mails is heard, and rings where SES would review the account. Seen to catch: bounces that go to no queue; the rate
// in percent.
func TestMailsAreHeardOf(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"dev", "prod"} {
		for name, want := range map[string]struct {
			metric string
			most   float64
		}{"bounces": {"Reputation.BounceRate", 0.05}, "complaints": {"Reputation.ComplaintRate", 0.001}} {
			r := find(t, stage, "AWS::CloudWatch::Alarm", "AlarmName", "rialto-"+stage+"-notifications-"+name)
			if flat(r.at("Namespace")) != "AWS/SES" || flat(r.at("MetricName")) != want.metric || r.number("Threshold") != want.most ||
				!strings.Contains(flat(r.at("AlarmDescription")), "infra/OPERATIONS.md") {
				t.Errorf("%s %s: %v", stage, name, r.Properties)
			}
		}
		told := 0
		synthesized[stage].each(func(_ template, _ string, r resource) {
			told++
			if diff := cmp.Diff([]any{"bounce", "complaint", "reject"}, r.at("EventDestination", "MatchingEventTypes")); diff != "" {
				t.Errorf("%s, want (-), got (+):\n%s", stage, diff)
			}
			if !strings.Contains(flat(r.at("EventDestination", "SnsDestination", "TopicARN")), "Mail") {
				t.Errorf("%s: %v", stage, r.Properties)
			}
		}, "AWS::SES::ConfigurationSetEventDestination")
		if told != 1 {
			t.Errorf("%s: mails are told of by %d ways", stage, told)
		}
		identity := find(t, stage, "AWS::SES::EmailIdentity", "EmailIdentity", "${MailDomain}")
		if flat(identity.at("ConfigurationSetAttributes", "ConfigurationSetName")) == "" {
			t.Errorf("%s: %v", stage, identity.Properties)
		}
	}
	for _, stage := range []string{"local", "prod"} {
		heard := false
		synthesized[stage].each(func(_ template, _ string, r resource) {
			raw := r.at("RawMessageDelivery") == true
			heard = heard || raw && strings.Contains(flat(r.at("Endpoint")), "ListenQueue") && strings.Contains(flat(r.at("TopicArn")), "Mail")
		}, "AWS::SNS::Subscription")
		if !heard {
			t.Errorf("%s: nobody listens", stage)
		}
	}
}
