// Command lambda is the feeds' functions.
package main

import (
	cryptorand "crypto/rand"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsapi"
	"rialto/functions/feeds/feedsaws"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
)

func main() {
	entry.Run("feeds", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			db := db(s)
			svc := &feeds.Service{Store: feedsstore.Store{DB: db}, Signer: files(s), Now: time.Now, Random: cryptorand.Reader}
			h := api.Handler(feedsapi.Routes(svc, s.Must("QUEUE_FEEDS_INTAKE"), time.Now))
			return lambdahttp.New(api.LimitWrites(h, ratelimit.Buckets{DB: db}, time.Now)), nil
		},
		"intake": func(s *settings.Settings) (any, error) {
			return feedsaws.OnIntake(&feeds.Intake{
				Store: feedsstore.Store{DB: db(s)}, Files: files(s), Queues: queues(s, "feeds-split"), Bucket: s.Must("FILES_BUCKET"),
			}), nil
		},
		"split": func(s *settings.Settings) (any, error) {
			return feedsaws.OnSplit(splitter(s), s.Number("RECEIVES", 5), int64(s.Number("SPLIT_BYTES", 8<<20)), time.Now), nil
		},
		"report":   func(s *settings.Settings) (any, error) { return feedsaws.OnReport(counter(s, "feeds-assemble")), nil },
		"assemble": func(s *settings.Settings) (any, error) { return feedsaws.OnAssemble(counter(s)), nil },
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), feedsstore.Events), nil
		},
	})
}
