package main

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamaws"
	"rialto/functions/clickstream/clickstreamlake"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func lake(s *settings.Settings) clickstreamlake.Lake {
	return clickstreamlake.Lake{Files: bucket.New(s.AWS(), s.Must("FILES_BUCKET"))}
}

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
}

func consents(s *settings.Settings) clickstreamstore.Consents {
	return clickstreamstore.Consents{DB: database(s), Now: time.Now}
}

func people(s *settings.Settings) customers.Marker {
	return customers.Marker{Store: customersstore.NewSQL(customersaws.Database(s)), Vault: customersaws.NewVault(s, time.Now, rand.Reader)}
}

func stream(s *settings.Settings) *clickstreamaws.Stream {
	return clickstreamaws.NewStream(s.AWS(), s.Must("STREAM"))
}

func pseudonyms(s *settings.Settings) (clickstream.Pseudonyms, error) {
	return clickstreamaws.NewPseudonyms(context.Background(), s.AWS(), s.Must("MAC_KEY_ID"))
}
