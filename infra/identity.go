package infra

import (
	"errors"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"rialto/functions/contract"
)

// accessTokenLife is how long a signed-in person's token opens apis.
const accessTokenLife = time.Hour

// poolLimit is how long Cognito waits for a function that it calls.
const poolLimit = 5 * time.Second

// What makes a user a seller; the function claims reads both. The attribute is custom:seller_id in an event.
const (
	sellersGroup    = "sellers"
	sellerAttribute = "seller_id"
	sellerIDLength  = 30.0
)

// issuer says whose tokens customers and sellers bring. On AWS it makes the user pool that issues them: people sign
// in with their e-mail address, and a client (a shop, an app) holds no secret.
func (c *contextStack) issuer() issuer {
	if c.stage.Local {
		url := c.stage.Endpoints.Issuer
		c.provide(contract.Users, granted{env: map[string]string{"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": url, "USER_POOL_ID": "local"}})
		return issuer{Issuer: url, JWKS: url + "/.well-known/jwks.json", Audience: contract.Audience, Operators: contract.OperatorAudience}
	}
	pool := awscognito.NewUserPool(c.stack, new("Users"), &awscognito.UserPoolProps{
		UserPoolName:        new(c.stage.prefix() + "users"),
		SelfSignUpEnabled:   new(true),
		SignInAliases:       &awscognito.SignInAliases{Email: new(true)},
		SignInCaseSensitive: new(false),
		AutoVerify:          &awscognito.AutoVerifiedAttrs{Email: new(true)},
		AccountRecovery:     awscognito.AccountRecovery_EMAIL_ONLY,
		Mfa:                 awscognito.Mfa_OPTIONAL,
		MfaSecondFactor:     &awscognito.MfaSecondFactor{Otp: new(true), Sms: new(false)},
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength: new(12.0), RequireLowercase: new(true), RequireUppercase: new(true), RequireDigits: new(true), RequireSymbols: new(false),
		},
		CustomAttributes: &map[string]awscognito.ICustomAttribute{
			sellerAttribute: awscognito.NewStringAttribute(&awscognito.StringAttributeProps{
				MinLen: new(sellerIDLength), MaxLen: new(sellerIDLength), Mutable: new(true),
			}),
		},
		FeaturePlan:        awscognito.FeaturePlan_ESSENTIALS, // Lite lets nobody write into access tokens
		DeletionProtection: new(c.stage.Keep),
		RemovalPolicy:      c.stage.removal(),
	})
	c.users = pool
	c.mailFrom(pool)
	c.provide(contract.Users, granted{
		allow: []permission{{actions: []string{"cognito-idp:AdminUserGlobalSignOut", "cognito-idp:AdminDeleteUser"}, on: []string{*pool.UserPoolArn()}}},
		env:   map[string]string{"USER_POOL_ID": *pool.UserPoolId()},
	})
	awscognito.NewCfnUserPoolGroup(c.stack, new("Sellers"), &awscognito.CfnUserPoolGroupProps{
		UserPoolId: pool.UserPoolId(), GroupName: new(sellersGroup),
		Description: new("sellers, each with the seller's id in the attribute custom:" + sellerAttribute),
	})
	client := pool.AddClient(new("Shop"), &awscognito.UserPoolClientOptions{
		GenerateSecret:             new(false),
		AuthFlows:                  &awscognito.AuthFlow{UserSrp: new(true)},
		DisableOAuth:               new(true),
		PreventUserExistenceErrors: new(true),
		EnableTokenRevocation:      new(true),
		AccessTokenValidity:        duration(accessTokenLife),
		// All attributes, unless some are named: then users could say themselves which seller they are.
		WriteAttributes: awscognito.NewClientAttributes().WithStandardAttributes(&awscognito.StandardAttributesMask{Email: new(true)}),
	})
	url := "https://cognito-idp." + c.stage.Region + ".amazonaws.com/" + *pool.UserPoolId()
	return issuer{Issuer: url, JWKS: url + "/.well-known/jwks.json", Audience: *client.UserPoolClientId()}
}

// mailFrom has the pool's own mails (codes, new passwords) sent by SES from a domain that it has verified, once the stage has one: Cognito
// alone sends 50 a day (docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html), and refuses a domain that is not verified.
func (c *contextStack) mailFrom(pool awscognito.UserPool) {
	domain := awscdk.NewCfnParameter(c.stack, new("VerifiedMailDomain"), &awscdk.CfnParameterProps{
		Description: new("Domain that SES has verified, for the user pool's mails; empty until then"), Default: new(""),
		AllowedPattern: new("[a-z0-9.-]*"),
	})
	verified := awscdk.NewCfnCondition(c.stack, new("HasMailDomain"), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionNot(awscdk.Fn_ConditionEquals(domain.ValueAsString(), "")),
	})
	pool.Node().DefaultChild().(awscognito.CfnUserPool).AddPropertyOverride(new("EmailConfiguration"),
		awscdk.Fn_ConditionIf(verified.LogicalId(), map[string]any{
			"EmailSendingAccount": "DEVELOPER", "From": "accounts@" + *domain.ValueAsString(),
			"SourceArn": c.stage.arn("ses", "identity/"+*domain.ValueAsString()),
		}, awscdk.Aws_NO_VALUE()))
}

// customizeTokens has the user pool call a function before it signs a token. Locally there is no pool, and the issuer
// signs what it is asked for.
func (c *contextStack) customizeTokens(deployed awslambda.IFunction) error {
	if c.stage.Local {
		return nil
	}
	if c.users == nil {
		return errors.New("it is called by a user pool, and there is none here")
	}
	c.users.AddTrigger(awscognito.UserPoolOperation_PRE_TOKEN_GENERATION_CONFIG(), deployed, awscognito.LambdaVersion_V2_0)
	return nil
}
