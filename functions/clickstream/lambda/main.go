// Command lambda is the clickstream's functions.
package main

import (
	"crypto/rand"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamapi"
	"rialto/functions/clickstream/clickstreamaws"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/orders/ordersstore"
)

func main() {
	entry.Run("clickstream", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			agreements := &clickstream.Agreements{Consents: consents(s), People: people(s), Stream: stream(s), Now: time.Now, Random: rand.Reader}
			return lambdahttp.New(api.Handler(clickstreamapi.Routes(agreements))), nil
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
			return saga.Task("clickstream-settle", (&clickstream.Settler{Parts: lake(s), Now: time.Now}).Settle), nil
		},
	})
}
