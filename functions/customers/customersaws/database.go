package customersaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/internal/settings"
)

// Secrets is the part of Secrets Manager that reads.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Database returns how to connect to the database that a function's settings name.
func Database(s *settings.Settings) func(context.Context) (string, error) {
	if url := s.Get("DATABASE_URL"); url != "" { // the local cloud's
		return func(context.Context) (string, error) { return url, nil }
	}
	return DatabaseURL(secretsmanager.NewFromConfig(s.AWS()), s.Must("DATABASE_SECRET_ARN"), s.Must("DATABASE_HOST"))
}

// DatabaseURL returns how to connect to the database that a secret of RDS names, at host, over TLS. The secret is
// read each time, so a rotated password is found.
func DatabaseURL(s Secrets, arn, host string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		out, err := s.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
		if err != nil {
			return "", fmt.Errorf("read the database's secret: %w", err)
		}
		var secret struct {
			Username string `json:"username"`
			Password string `json:"password"`
			DBName   string `json:"dbname"`
		}
		// Errors of encoding/json may quote what they read.
		if out.SecretString == nil || json.Unmarshal([]byte(*out.SecretString), &secret) != nil || secret.Username == "" || secret.DBName == "" {
			return "", errors.New("read the database's secret: it does not have the form of RDS")
		}
		const port = "5432"
		u := url.URL{Scheme: "postgres", User: url.UserPassword(secret.Username, secret.Password), Host: net.JoinHostPort(host, port),
			Path: "/" + secret.DBName, RawQuery: "sslmode=verify-full&sslrootcert=system"}
		return u.String(), nil
	}
}
