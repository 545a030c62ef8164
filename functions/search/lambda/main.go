// Command lambda is the search's functions.
package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/offers/offersstore"
	"rialto/functions/search"
	"rialto/functions/search/searchapi"
	"rialto/functions/search/searchaws"
	"rialto/functions/search/searchindex"
	"rialto/functions/search/searchstore"
)

func main() {
	entry.Run("search", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			return lambdahttp.New(api.Handler(searchapi.Routes(&search.Searcher{Index: x}))), err
		},
		"index": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
			return searchaws.Receive(&search.Projector{Index: x, Products: &catalogstore.Store{DB: db}, BuyBoxes: &offersstore.Store{DB: db},
				Ratings: &searchstore.Store{DB: db}, Sequence: &searchstore.Store{DB: db}, Now: time.Now}), err
		},
		"reindex": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
			r := &search.Rebuilder{Scanner: catalogstore.ProductScan{DB: db}, Products: &catalogstore.Store{DB: db}, BuyBoxes: &offersstore.Store{DB: db},
				Ratings: &searchstore.Store{DB: db}, Sequence: &searchstore.Store{DB: db}, Build: x, Releases: x, Now: time.Now}
			return saga.Task("search-reindex", r.Reindex), err
		},
	})
}

func index(s *settings.Settings) (*searchindex.Index, error) {
	c := searchindex.Config{URL: s.Must("SEARCH_URL")}
	if s.Stage != "local" {
		cfg := s.AWS()
		c.Sign = &cfg
	}
	if s.Stage == "prod" {
		c.Shards = 10 // the largest marketplace's 350 million products of 1 to 2 KB
	}
	return searchindex.New(c)
}
