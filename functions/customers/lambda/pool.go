package main

import (
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"rialto/functions/customers/customersaws"
	"rialto/functions/internal/settings"
)

func pool(s *settings.Settings) customersaws.Pool {
	cfg := s.AWS()
	if e := s.Get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"); e != "" { // the local cloud's issuer
		cfg.BaseEndpoint = &e
	}
	return customersaws.Pool{Client: cognitoidentityprovider.NewFromConfig(cfg), ID: s.Must("USER_POOL_ID")}
}
