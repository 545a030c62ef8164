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
	"rialto/functions/offers/offersstore"
	"rialto/functions/search"
	"rialto/functions/search/searchapi"
	"rialto/functions/search/searchaws"
	"rialto/functions/search/searchstore"
)

func main() {
	entry.Run("search", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			own := &search.RememberedSynonyms{Store: &searchstore.Store{DB: database(s)}, Now: time.Now}
			return lambdahttp.New(api.Handler(searchapi.Routes(&search.Searcher{Index: x, Synonyms: own, Random: rand.Reader}))), err
		},
		"synonyms": func(s *settings.Settings) (any, error) {
			return saga.Task("search-synonyms", (&search.Editor{Store: &searchstore.Store{DB: database(s)}}).Synonyms), nil
		},
		"index": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			db := database(s)
			return searchaws.Receive(&search.Projector{Index: x, Products: &catalogstore.Store{DB: db}, BuyBoxes: &offersstore.Store{DB: db},
				Ratings: &searchstore.Store{DB: db}, Sequence: &searchstore.Store{DB: db}, Now: time.Now}), err
		},
		"reindex": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			db := database(s)
			r := &search.Rebuilder{Scanner: catalogstore.ProductScan{DB: db}, Products: &catalogstore.Store{DB: db}, BuyBoxes: &offersstore.Store{DB: db},
				Ratings: &searchstore.Store{DB: db}, Sequence: &searchstore.Store{DB: db}, Build: x, Releases: x, Now: time.Now}
			return saga.Task("search-reindex", r.Reindex), err
		},
	})
}
