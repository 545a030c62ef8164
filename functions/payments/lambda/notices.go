package main

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/api"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/saga"
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
	l, _, err := listener(s)
	if err != nil {
		return nil, err
	}
	return paymentsaws.Receive(l.Hear), nil
}

// reconcile finds what was not heard.
func reconcile(s *settings.Settings) (any, error) {
	l, gateway, err := listener(s)
	if err != nil {
		return nil, err
	}
	r := &payments.Reconciler{Listener: l, Moved: gateway, Compare: database(s)}
	return saga.Task("payments-reconcile", r.Reconcile), nil
}

func listener(s *settings.Settings) (*payments.Listener, *stripegateway.Gateway, error) {
	gateway, err := stripegateway.Load(s)
	if err != nil {
		return nil, nil, err
	}
	stored := database(s)
	service := &payments.Service{Store: stored, Gateway: gateway, Now: time.Now}
	return &payments.Listener{Service: service, Objects: gateway, Notices: stored}, gateway, nil
}
