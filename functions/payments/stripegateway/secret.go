package stripegateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/internal/settings"
)

// Secret returns the gateway's secret: the setting itself in the local cloud, elsewhere what Secrets Manager
// holds under GATEWAY_SECRET_ARN, read once as the function starts.
func Secret(s *settings.Settings) (string, error) {
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
