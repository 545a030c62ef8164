package main

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/api"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/settings"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsapi"
	"rialto/functions/payments/paymentsaws"
	"rialto/functions/payments/stripegateway"
)

// receive takes the gateway's events in over HTTP.
func receive(s *settings.Settings) (any, error) {
	signatures, err := stripegateway.LoadSignatures(s)
	if err != nil {
		return nil, err
	}
	inbox := paymentsaws.Inbox{SQS: sqs.NewFromConfig(s.AWS()), URL: s.Queue("payments-notice")}
	return lambdahttp.New(api.Handler(paymentsapi.Routes(payments.Receiver{Signatures: signatures, Inbox: inbox, Now: time.Now}))), nil
}

// listen deals with them.
func listen(s *settings.Settings) (any, error) {
	gateway, err := stripegateway.Load(s)
	if err != nil {
		return nil, err
	}
	stored := database(s)
	l := &payments.Listener{Service: &payments.Service{Store: stored, Gateway: gateway, Now: time.Now}, Objects: gateway, Notices: stored}
	return paymentsaws.Receive(l.Hear), nil
}
