package main

import (
	cryptorand "crypto/rand"
	"math/rand/v2"
	"time"
	_ "time/tzdata" // the clocks of the centres that a quote promises by

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/carts"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/checkout"
	"rialto/functions/checkout/checkoutaws"
	"rialto/functions/checkout/checkoutstore"
	"rialto/functions/customers"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
	"rialto/functions/promotions/promotionsstore"
	"rialto/functions/tax/stripetax"
)

func records(s *settings.Settings) checkoutstore.Store {
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	return checkoutstore.Store{DB: db, Buckets: s.Number("CHECKOUT_DUE_BUCKETS", 128), Pivot: checkoutstore.Contexts}
}

func baskets(s *settings.Settings) checkout.Baskets {
	return cartsstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}

// quotes is the saga's reading steps, in process.
func quotes(s *settings.Settings) (*checkout.Quoter, error) {
	taxes, err := stripetax.Load(s)
	if err != nil {
		return nil, err
	}
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	env := shards.New(db, time.Now, rand.Float64)
	sources := carts.Sources{Offers: offers.Sold{Store: &offersstore.Store{DB: db}, Now: time.Now},
		Products: &catalogstore.Store{DB: db}, Stock: inventorystore.New(env),
		Coupons: promotionsstore.New(env)}
	return &checkout.Quoter{Carts: &carts.Quoter{Store: cartsstore.Store{DB: db}, Sources: sources, Now: time.Now},
		Places: customers.Locator{Snapshots: snapshotstore.Snapshots{DB: db}}, Now: time.Now,
		Assess: taxes.Assess}, nil
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
