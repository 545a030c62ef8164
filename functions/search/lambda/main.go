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
	"rialto/functions/search/searchindex"
	"rialto/functions/search/searchstore"
)

func main() {
	entry.Run("search", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			return lambdahttp.New(api.Handler(searchapi.Routes(&search.Service{Index: x}))), err
		},
		"index": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			return receive(service(s, x)), err
		},
		"reindex": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			return saga.Task("search-reindex", reindex(service(s, x), x)), err
		},
	})
}

func service(s *settings.Settings, x *searchindex.Index) *search.Service {
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	products, boxes := &catalogstore.Store{DB: db}, &offersstore.Store{DB: db}
	return &search.Service{Index: x, Products: products, Boxes: boxes, Numbers: &searchstore.Store{DB: db}, Now: time.Now,
		Everything: catalogstore.Census{DB: db}, Shelves: products, Winners: boxes, Draft: x}
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
