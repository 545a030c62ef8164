package main

import (
	cryptorand "crypto/rand"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutaws"
	"rialto/functions/checkout/checkoutstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

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
