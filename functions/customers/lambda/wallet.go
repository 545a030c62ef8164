package main

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/customers/customersaws"
	"rialto/functions/internal/settings"
)

func wallet(s *settings.Settings) customersaws.Wallet {
	return customersaws.Wallet{Lambda: lambda.NewFromConfig(s.AWS()), Function: s.Must("FUNCTION_PAYMENTS_METHODS")}
}
