package infra

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
)

// What CloudFront keeps of the shopper API: the answers to pages that are everybody's. How long says each answer itself (api.CachedFor),
// and that is how old a price may be: nothing is purged, since what a purge costs, and how long it takes, is more than the answers'
// seconds. The request's marketplace and origin tell answers apart, and its query; nothing else of it reaches the API, so a token
// changes no answer and is seen by nobody.

// keptPaths are the paths of those answers, as CloudFront matches them: * is any text, slashes included, and ? one character.
var keptPaths = []string{
	"/api/v1/products/search", "/api/v1/products/suggest",
	"/api/v1/products/" + anyProduct, "/api/v1/products/" + anyProduct + "/variants", "/api/v1/products/" + anyProduct + "/offers",
	"/api/v1/categories*",
}

// anyProduct is every id of a product, and no path below one.
var anyProduct = "prd_" + strings.Repeat("?", 26)

// longestKept bounds what an answer may say. What says nothing is not kept.
const longestKept = 2 * time.Minute

func pagesKept(stack awscdk.Stack, stage Stage) awscloudfront.CachePolicy {
	return awscloudfront.NewCachePolicy(stack, new("PagesKept"), &awscloudfront.CachePolicyProps{
		CachePolicyName: new(stage.prefix() + "pages"),
		Comment:         new("pages that are everybody's in a marketplace, for as long as they say"),
		MinTtl:          duration(0), DefaultTtl: duration(0), MaxTtl: duration(longestKept),
		HeaderBehavior:           awscloudfront.CacheHeaderBehavior_AllowList(new("X-Marketplace"), new("Origin")),
		QueryStringBehavior:      awscloudfront.CacheQueryStringBehavior_All(),
		CookieBehavior:           awscloudfront.CacheCookieBehavior_None(),
		EnableAcceptEncodingGzip: new(true), EnableAcceptEncodingBrotli: new(true),
	})
}

// careful has the edge's own answers tell browsers what those of functions tell (functions/internal/browser), which stay as they are.
func careful(stack awscdk.Stack, stage Stage) awscloudfront.ResponseHeadersPolicy {
	return awscloudfront.NewResponseHeadersPolicy(stack, new("Careful"), &awscloudfront.ResponseHeadersPolicyProps{
		ResponseHeadersPolicyName: new(stage.prefix() + "careful"),
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
				AccessControlMaxAge: duration(2 * 365 * 24 * time.Hour), IncludeSubdomains: new(true), Override: new(false)},
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: new(true)},
			ReferrerPolicy: &awscloudfront.ResponseHeadersReferrerPolicy{
				ReferrerPolicy: awscloudfront.HeadersReferrerPolicy_NO_REFERRER, Override: new(false)},
			ContentSecurityPolicy: &awscloudfront.ResponseHeadersContentSecurityPolicy{
				ContentSecurityPolicy: new("default-src 'none'; frame-ancestors 'none'"), Override: new(false)},
		},
	})
}

// ownDomain has the distribution answer to the shop's own domain, once whoever deploys has one and its certificate; its DNS then names
// the distribution.
func ownDomain(stack awscdk.Stack, distribution awscloudfront.Distribution) {
	parameter := func(id, about, none, pattern string) *string {
		return awscdk.NewCfnParameter(stack, &id, &awscdk.CfnParameterProps{
			Description: &about, Default: &none, AllowedPattern: &pattern}).ValueAsString()
	}
	domain := parameter("ShopDomain", "Domain of the APIs; empty for CloudFront's own", "", "[a-z0-9.-]*")
	certificate := parameter("CertificateArn", "Certificate of ShopDomain in ACM, us-east-1; not looked at without a domain",
		"arn:aws:acm:us-east-1:000000000000:certificate/none", "arn:aws:acm:us-east-1:[0-9]{12}:certificate/[a-z0-9-]+")
	own := awscdk.NewCfnCondition(stack, new("HasShopDomain"), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionNot(awscdk.Fn_ConditionEquals(domain, "")),
	})
	cfn := distribution.Node().DefaultChild().(awscloudfront.CfnDistribution)
	set := func(property string, value any) {
		cfn.AddPropertyOverride(new("DistributionConfig."+property), awscdk.Fn_ConditionIf(own.LogicalId(), value, awscdk.Aws_NO_VALUE()))
	}
	set("Aliases", []*string{domain})
	set("ViewerCertificate", map[string]any{
		"AcmCertificateArn": *certificate, "SslSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"})
}

// edgeFields are what the edge's log says of a request: how it was answered, from where and how fast, and nothing of the caller's, and no
// path, which has ids in it (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html).
var edgeFields = []string{"date", "time", "x-edge-location", "sc-status", "cs-method", "x-edge-result-type", "x-edge-detailed-result-type",
	"time-taken", "time-to-first-byte", "sc-bytes", "cs-protocol-version", "ssl-protocol", "x-edge-request-id"}

func edgeLog(stack awscdk.Stack, stage Stage, distribution awscloudfront.Distribution) {
	name := stage.prefix() + "edge"
	log := logGroup(stack, stage, "EdgeLog", "/aws/vendedlogs/cloudfront/"+name)
	source := awslogs.NewCfnDeliverySource(stack, new("EdgeLogSource"), &awslogs.CfnDeliverySourceProps{
		Name: &name, LogType: new("ACCESS_LOGS"), ResourceArn: distribution.DistributionArn()})
	destination := awslogs.NewCfnDeliveryDestination(stack, new("EdgeLogDestination"), &awslogs.CfnDeliveryDestinationProps{
		Name: &name, DestinationResourceArn: log.LogGroupArn(), OutputFormat: new("json")})
	delivery := awslogs.NewCfnDelivery(stack, new("EdgeLogDelivery"), &awslogs.CfnDeliveryProps{
		DeliverySourceName: &name, DeliveryDestinationArn: destination.AttrArn(), RecordFields: list(edgeFields)})
	delivery.AddDependency(source)
}
