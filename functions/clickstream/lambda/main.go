// Command lambda is the clickstream's functions.
package main

import (
	"crypto/rand"
	"slices"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamapi"
	"rialto/functions/clickstream/clickstreamaws"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/offers/offersstore"
	"rialto/functions/orders/ordersstore"
)

func main() {
	entry.Run("clickstream", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			agreements := &clickstream.Agreements{Consents: consents(s), People: people(s), Stream: stream(s), Now: time.Now, Random: rand.Reader}
			audience := &clickstream.Audience{Counts: clickstreamstore.Traffic{DB: database(s)}, Offers: &offersstore.Store{DB: database(s)}, Now: time.Now}
			return lambdahttp.New(api.Handler(slices.Concat(clickstreamapi.Routes(agreements), clickstreamapi.SellerRoutes(audience)))), nil
		},
		"consume": func(s *settings.Settings) (any, error) {
			by, err := pseudonyms(s)
			return clickstreamaws.OnRecords(clickstream.Consumer{Lake: lake(s), Pseudonyms: by}), err
		},
		"follow": func(s *settings.Settings) (any, error) {
			by, err := pseudonyms(s)
			follower := &clickstream.Follower{People: people(s), Consents: consents(s), Orders: ordersstore.Store{DB: database(s)}, Stream: stream(s),
				Pseudonyms: by}
			return outbox.HandleTimed(follower.HandleEvent), err
		},
		"settle": func(s *settings.Settings) (any, error) {
			settler := &clickstream.Settler{Parts: lake(s), Counts: clickstreamstore.Traffic{DB: database(s)}, Now: time.Now}
			return saga.Task("clickstream-settle", settler.Settle), nil
		},
	})
}
