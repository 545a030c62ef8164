package infra

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"rialto/functions/contract"
)

// accessTokenLife is how long a signed-in person's token opens doors.
const accessTokenLife = time.Hour

// issuer says whose tokens customers and sellers bring. On AWS it makes the user pool that issues them: people sign
// in with their e-mail address, and a client (a shop, an app) holds no secret.
func (r *room) issuer() issuer {
	if r.stage.Local {
		url := r.stage.Stands.Issuer
		return issuer{Issuer: url, JWKS: url + "/.well-known/jwks.json", Audience: contract.Audience}
	}
	pool := awscognito.NewUserPool(r.stack, new("Users"), &awscognito.UserPoolProps{
		UserPoolName:        new(r.stage.prefix() + "users"),
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
		DeletionProtection: new(r.stage.Keep),
		RemovalPolicy:      r.stage.removal(),
	})
	client := pool.AddClient(new("Shop"), &awscognito.UserPoolClientOptions{
		GenerateSecret:             new(false),
		AuthFlows:                  &awscognito.AuthFlow{UserSrp: new(true)},
		DisableOAuth:               new(true),
		PreventUserExistenceErrors: new(true),
		EnableTokenRevocation:      new(true),
		AccessTokenValidity:        duration(accessTokenLife),
	})
	url := "https://cognito-idp." + r.stage.Region + ".amazonaws.com/" + *pool.UserPoolId()
	return issuer{Issuer: url, JWKS: url + "/.well-known/jwks.json", Audience: *client.UserPoolClientId()}
}
