// Command lambda is the binary of the context payments.
package main

import (
	"context"
	"math/rand/v2"
	"time"

	"rialto/functions/internal/entry"
	"rialto/functions/internal/fault"
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
		"refund":    with(func(s *payments.Service) any { return outbox.Receive(refund(s)) }),
		"publish":   publish,
	})
}

func publish(s *settings.Settings) (any, error) {
	return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), paymentsstore.Events), nil
}

func with(handler func(*payments.Service) any) func(*settings.Settings) (any, error) {
	return func(s *settings.Settings) (any, error) {
		gateway, err := stripegateway.Load(s)
		if err != nil {
			return nil, err
		}
		records := paymentsstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
		return handler(&payments.Service{Records: records, Gateway: gateway, Now: time.Now}), nil
	}
}

func capture(s *payments.Service) func(context.Context, outbox.Event) error {
	return func(ctx context.Context, e outbox.Event) error {
		switch e.Name {
		case "ShipmentPacked":
			var in payments.ShipmentPacked
			if err := e.Into(&in); err != nil {
				return err
			}
			return s.Capture(ctx, in)
		case "ShipmentCancelled":
			var in payments.ShipmentCancelled
			if err := e.Into(&in); err != nil {
				return err
			}
			_, err := s.Cancel(ctx, payments.CancelInput{OrderID: in.OrderID, Groups: []string{in.Group}})
			return err
		}
		return fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
	}
}

func refund(s *payments.Service) func(context.Context, outbox.Event) error {
	return func(ctx context.Context, e outbox.Event) error {
		var in payments.ReturnReceived
		if err := e.Into(&in); err != nil {
			return err
		}
		return s.Refund(ctx, in)
	}
}
