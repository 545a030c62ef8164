// Command lambda is the sellers' functions.
package main

import (
	cryptorand "crypto/rand"
	"math/rand/v2"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/offers/offersstore"
	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersapi"
	"rialto/functions/sellers/sellersqueues"
	"rialto/functions/sellers/sellersstore"
)

func main() {
	entry.Run("sellers", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			feeds := shelf(s)
			svc := &sellers.Service{Book: feeds, Signer: files(s), Now: time.Now, Random: cryptorand.Reader}
			routes := sellersapi.Routes(svc, s.Must("QUEUE_SELLERS_INTAKE"), time.Now)
			return lambdahttp.New(api.LimitWrites(api.Handler(routes), ratelimit.Buckets{DB: feeds.DB}, time.Now)), nil
		},
		"intake": func(s *settings.Settings) (any, error) {
			svc := &sellers.Service{Book: shelf(s), Files: files(s), Posts: queues(s, "sellers-split"), Bucket: s.Must("FILES_BUCKET"), Now: time.Now}
			return sellersqueues.OnIntake(svc), nil
		},
		"split": func(s *settings.Settings) (any, error) {
			feeds := shelf(s)
			return sellersqueues.OnSplit(&sellers.Splitter{Feeds: feeds, Files: files(s), Names: names{&offersstore.Store{DB: feeds.DB}, &catalog.Service{Contributions: &catalogstore.Store{DB: feeds.DB}}}, Now: time.Now,
				Posts: queues(s, "sellers-split", "sellers-report", "sellers-assemble", "catalog-feed", "offers-feed", "inventory-feed")},
				s.Number("RECEIVES", 5), int64(s.Number("SPLIT_BYTES", 8<<20)), time.Now), nil
		},
		"report": func(s *settings.Settings) (any, error) {
			return sellersqueues.OnReport(counter(s, "sellers-assemble")), nil
		},
		"assemble": func(s *settings.Settings) (any, error) { return sellersqueues.OnAssemble(counter(s)), nil },
		"tier": func(s *settings.Settings) (any, error) {
			return saga.Task("tier", (&sellers.Service{Book: shelf(s)}).SetTier), nil
		},
		"publish": func(s *settings.Settings) (any, error) {
			return outbox.Stream(outbox.NewSNS(s.AWS(), s.Must("TOPIC_ARN")), sellersstore.Events), nil
		},
	})
}

func shelf(s *settings.Settings) sellersstore.Store {
	return sellersstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}

func files(s *settings.Settings) *bucket.Bucket {
	return bucket.New(s.AWS(), s.Must("FILES_BUCKET"))
}

func counter(s *settings.Settings, to ...string) *sellers.Counter {
	return &sellers.Counter{Feeds: shelf(s), Files: files(s), Posts: queues(s, to...), Now: time.Now}
}

func queues(s *settings.Settings, to ...string) sellersqueues.Queues {
	of := map[string]*chunkqueue.Queue{}
	for _, name := range to {
		of[name] = chunkqueue.New(s.AWS(), s.Queue(name))
	}
	return sellersqueues.Queues{Split: of["sellers-split"], Report: of["sellers-report"], Collect: of["sellers-assemble"],
		Owners: map[sellers.Kind]*chunkqueue.Queue{sellers.Products: of["catalog-feed"], sellers.Offers: of["offers-feed"], sellers.Prices: of["offers-feed"],
			sellers.Inventory: of["inventory-feed"]}}
}
