// Command lambda is the customers' functions.
package main

import (
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"rialto/functions/customers"
	"rialto/functions/customers/customersapi"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersphone"
	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/authaws"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
)

func main() {
	entry.Run("customers", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			return lambdahttp.New(api.Handler(customersapi.Routes(&customers.Service{
				Store: customersstore.NewSQL(customersaws.Database(s)), Snapshots: snapshots(s), Tokens: guests(s), Wallet: wallet(s),
				Phones: customersphone.Numbers{}, Now: time.Now, Random: rand.Reader,
				Vault: customersaws.NewVault(s, time.Now, rand.Reader)}), api.Counted(ratelimit.Buckets{DB: snapshots(s).DB}))), nil
		},
		"authorize": func(s *settings.Settings) (any, error) {
			return customersaws.Authorizer(s.Must("ISSUERS"), guests(s), erased(s), plan(s))
		},
		"claims": func(*settings.Settings) (any, error) { return customersaws.Claims, nil },
		"close":  func(s *settings.Settings) (any, error) { return saga.Task("customers-close", pool(s).Close), nil },
		"contact": func(s *settings.Settings) (any, error) {
			return saga.Task("customers-contact", (&customers.Service{Store: customersstore.NewSQL(customersaws.Database(s)), Now: time.Now,
				Random: rand.Reader, Vault: customersaws.NewVault(s, time.Now, rand.Reader)}).Contact), nil
		},
		"locate": func(s *settings.Settings) (any, error) {
			return saga.Task("customers-locate", customers.Locator{Snapshots: snapshots(s)}.Locate), nil
		},
		"migrate": func(s *settings.Settings) (any, error) {
			return customersaws.Migrate(s), nil
		},
	})
}

func guests(s *settings.Settings) authaws.Guests {
	return authaws.NewGuests(kms.NewFromConfig(s.AWS()), s.Must("SIGNING_KEY_ID"), s.Must("GUEST_ISSUER"))
}
