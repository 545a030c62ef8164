package infra

import (
	"slices"
	"testing"
)

// The first deploy of a stage finds an account that lets the APIs write logs, and the removal of a stage takes that from no
// other. Seen to catch: the account's setting beside the APIs, with nothing that has it made first.
func TestTheAccountComesBeforeTheAPIs(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"dev", "prod"} {
		var account, stay int
		synthesized[stage].each(func(x template, id string, r resource) {
			if account++; x.Stack != accountStackName {
				t.Errorf("%s: %s is in %s", stage, id, x.Stack)
			}
			if r.DeletionPolicy == retained {
				stay++
			}
		}, "AWS::ApiGateway::Account")
		if account != 1 || stay != 1 {
			t.Errorf("%s: %d settings of the account, %d of them stay", stage, account, stay)
		}
		i := slices.IndexFunc(synthesized[stage].templates, func(x template) bool { return x.Stack == "rialto-"+stage+"-apis" })
		if i < 0 || !slices.Contains(synthesized[stage].templates[i].After, accountStackName) {
			t.Errorf("%s: the APIs do not wait for the account", stage)
		}
	}
}

// What SNS cannot deliver waits where what a function gave up does. Seen to catch: subscriptions without a dead-letter queue.
func TestSubscriptionsLoseNothing(t *testing.T) {
	t.Parallel()
	synthesized["prod"].each(func(x template, id string, r resource) {
		if flat(r.at("Protocol")) == "sqs" && flat(r.at("RedrivePolicy", "deadLetterTargetArn")) == "" {
			t.Errorf("%s/%s has no dead-letter queue", x.Stack, id)
		}
	}, "AWS::SNS::Subscription")
}

// The search domain takes a new version of its engine where it stands. Seen to catch: a domain without the update policy, which a
// new version would replace by one of the same name.
func TestTheDomainUpgradesInPlace(t *testing.T) {
	t.Parallel()
	synthesized["prod"].each(func(x template, id string, r resource) {
		if r.UpdatePolicy["EnableVersionUpgrade"] != true {
			t.Errorf("%s/%s is replaced by a new version", x.Stack, id)
		}
	}, "AWS::OpenSearchService::Domain")
}
