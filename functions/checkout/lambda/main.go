// Command lambda is the checkout's functions.
package main

import (
	cryptorand "crypto/rand"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutapi"
	"rialto/functions/checkout/checkoutaws"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func main() {
	entry.Run("checkout", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			q, err := quotes(s)
			if err != nil {
				return nil, err
			}
			return lambdahttp.New(api.Handler(checkoutapi.Routes(&checkout.Service{Store: records(s), Runner: runner(s), Timer: timer(s), Quotes: q,
				Carts: baskets(s), Now: time.Now, Random: cryptorand.Reader, Wait: s.Seconds("CHECKOUT_WAIT_SECONDS", 20*time.Second)}))), nil
		},
		"claim": func(s *settings.Settings) (any, error) { return saga.Task("claim", steps(s).Claim), nil },
		"place": func(s *settings.Settings) (any, error) { return saga.Task("place", steps(s).Place), nil },
		"fence": func(s *settings.Settings) (any, error) { return saga.Task("fence", steps(s).Fence), nil },
		"close": func(s *settings.Settings) (any, error) { return saga.Task("close", steps(s).Close), nil },
		"timer": func(s *settings.Settings) (any, error) {
			r := recovery(s)
			r.Runner = runner(s)
			due := timer(s)
			due.Dead = s.Queue("checkout-timer-dead")
			return checkoutaws.OnTimer(r, due, store.Pause), nil
		},
		"sweep": func(s *settings.Settings) (any, error) { return checkoutaws.OnSweep(recovery(s)), nil },
	})
}
