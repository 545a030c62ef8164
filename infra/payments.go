package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"rialto/functions/contract"
)

const stripe = "https://api.stripe.com"

// payments knows the gateway's secrets. On AWS each is made with a random text, which the gateway refuses, until an
// operator puts the key in; functions read it as they start, and every few minutes again.
func payments(c *contextStack) error {
	if c.stage.Local {
		c.provide(contract.Gateway, granted{env: map[string]string{
			"GATEWAY_URL": c.stage.Endpoints.Payments, "GATEWAY_SECRET": c.stage.Endpoints.PaymentsSecret,
			"GATEWAY_RETURN_URL": "http://localhost/checkout/return", // a front end that is not there
		}})
		c.provide(contract.Webhook, granted{env: map[string]string{"WEBHOOK_SECRET": contract.LocalWebhookSecret}})
		return c.functions()
	}
	back := awscdk.NewCfnParameter(c.stack, new("ReturnUrl"), &awscdk.CfnParameterProps{
		Description:    new("Page of the shop that a bank's question leads back to, which then resumes the checkout"),
		AllowedPattern: new("https://[^ ]{4,}"),
	})
	secret := awssecretsmanager.NewSecret(c.stack, new("Gateway"), &awssecretsmanager.SecretProps{
		SecretName:    new(c.stage.prefix() + "payments-gateway"),
		Description:   new("Secret key of the payment gateway; put in by an operator"),
		RemovalPolicy: c.stage.removal(),
	})
	signing := awssecretsmanager.NewSecret(c.stack, new("Webhook"), &awssecretsmanager.SecretProps{
		SecretName:    new(c.stage.prefix() + "payments-webhook"),
		Description:   new("Signing secret of the payment gateway's webhook endpoint; put in by an operator"),
		RemovalPolicy: c.stage.removal(),
	})
	c.provide(contract.Webhook, granted{
		allow: []permission{{actions: []string{"secretsmanager:GetSecretValue"}, on: []string{*signing.SecretArn()}}},
		env:   map[string]string{"WEBHOOK_SECRET_ARN": *signing.SecretArn()},
	})
	c.provide(contract.Gateway, granted{
		allow: []permission{{actions: []string{"secretsmanager:GetSecretValue"}, on: []string{*secret.SecretArn()}}},
		env:   map[string]string{"GATEWAY_URL": stripe, "GATEWAY_SECRET_ARN": *secret.SecretArn(), "GATEWAY_RETURN_URL": *back.ValueAsString()},
	})
	if err := c.functions(); err != nil {
		return err
	}
	c.logged("authorize", "refused", "the payment gateway, and no bank, refuses payments", `{ $.code = "payment_refused" }`)
	c.logged("notice", "disputed", "a customer disputes a payment at their bank, which takes evidence for some days", `{ $.code = "payment_disputed" }`)
	c.logged("reconcile", "disputed-unheard", "a customer disputes a payment, and the notice of it was lost", `{ $.code = "payment_disputed" }`)
	c.logged("notice", "payout-failed", "the payment gateway could not pay our bank", `{ $.code = "gateway_payout_failed" }`)
	return nil
}
