package stripeapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/internal/settings"
)

// secretLife is how long a secret that was read is used: one that is rotated is known everywhere soon after, while the one before
// is still good (a roll at Stripe leaves it so for as long as the operator says).
const secretLife = 5 * time.Minute

// Secret returns a secret as it is now.
type Secret func(context.Context) (string, error)

// Fixed is a secret that never changes.
func Fixed(secret string) Secret { return func(context.Context) (string, error) { return secret, nil } }

// LoadSecret returns a secret of the gateway's: the setting itself in the local cloud, elsewhere what Secrets Manager holds under
// the ARN in the setting <name>_ARN. It is read once as the function starts, which fails without it, and again every few minutes.
func LoadSecret(s *settings.Settings, name string) (Secret, error) {
	if s.Stage == "local" {
		return Fixed(s.Must(name)), nil
	}
	arn := s.Must(name + "_ARN")
	if arn == "" {
		return Fixed(""), nil // Problems names it
	}
	client := secretsmanager.NewFromConfig(s.AWS())
	secret := kept(func(ctx context.Context) (string, error) {
		out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
		if err != nil {
			return "", fmt.Errorf("read the gateway's secret: %w", err)
		}
		if out.SecretString == nil || *out.SecretString == "" {
			return "", errors.New("the gateway's secret is empty")
		}
		return *out.SecretString, nil
	}, time.Now)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := secret(ctx)
	return secret, err
}

// kept remembers what read returns for a while, and for longer while it cannot be read anew.
func kept(read Secret, now func() time.Time) Secret {
	var (
		mu    sync.Mutex
		value string
		until time.Time
	)
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if value != "" && now().Before(until) {
			return value, nil
		}
		read, err := read(ctx)
		switch {
		case err == nil:
			value = read
		case value == "":
			return "", err
		}
		until = now().Add(secretLife)
		return value, nil
	}
}
