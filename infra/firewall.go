package infra

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"

	"rialto/functions/contract"
)

// rateWindow is what a rate of the firewall counts over, in seconds.
const rateWindow = 300

// What one address may send to an operation in a window. An office, or a mobile operator's customers, share an address; who guesses
// coupons' codes or tries stolen cards sends more than all of those.
const (
	guestRequests    = 1_000
	couponRequests   = 200
	checkoutRequests = 500
	imageRequests    = 20_000
)

// firewall stops what is known to be an attack, and a client that sends more than it may.
func firewall(stack awscdk.Stack, stage Stage) awswafv2.CfnWebACL {
	return acl(stack, stage, "Firewall", "edge", []*awswafv2.CfnWebACL_RuleProperty{
		limit(0, "guests", guestRequests, allOf(matching("METHOD", "EXACTLY", "POST"), matching("PATH", "STARTS_WITH", "/api/v1/guests"))),
		limit(1, "coupons", couponRequests, allOf(matching("METHOD", "EXACTLY", "POST"), matching("PATH", "EXACTLY", "/api/v1/cart/coupons"))),
		limit(2, "checkout", checkoutRequests, allOf(matching("METHOD", "EXACTLY", "POST"), matching("PATH", "EXACTLY", "/api/v1/orders/checkout"))),
		limit(3, "sellers", sellerRequests(stage), matching("PATH", "STARTS_WITH", "/seller/v1/")),
		limit(4, "shoppers", stage.ClientRequests, except(matching("PATH", "STARTS_WITH", "/seller/v1/"))),
		// These rules take what sellers send for an attack: tools without a user agent, and descriptions in HTML with links and
		// scripts, of which what may not be shown is taken out by us. How large a body may be is each operation's to say.
		managed(5, "AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING", "NoUserAgent_HEADER",
			"CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "GenericRFI_QUERYARGUMENTS", "EC2MetaDataSSRF_BODY"),
		managed(6, "AWSManagedRulesKnownBadInputsRuleSet"),
		managed(7, "AWSManagedRulesAmazonIpReputationList"),
	})
}

// imageFirewall stands before the images, which know no caller.
func imageFirewall(stack awscdk.Stack, stage Stage, context string) awswafv2.CfnWebACL {
	return acl(stack, stage, "ImageFirewall", context+"-images", []*awswafv2.CfnWebACL_RuleProperty{
		limit(0, "addresses", imageRequests, nil),
		managed(1, "AWSManagedRulesAmazonIpReputationList"),
	})
}

// sellerRequests is what one address may send to the seller API in a window: as much as the largest plan lets all its sellers
// together, who may all use one tool in one place. How much a seller may is the plan's and the bucket's to say, by the token.
func sellerRequests(stage Stage) float64 {
	most := int64(0)
	for _, p := range contract.Plans(stage.prefix()) {
		most = max(most, p.Rate)
	}
	return float64(most * rateWindow)
}

// acl is a firewall of CloudFront's with its log.
func acl(stack awscdk.Stack, stage Stage, id, name string, rules []*awswafv2.CfnWebACL_RuleProperty) awswafv2.CfnWebACL {
	made := awswafv2.NewCfnWebACL(stack, &id, &awswafv2.CfnWebACLProps{
		Name: new(stage.prefix() + name), Scope: new("CLOUDFRONT"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		VisibilityConfig: visible(name),
		Rules:            &rules,
		CustomResponseBodies: &map[string]any{"throttled": &awswafv2.CfnWebACL_CustomResponseBodyProperty{
			ContentType: new("APPLICATION_JSON"), Content: new(gatewayProblems["THROTTLED"].template("")),
		}},
	})
	logged(stack, stage, name, made)
	return made
}

// logged keeps a line of every request that a firewall has blocked or counted, without what is a caller's secret.
func logged(stack awscdk.Stack, stage Stage, name string, made awswafv2.CfnWebACL) {
	log := "aws-waf-logs-" + stage.prefix() + name // the service takes no other beginning
	group := logGroup(stack, stage, title(name)+"WafLog", log)
	var kept []any
	for _, action := range []string{"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"} {
		kept = append(kept, map[string]any{"ActionCondition": map[string]any{"Action": action}})
	}
	secret := []any{&awswafv2.CfnLoggingConfiguration_FieldToMatchProperty{QueryString: map[string]any{}}}
	for _, header := range []string{"authorization", "cookie", passHeader} {
		secret = append(secret, &awswafv2.CfnLoggingConfiguration_FieldToMatchProperty{
			SingleHeader: map[string]any{"Name": header},
		})
	}
	config := awswafv2.NewCfnLoggingConfiguration(stack, new(title(name)+"WafLogging"), &awswafv2.CfnLoggingConfigurationProps{
		ResourceArn:           made.AttrArn(),
		LogDestinationConfigs: list([]string{stage.arn("logs", "log-group:"+log)}),
		LoggingFilter: map[string]any{ // CloudFormation takes this as it is
			"DefaultBehavior": "DROP",
			"Filters":         []any{map[string]any{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": kept}},
		},
		RedactedFields: secret,
	})
	config.Node().AddDependency(group)
}

// limit blocks an address that sends more requests of a kind in a window; all are meant where no kind is given.
func limit(priority float64, name string, most float64, of *awswafv2.CfnWebACL_StatementProperty) *awswafv2.CfnWebACL_RuleProperty {
	rate := &awswafv2.CfnWebACL_RateBasedStatementProperty{
		AggregateKeyType: new("IP"), Limit: &most, EvaluationWindowSec: new(float64(rateWindow)),
	}
	if of != nil {
		rate.ScopeDownStatement = of
	}
	return &awswafv2.CfnWebACL_RuleProperty{
		Name: &name, Priority: &priority, VisibilityConfig: visible(name),
		Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{
			CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{ResponseCode: new(429.0), CustomResponseBodyKey: new("throttled"),
				ResponseHeaders: []any{&awswafv2.CfnWebACL_CustomHTTPHeaderProperty{Name: new("Retry-After"), Value: new(strconv.Itoa(rateWindow))}}},
		}},
		Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: rate},
	}
}

// matching compares a request's METHOD or PATH, however the path is written.
func matching(what, how, text string) *awswafv2.CfnWebACL_StatementProperty {
	field := &awswafv2.CfnWebACL_FieldToMatchProperty{Method: map[string]any{}}
	plain := []*awswafv2.CfnWebACL_TextTransformationProperty{{Priority: new(0.0), Type: new("NONE")}}
	if what == "PATH" {
		field = &awswafv2.CfnWebACL_FieldToMatchProperty{UriPath: map[string]any{}}
		plain = []*awswafv2.CfnWebACL_TextTransformationProperty{
			{Priority: new(0.0), Type: new("URL_DECODE")}, {Priority: new(1.0), Type: new("NORMALIZE_PATH")},
		}
	}
	return &awswafv2.CfnWebACL_StatementProperty{ByteMatchStatement: &awswafv2.CfnWebACL_ByteMatchStatementProperty{
		FieldToMatch: field, PositionalConstraint: &how, SearchString: &text, TextTransformations: &plain,
	}}
}

func allOf(of ...*awswafv2.CfnWebACL_StatementProperty) *awswafv2.CfnWebACL_StatementProperty {
	return &awswafv2.CfnWebACL_StatementProperty{AndStatement: &awswafv2.CfnWebACL_AndStatementProperty{Statements: &of}}
}

func except(s *awswafv2.CfnWebACL_StatementProperty) *awswafv2.CfnWebACL_StatementProperty {
	return &awswafv2.CfnWebACL_StatementProperty{NotStatement: &awswafv2.CfnWebACL_NotStatementProperty{Statement: s}}
}

// managed is a rule group of AWS's; the rules named only count.
func managed(priority float64, group string, counting ...string) *awswafv2.CfnWebACL_RuleProperty {
	statement := &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{VendorName: new("AWS"), Name: &group}
	var overrides []*awswafv2.CfnWebACL_RuleActionOverrideProperty
	for _, rule := range counting {
		overrides = append(overrides, &awswafv2.CfnWebACL_RuleActionOverrideProperty{
			Name: &rule, ActionToUse: &awswafv2.CfnWebACL_RuleActionProperty{Count: &awswafv2.CfnWebACL_CountActionProperty{}},
		})
	}
	if len(overrides) > 0 {
		statement.RuleActionOverrides = &overrides
	}
	return &awswafv2.CfnWebACL_RuleProperty{
		Name: &group, Priority: &priority, VisibilityConfig: visible(group),
		OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
		Statement:      &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: statement},
	}
}

func visible(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		CloudWatchMetricsEnabled: new(true), MetricName: &metric,
		SampledRequestsEnabled: new(false), // samples hold callers' tokens
	}
}
