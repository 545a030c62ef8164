// Command lambda is the checkout's functions.
package main

import (
	cryptorand "crypto/rand"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutapi"
	"rialto/functions/checkout/checkoutaws"
	"rialto/functions/checkout/checkoutstore"
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
			return lambdahttp.New(api.Handler(checkoutapi.Routes(&checkout.Service{Store: records(s), Runner: runner(s), Timer: timer(s),
				Now: time.Now, Random: cryptorand.Reader, Wait: s.Seconds("CHECKOUT_WAIT_SECONDS", 20*time.Second)}))), nil
		},
		"claim": func(s *settings.Settings) (any, error) { return saga.Task("claim", steps(s).Claim), nil },
		"place": func(s *settings.Settings) (any, error) { return saga.Task("place", steps(s).Place), nil },
		"fence": func(s *settings.Settings) (any, error) { return saga.Task("fence", steps(s).Fence), nil },
		"close": func(s *settings.Settings) (any, error) { return saga.Task("close", steps(s).Close), nil },
		"timer": func(s *settings.Settings) (any, error) {
			r := recovery(s)
			r.Runner = runner(s)
			return checkoutaws.OnTimer(r, timer(s), store.Pause), nil
		},
		"sweep": func(s *settings.Settings) (any, error) { return checkoutaws.OnSweep(recovery(s)), nil },
	})
}

func records(s *settings.Settings) checkoutstore.Store {
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	return checkoutstore.Store{DB: db, Buckets: s.Number("CHECKOUT_DUE_BUCKETS", 128), Pivot: checkoutstore.Contexts}
}

func steps(s *settings.Settings) *checkout.Steps {
	return &checkout.Steps{Store: records(s), Now: time.Now}
}

func runner(s *settings.Settings) checkout.Runner {
	return checkoutaws.NewRunner(s.AWS(), s.Must("MACHINE_CHECKOUT"))
}

func timer(s *settings.Settings) checkoutaws.Timer {
	return checkoutaws.Timer{Client: sqs.NewFromConfig(s.AWS()), URL: s.Queue("checkout-timer")}
}

func recovery(s *settings.Settings) *checkout.Recovery {
	r := records(s)
	return &checkout.Recovery{Store: r, Timer: timer(s), Now: time.Now, Random: cryptorand.Reader, Buckets: r.Buckets}
}
