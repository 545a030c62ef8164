// Command lambda is the feeds' functions.
package main

import (
	cryptorand "crypto/rand"
	"math/rand/v2"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsapi"
	"rialto/functions/feeds/feedsaws"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/offers/offersstore"
)

func main() {
	entry.Run("feeds", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			kept := kept(s)
			svc := &feeds.Service{Book: kept, Signer: files(s), Now: time.Now, Random: cryptorand.Reader}
			routes := feedsapi.Routes(svc, s.Must("QUEUE_FEEDS_INTAKE"), time.Now)
			return lambdahttp.New(api.LimitWrites(api.Handler(routes), ratelimit.Buckets{DB: kept.DB}, time.Now)), nil
		},
		"intake": func(s *settings.Settings) (any, error) {
			svc := &feeds.Service{Book: kept(s), Files: files(s), Posts: queues(s, "feeds-split"), Bucket: s.Must("FILES_BUCKET"), Now: time.Now}
			return feedsaws.OnIntake(svc), nil
		},
		"split": func(s *settings.Settings) (any, error) {
			kept := kept(s)
			return feedsaws.OnSplit(&feeds.Splitter{Feeds: kept, Files: files(s), Names: names{&offersstore.Store{DB: kept.DB}, &catalog.Service{Contributions: &catalogstore.Store{DB: kept.DB}}}, Now: time.Now,
				Posts: queues(s, "feeds-split", "feeds-report", "feeds-assemble", "catalog-feed", "offers-feed", "inventory-feed")},
				s.Number("RECEIVES", 5), int64(s.Number("SPLIT_BYTES", 8<<20)), time.Now), nil
		},
		"report": func(s *settings.Settings) (any, error) {
			return feedsaws.OnReport(counter(s, "feeds-assemble")), nil
		},
		"assemble": func(s *settings.Settings) (any, error) { return feedsaws.OnAssemble(counter(s)), nil },
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), feedsstore.Events), nil
		},
	})
}

func kept(s *settings.Settings) feedsstore.Store {
	return feedsstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}

func files(s *settings.Settings) *bucket.Bucket {
	return bucket.New(s.AWS(), s.Must("FILES_BUCKET"))
}

func counter(s *settings.Settings, to ...string) *feeds.Counter {
	return &feeds.Counter{Feeds: kept(s), Files: files(s), Posts: queues(s, to...), Now: time.Now}
}

func queues(s *settings.Settings, to ...string) feedsaws.Queues {
	of := map[string]*chunkqueue.Queue{}
	for _, name := range to {
		of[name] = chunkqueue.New(s.AWS(), s.Queue(name))
	}
	return feedsaws.Queues{Split: of["feeds-split"], Report: of["feeds-report"], Collect: of["feeds-assemble"],
		Owners: map[feeds.Kind]*chunkqueue.Queue{feeds.Products: of["catalog-feed"], feeds.Offers: of["offers-feed"], feeds.Prices: of["offers-feed"],
			feeds.Inventory: of["inventory-feed"]}}
}
