package main

import (
	"math/rand/v2"
	"time"

	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/search/searchindex"
)

func index(s *settings.Settings) (*searchindex.Index, error) {
	c := searchindex.Config{URL: s.Must("SEARCH_URL"), Recorded: s.Recorded(), Now: time.Now}
	if s.Stage != "local" {
		cfg := s.AWS()
		c.Sign = &cfg
	}
	if s.Stage == "prod" {
		c.Shards = 10 // the largest marketplace's 350 million products of 1 to 2 KB
	}
	return searchindex.New(c)
}

func database(s *settings.Settings) *store.Dynamo {
	return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
}
