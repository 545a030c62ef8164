package infra

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePoolAsksForClaims: without them the authorizer lets no one in who signed in. Seen to catch: the trigger as
// V1_0, which cannot write into access tokens; a client that may write every attribute.
func TestThePoolAsksForClaims(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"dev", "prod"} {
		var claims, users string
		synthesized[stage].each(func(_ template, id string, r resource) {
			if strings.HasPrefix(id, "ClaimsLive") {
				claims = "${" + id + "}"
			}
		}, "AWS::Lambda::Alias")
		synthesized[stage].each(func(_ template, id string, r resource) {
			users = id
			trigger := r.at("LambdaConfig", "PreTokenGenerationConfig")
			if flat(dig(trigger, "LambdaArn")) != claims || dig(trigger, "LambdaVersion") != "V2_0" || r.at("UserPoolTier") != "ESSENTIALS" {
				t.Errorf("%s: the plan %v calls %v before it signs", stage, r.at("UserPoolTier"), trigger)
			}
			var custom []string
			for _, a := range many(r.at("Schema")) {
				custom = append(custom, flat(dig(a, "Name")))
			}
			if diff := cmp.Diff([]string{sellerAttribute}, custom); diff != "" {
				t.Errorf("%s: attributes, want (-), got (+):\n%s", stage, diff)
			}
		}, "AWS::Cognito::UserPool")
		allowed := 0
		synthesized[stage].each(func(_ template, _ string, r resource) {
			if r.at("Principal") == "cognito-idp.amazonaws.com" {
				allowed++
				if flat(r.at("FunctionName")) != claims || flat(r.at("SourceArn")) != "${"+users+".Arn}" || r.at("Action") != "lambda:InvokeFunction" {
					t.Errorf("%s: Cognito is let in by %v", stage, r.Properties)
				}
			}
		}, "AWS::Lambda::Permission")
		if allowed != 1 || users == "" {
			t.Errorf("%s: the pool %q has %d permissions, want 1", stage, users, allowed)
		}
		find(t, stage, "AWS::Cognito::UserPoolGroup", "GroupName", sellersGroup)
		synthesized[stage].each(func(_ template, _ string, r resource) {
			if diff := cmp.Diff([]any{"email"}, r.at("WriteAttributes")); diff != "" {
				t.Errorf("%s: users may write, want (-), got (+):\n%s", stage, diff)
			}
		}, "AWS::Cognito::UserPoolClient")
	}
	synthesized["local"].each(func(x template, id string, r resource) {
		if strings.HasPrefix(r.Type, "AWS::Cognito::") {
			t.Errorf("%s/%s is a %s, which the local cloud has not", x.Stack, id, r.Type)
		}
	})
}

// The pool's mails go through SES where a domain is verified, and else as Cognito sends them. Seen to catch: a pool that asks for a
// domain which nobody has verified.
func TestThePoolsMails(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"dev", "prod"} {
		synthesized[stage].each(func(_ template, _ string, r resource) {
			choice := many(dig(r.at("EmailConfiguration"), "Fn::If"))
			if len(choice) != 3 || choice[0] != "HasMailDomain" || dig(choice[1], "EmailSendingAccount") != "DEVELOPER" ||
				flat(dig(choice[1], "From")) != "accounts@${VerifiedMailDomain}" ||
				!strings.HasSuffix(flat(dig(choice[1], "SourceArn")), ":identity/${VerifiedMailDomain}") ||
				flat(choice[2]) != "${AWS::NoValue}" {
				t.Errorf("%s: %v", stage, r.at("EmailConfiguration"))
			}
		}, "AWS::Cognito::UserPool")
	}
}
