// Command lambda is the invoices' functions.
package main

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/internal/typeset"
	"rialto/functions/invoices"
	"rialto/functions/invoices/invoicesapi"
	"rialto/functions/invoices/invoicespdf"
	"rialto/functions/invoices/invoicesstore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/sellers/sellersstore"
)

func main() {
	entry.Run("invoices", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := database(s)
			svc := &invoices.Service{Orders: ordersstore.Store{DB: db}, Store: invoicesstore.Store{DB: db}, Renderer: invoicespdf.Renderer{Fonts: fonts(s)},
				Files: bucket.New(s.AWS(), s.Must("FILES_BUCKET")),
				Addresses: customers.Opener{Store: customersstore.NewSQL(customersaws.Database(s)),
					Vault: customersaws.NewVault(s, time.Now, rand.Reader)}}
			return lambdahttp.New(api.Handler(invoicesapi.Routes(svc))), nil
		},
		"issue": func(s *settings.Settings) (any, error) {
			db := database(s)
			issuer := &invoices.Issuer{Orders: ordersstore.Store{DB: db}, Sellers: sellersstore.Store{DB: db}, Store: invoicesstore.Store{DB: db},
				Now: time.Now}
			return outbox.Handle(issuer.HandleEvent), nil
		},
	})
}

// fonts are files of a bucket of their own, which the deployment filled.
func fonts(s *settings.Settings) *typeset.Fonts {
	return &typeset.Fonts{Files: bucket.New(s.AWS(), s.Must("FONTS_BUCKET")), Keys: map[string]string{
		typeset.Japanese: s.Must("FONT_JP"), typeset.Korean: s.Must("FONT_KR"), typeset.Chinese: s.Must("FONT_SC")}}
}

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
}
