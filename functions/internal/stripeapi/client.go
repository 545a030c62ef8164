package stripeapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stripe/stripe-go/v82"

	"rialto/functions/internal/settings"
	"rialto/functions/internal/trace"
)

// Config says which API. URL is empty for Stripe's own. Timeout bounds one call.
type Config struct {
	Secret   string
	URL      string
	Timeout  time.Duration
	Recorded bool // every call is logged
}

// New returns a client.
func New(c Config) *stripe.Client {
	client := trace.Client(&http.Client{Timeout: c.Timeout})
	if c.Recorded {
		client = trace.RecordHTTP("gateway", client)
	}
	config := &stripe.BackendConfig{
		HTTPClient:        client,
		MaxNetworkRetries: stripe.Int64(0),
		LeveledLogger:     &stripe.LeveledLogger{Level: stripe.LevelNull},
		EnableTelemetry:   stripe.Bool(false),
	}
	if c.URL != "" {
		config.URL = stripe.String(c.URL)
	}
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, config)
	backends := &stripe.Backends{API: backend, Connect: backend, Uploads: backend, MeterEvents: backend}
	return stripe.NewClient(c.Secret, stripe.WithBackends(backends))
}

// Secret returns a secret of the gateway's: the setting itself in the local cloud, elsewhere what Secrets Manager
// holds under the ARN in the setting <name>_ARN, read once as the function starts.
func Secret(s *settings.Settings, name string) (string, error) {
	if s.Stage == "local" {
		return s.Must(name), nil
	}
	arn := s.Must(name + "_ARN")
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
