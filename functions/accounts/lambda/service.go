package main

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/accounts"
	"rialto/functions/carts"
	"rialto/functions/carts/cartscache"
	"rialto/functions/carts/cartsstore"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/customers/snapshotstore"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/authaws"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/notifications/notificationsstore"
	"rialto/functions/offers/offersstore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments/paymentsstore"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsstore"
)

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
}

func service(s *settings.Settings, db store.DB) (*accounts.Service, error) {
	signed := authaws.NewGuests(kms.NewFromConfig(s.AWS()), s.Must("SIGNING_KEY_ID"), s.Must("GUEST_ISSUER"))
	verifier, err := signed.Verifier()
	profiles, vault := customersstore.NewSQL(customersaws.Database(s)), customersaws.NewVault(s, time.Now, rand.Reader)
	calls := lambda.NewFromConfig(s.AWS())
	return &accounts.Service{
		Customers: &customers.Service{Store: profiles, Snapshots: snapshotstore.Snapshots{DB: db}, Vault: vault, Now: time.Now, Random: rand.Reader,
			Wallet: customersaws.Wallet{Lambda: calls, Function: s.Must("FUNCTION_PAYMENTS_METHODS")}},
		Users:     customersaws.Users{Lambda: calls, Function: s.Must("FUNCTION_CUSTOMERS_CLOSE")},
		Addresses: customers.Opener{Store: profiles, Vault: vault},
		Orders:    ordersstore.Store{DB: db}, Parcels: fulfillmentstore.Store{DB: db}, Ratings: reviewsstore.Store{DB: db},
		Payments: paymentsstore.Store{DB: db}, Mails: notificationsstore.Store{DB: db},
		Reviews:  &reviews.Products{Store: reviewsstore.Store{DB: db}, Now: time.Now},
		Consents: clickstreamstore.Consents{DB: db, Now: time.Now},
		Carts:    cartsstore.Store{DB: db}, Baskets: baskets(s, db), Tokens: tokens{signed, verifier}, Guesses: ratelimit.Buckets{DB: db}, Now: time.Now,
	}, err
}

// baskets fill carts as the cart's own API does, which has no need of coupons for it.
func baskets(s *settings.Settings, db store.DB) *carts.Service {
	return &carts.Service{Store: cartsstore.Store{DB: db}, Cache: cartscache.New(s.Must("REDIS_ADDR"), s.Get("REDIS_TLS") != ""), Now: time.Now,
		Sources: carts.Sources{Offers: &offersstore.Store{DB: db}, Products: &catalogstore.Store{DB: db},
			Stock: inventorystore.New(shards.New(db, time.Now, mathrand.Float64))}}
}

// tokens implements accounts.Tokens.
type tokens struct {
	authaws.Guests
	verifier *auth.Verifier
}

// Owner implements accounts.Tokens. A token for one order takes over no other.
func (t tokens) Owner(ctx context.Context, token string) (string, error) {
	who, err := t.verifier.Verify(ctx, token)
	if err == nil && who.OrderID != "" {
		err = auth.ErrInvalidToken
	}
	return who.Subject, err
}
