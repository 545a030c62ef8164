// Command lambda is the search's functions.
package main

import (
	"crypto/rand"
	"time"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/valkey"
	"rialto/functions/offers/offersstore"
	"rialto/functions/search"
	"rialto/functions/search/searchapi"
	"rialto/functions/search/searchaws"
	"rialto/functions/search/searchcache"
)

func main() {
	entry.Run("search", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			own := &search.RememberedSynonyms{Store: records(s), Now: time.Now}
			searcher := &search.Searcher{Index: x, Synonyms: own, Encoder: encoder(s), Questions: questions(s), Random: rand.Reader}
			return lambdahttp.New(api.Handler(searchapi.Routes(searcher))), err
		},
		"synonyms": func(s *settings.Settings) (any, error) {
			return saga.Task("search-synonyms", (&search.Editor{Store: records(s)}).Synonyms), nil
		},
		"index": func(s *settings.Settings) (any, error) {
			p, err := projector(s)
			return searchaws.Receive(p), err
		},
		"encode": func(s *settings.Settings) (any, error) {
			p, err := projector(s)
			i := &search.Interpreter{Products: p.Products, BuyBoxes: p.BuyBoxes, Meanings: p.Meanings, Encoder: encoder(s), Projector: p}
			return searchaws.ReceiveWords(i), err
		},
		"recall": func(s *settings.Settings) (any, error) {
			cache := searchcache.Cache{Client: valkey.New(s.Must("REDIS_ADDR"), s.Get("REDIS_TLS") != "")}
			return saga.Task("search-recall", search.Recaller{Questions: cache}.Recall), nil
		},
		"reindex": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			db, kept := database(s), records(s)
			r := &search.Rebuilder{Scanner: catalogstore.ProductScan{DB: db}, Products: &catalogstore.Store{DB: db}, BuyBoxes: &offersstore.Store{DB: db},
				Ratings: kept, Meanings: kept, Sequence: kept, Build: x, Releases: x, Now: time.Now}
			return saga.Task("search-reindex", r.Reindex), err
		},
	})
}
