package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsaws"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/offers/offersstore"
)

func db(s *settings.Settings) store.DB { return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64) }

func files(s *settings.Settings) *bucket.Bucket { return bucket.New(s.AWS(), s.Must("FILES_BUCKET")) }

func splitter(s *settings.Settings) *feeds.Splitter {
	db := db(s)
	return &feeds.Splitter{
		Store:  feedsstore.Store{DB: db},
		Files:  files(s),
		Queues: queues(s, "feeds-split", "feeds-report", "feeds-assemble", "catalog-feed", "offers-feed", "inventory-feed"),
		Names:  names{&offersstore.Store{DB: db}, &catalogstore.Store{DB: db}},
		Now:    time.Now,
	}
}

func counter(s *settings.Settings, to ...string) *feeds.Counter {
	return &feeds.Counter{Store: feedsstore.Store{DB: db(s)}, Files: files(s), Queues: queues(s, to...), Now: time.Now}
}

// queues are those that a function is granted, by name; the others are nil.
func queues(s *settings.Settings, to ...string) feedsaws.Queues {
	of := map[string]*chunkqueue.Queue{}
	for _, name := range to {
		of[name] = chunkqueue.New(s.AWS(), s.Queue(name))
	}
	return feedsaws.Queues{
		Split: of["feeds-split"], Report: of["feeds-report"], Collect: of["feeds-assemble"],
		Owners: map[feeds.Kind]*chunkqueue.Queue{
			feeds.Products: of["catalog-feed"], feeds.Offers: of["offers-feed"], feeds.Prices: of["offers-feed"], feeds.Inventory: of["inventory-feed"],
		},
	}
}
