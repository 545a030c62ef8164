// Command lambda is the binary of the context payments.
package main

import (
	"time"

	"rialto/functions/internal/entry"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/payments/stripegateway"
)

func main() {
	entry.Run("payments", entry.Table{
		"authorize": with(func(s *payments.Service) any { return saga.Task("payments-authorize", s.Authorize) }),
		"cancel":    with(func(s *payments.Service) any { return saga.Task("payments-cancel", s.Cancel) }),
		"capture":   with(func(s *payments.Service) any { return outbox.Handle(s.HandleEvent) }),
		"refund":    with(func(s *payments.Service) any { return outbox.Handle(s.HandleEvent) }),
		"reissue":   with(func(s *payments.Service) any { return saga.Task("payments-reissue", s.RefundAgain) }),
		"goodwill":  with(func(s *payments.Service) any { return saga.Task("payments-goodwill", s.GiveBack) }),
		"methods":   methods,
		"api":       receive,
		"notice":    listen,
		"watch":     watch,
		"renew":     watcher(func(w *payments.Watcher) any { return saga.Task("payments-renew", w.Sweep) }),
		"reconcile": reconcile,
		"publish":   publish,
	})
}

func publish(s *settings.Settings) (any, error) {
	return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), paymentsstore.Events), nil
}

func with(handler func(*payments.Service) any) func(*settings.Settings) (any, error) {
	return watcher(func(w *payments.Watcher) any { return handler(w.Service) })
}

func watch(s *settings.Settings) (any, error) {
	stored := database(s)
	w := &payments.Watcher{Service: &payments.Service{Store: stored, Now: time.Now}, List: stored}
	return outbox.Handle(w.HandleEvent), nil
}

func watcher(handler func(*payments.Watcher) any) func(*settings.Settings) (any, error) {
	return func(s *settings.Settings) (any, error) {
		gateway, err := stripegateway.Load(s)
		if err != nil {
			return nil, err
		}
		stored := database(s)
		service := &payments.Service{Store: stored, Gateway: paced(gateway, stored.DB), Now: time.Now}
		return handler(&payments.Watcher{Service: service, List: stored}), nil
	}
}
