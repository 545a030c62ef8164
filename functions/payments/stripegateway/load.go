package stripegateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/internal/settings"
)

// Load returns the gateway that a function's settings name. A 3-D Secure challenge leads back to GATEWAY_RETURN_URL, the
// shop's front end: without it a shopper could not answer one.
func Load(s *settings.Settings) (*Gateway, error) {
	c := Config{URL: s.Get("GATEWAY_URL"), ReturnURL: s.Must("GATEWAY_RETURN_URL"), Recorded: s.Recorded()}
	var err error
	c.Secret, err = secret(s)
	return New(c), err
}

// secret returns the gateway's secret: the setting itself in the local cloud, elsewhere what Secrets Manager
// holds under GATEWAY_SECRET_ARN, read once as the function starts.
func secret(s *settings.Settings) (string, error) {
	if s.Stage == "local" {
		return s.Must("GATEWAY_SECRET"), nil
	}
	arn := s.Must("GATEWAY_SECRET_ARN")
	if arn == "" {
		return "", nil // Problems names it
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := secretsmanager.NewFromConfig(s.AWS()).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return "", fmt.Errorf("read the gateway's secret: %w", err)
	}
	if out.SecretString == nil || *out.SecretString == "" {
		return "", errors.New("the gateway's secret is empty")
	}
	return *out.SecretString, nil
}
