package main

import (
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/payments"
	"rialto/functions/payments/stripegateway"
)

func methods(s *settings.Settings) (any, error) {
	gateway, err := stripegateway.Load(s)
	return saga.Task("payments-methods", payments.Methods{Customers: database(s), Gateway: gateway}.Change), err
}
