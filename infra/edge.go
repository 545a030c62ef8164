package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
)

const (
	shopperPaths = "/api/v1/*"
	sellerPaths  = "/seller/v1/*"
	// passHeader carries a secret from CloudFront to the APIs, which take no request without it: else whoever
	// knows an API's own address could go round the firewall.
	passHeader = "x-rialto-pass"
)

// edgeStack puts CloudFront and a firewall in front of the APIs of shoppers and sellers. That of operators is called at its own address,
// which their signatures are made for, and IAM lets nobody else in.
func edgeStack(app awscdk.App, stage Stage, apis *apis) {
	stack := newStack(app, stage, "edge", "Rialto "+stage.Name+": CloudFront and firewall in front of the APIs")
	pass := awssecretsmanager.NewSecret(stack, new("Pass"), &awssecretsmanager.SecretProps{
		SecretName:  new(stage.prefix() + "edge-pass"),
		Description: new("what CloudFront shows to the APIs"),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			PasswordLength: new(40.0), ExcludePunctuation: new(true),
		},
	}).SecretValue().UnsafeUnwrap() // a reference, which CloudFormation resolves; no template holds the value

	careful := careful(stack, stage)
	behavior := func(api awsapigateway.SpecRestApi) *awscloudfront.BehaviorOptions {
		return &awscloudfront.BehaviorOptions{
			Origin: awscloudfrontorigins.NewRestApiOrigin(api, &awscloudfrontorigins.RestApiOriginProps{
				CustomHeaders: &map[string]*string{passHeader: pass},
			}),
			AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
			CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(), // answers depend on the token
			OriginRequestPolicy:  awscloudfront.OriginRequestPolicy_ALL_VIEWER_EXCEPT_HOST_HEADER(),
			ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_HTTPS_ONLY,
			Compress:             new(true), ResponseHeadersPolicy: careful,
		}
	}
	behaviors := map[string]*awscloudfront.BehaviorOptions{shopperPaths: behavior(apis.shopper), sellerPaths: behavior(apis.seller)}
	policy := pagesKept(stack, stage)
	for _, path := range keptPaths {
		page := behavior(apis.shopper)
		page.CachePolicy, page.OriginRequestPolicy = policy, nil
		behaviors[path] = page
	}
	distribution := awscloudfront.NewDistribution(stack, new("Edge"), &awscloudfront.DistributionProps{
		Comment:             new("Rialto " + stage.Name),
		DefaultBehavior:     behavior(apis.shopper), // unknown paths get the shopper API's not_found
		AdditionalBehaviors: &behaviors,
		HttpVersion:         awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:          awscloudfront.PriceClass_PRICE_CLASS_ALL,
		WebAclId:            firewall(stack, stage).AttrArn(),
		// CloudFront keeps failures for 10 seconds unless it is told otherwise, and would show one shopper's to others.
		ErrorResponses: neverKept(),
	})
	onlyThroughEdge(stack, stage, apis, pass)
	ownDomain(stack, distribution)
	edgeLog(stack, stage, distribution)
	awscdk.NewCfnOutput(stack, new("Url"), &awscdk.CfnOutputProps{Value: new("https://" + *distribution.DistributionDomainName())})
}

// neverKept is of every status that CloudFront would keep (docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html).
func neverKept() *[]*awscloudfront.ErrorResponse {
	var all []*awscloudfront.ErrorResponse
	for _, status := range []float64{400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504} {
		all = append(all, &awscloudfront.ErrorResponse{HttpStatus: &status, Ttl: awscdk.Duration_Seconds(new(0.0))})
	}
	return &all
}

// onlyThroughEdge makes the APIs refuse requests that do not show the pass.
func onlyThroughEdge(stack awscdk.Stack, stage Stage, apis *apis, pass *string) {
	rules := []*awswafv2.CfnWebACL_RuleProperty{{
		Name: new("pass"), Priority: new(0.0), VisibilityConfig: visible("pass"),
		Action: &awswafv2.CfnWebACL_RuleActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		Statement: &awswafv2.CfnWebACL_StatementProperty{ByteMatchStatement: &awswafv2.CfnWebACL_ByteMatchStatementProperty{
			FieldToMatch:         &awswafv2.CfnWebACL_FieldToMatchProperty{SingleHeader: map[string]any{"Name": passHeader}},
			PositionalConstraint: new("EXACTLY"),
			SearchString:         pass,
			TextTransformations:  &[]*awswafv2.CfnWebACL_TextTransformationProperty{{Priority: new(0.0), Type: new("NONE")}},
		}},
	}}
	door := awswafv2.NewCfnWebACL(stack, new("Door"), &awswafv2.CfnWebACLProps{
		Name: new(stage.prefix() + "door"), Scope: new("REGIONAL"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{}},
		VisibilityConfig: visible("door"),
		Rules:            &rules,
	})
	logged(stack, stage, "door", door)
	associate := func(id string, api awsapigateway.SpecRestApi) {
		awswafv2.NewCfnWebACLAssociation(stack, &id, &awswafv2.CfnWebACLAssociationProps{
			ResourceArn: api.DeploymentStage().StageArn(), WebAclArn: door.AttrArn(),
		})
	}
	associate("ShopperDoor", apis.shopper)
	associate("SellerDoor", apis.seller)
}
