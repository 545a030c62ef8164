package customersaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/settings"
)

const (
	databasePort = "5432"
	databaseName = "rialto"
)

// Database returns how to connect to the database that a function's settings name: locally by an address, on AWS as a role of the
// database, by a token of IAM.
func Database(s *settings.Settings) func(context.Context) (string, error) {
	if url := s.Get("DATABASE_URL"); url != "" { // the local cloud's
		return func(context.Context) (string, error) { return url, nil }
	}
	return DatabaseURL(s.AWS(), s.Must("DATABASE_HOST"), s.Must("DATABASE_USER"))
}

// DatabaseURL returns how to connect to the database at host over TLS as a user. Each call makes a token, which is good for a quarter of
// an hour to connect with.
func DatabaseURL(cfg aws.Config, host, user string) func(context.Context) (string, error) {
	address := net.JoinHostPort(host, databasePort)
	return func(ctx context.Context) (string, error) {
		token, err := auth.BuildAuthToken(ctx, address, cfg.Region, user, cfg.Credentials)
		if err != nil {
			return "", fmt.Errorf("log in to the database: %w", err)
		}
		u := url.URL{Scheme: "postgres", User: url.UserPassword(user, token), Host: address, Path: "/" + databaseName,
			RawQuery: "sslmode=verify-full&sslrootcert=system"}
		return u.String(), nil
	}
}

// Secrets is the part of Secrets Manager that reads.
type Secrets interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// login reads the login of other functions from its secret, in the form of RDS.
func login(ctx context.Context, s Secrets, arn string) (*customersstore.Login, error) {
	out, err := s.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return nil, fmt.Errorf("read the database's secret: %w", err)
	}
	var secret struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	// Errors of encoding/json may quote what they read.
	if out.SecretString == nil || json.Unmarshal([]byte(*out.SecretString), &secret) != nil || secret.Username == "" || secret.Password == "" {
		return nil, errors.New("read the database's secret: it does not have the form of RDS")
	}
	return &customersstore.Login{User: secret.Username, Password: secret.Password}, nil
}
