// Command lambda is the binary of the context payments.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"rialto/functions/internal/entry"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payments/stripegateway"
)

func main() {
	entry.Run("payments", entry.Table{
		"authorize": with(func(s *payments.Service) any { return saga.Task("payments-authorize", s.Authorize) }),
		"cancel":    with(func(s *payments.Service) any { return saga.Task("payments-cancel", s.Cancel) }),
		"capture":   with(func(s *payments.Service) any { return outbox.Receive(capture(s)) }),
		"publish":   publish,
	})
}

func publish(s *settings.Settings) (any, error) {
	return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), paymentsstore.Events), nil
}

func with(handler func(*payments.Service) any) func(*settings.Settings) (any, error) {
	return func(s *settings.Settings) (any, error) {
		secret, err := stripegateway.Secret(s)
		if err != nil {
			return nil, err
		}
		return handler(&payments.Service{
			Records: paymentsstore.Store{DB: store.NewDynamo(s.AWS(), s.Prefix, rand.Float64)},
			Gateway: stripegateway.New(stripegateway.Config{Secret: secret, URL: s.Get("GATEWAY_URL"), ReturnURL: returnURL(s)}),
			Now:     time.Now,
		}), nil
	}
}

// returnURL is where a bank's page leads back to: the shop's front end. The local cloud has none.
func returnURL(s *settings.Settings) string {
	if s.Stage == "local" {
		return "http://localhost/checkout/return"
	}
	return s.Get("GATEWAY_RETURN_URL")
}

func capture(s *payments.Service) func(context.Context, outbox.Event) error {
	return func(ctx context.Context, e outbox.Event) error {
		var in payments.ShipmentPacked
		if err := e.Into(&in); err != nil {
			return err
		}
		return s.Capture(ctx, in)
	}
}
