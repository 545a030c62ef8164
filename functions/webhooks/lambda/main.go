// Command lambda is the functions of webhooks to sellers.
package main

import (
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/publicnet"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/webhooks"
	"rialto/functions/webhooks/webhooksapi"
	"rialto/functions/webhooks/webhooksaws"
	"rialto/functions/webhooks/webhookspost"
	"rialto/functions/webhooks/webhooksstore"
)

func main() {
	entry.Run("webhooks", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := database(s)
			svc := &webhooks.Service{Store: webhooksstore.Store{DB: db}, Queue: queue(s), Check: publicnet.Check, Random: rand.Reader, Now: time.Now}
			return lambdahttp.New(api.LimitWrites(api.Handler(webhooksapi.Routes(svc)), ratelimit.Buckets{DB: db}, time.Now)), nil
		},
		"tell": func(s *settings.Settings) (any, error) {
			return outbox.HandleTimed((&webhooks.Teller{Store: webhooksstore.Store{DB: database(s)}, Queue: queue(s), Now: time.Now}).HandleEvent), nil
		},
		"send": func(s *settings.Settings) (any, error) {
			sender := &webhooks.Sender{Store: webhooksstore.Store{DB: database(s)}, Queue: queue(s), Post: webhookspost.New(), Now: time.Now}
			return webhooksaws.Receive(sender.Deliver), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), webhooksstore.Events), nil
		},
	})
}

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
}

func queue(s *settings.Settings) webhooksaws.Queue {
	return webhooksaws.Queue{Client: sqs.NewFromConfig(s.AWS()), URL: s.Queue("webhooks-send")}
}
