package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/settings"
)

func database(s *settings.Settings) customersstore.URL {
	if url := s.Get("DATABASE_URL"); url != "" { // the local cloud's
		return func(context.Context) (string, error) { return url, nil }
	}
	return customersaws.DatabaseURL(secretsmanager.NewFromConfig(s.AWS()), s.Must("DATABASE_SECRET_ARN"), s.Must("DATABASE_HOST"))
}
