package main

import (
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/offers/offersstore"
	"rialto/functions/search"
	"rialto/functions/search/searchaws"
	"rialto/functions/search/searchencoder"
	"rialto/functions/search/searchindex"
	"rialto/functions/search/searchstore"
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

func projector(s *settings.Settings) (*search.Projector, error) {
	x, err := index(s)
	db, kept := database(s), records(s)
	return &search.Projector{Index: x, Products: &catalogstore.Store{DB: db}, BuyBoxes: &offersstore.Store{DB: db},
		Ratings: kept, Meanings: kept, Sequence: kept, Now: time.Now}, err
}

func encoder(s *settings.Settings) *searchencoder.Client {
	var sign *aws.Config
	if s.Stage != "local" {
		cfg := s.AWS()
		sign = &cfg
	}
	return searchencoder.New(s.Must("ENCODER_URL"), sign, time.Now)
}

func questions(s *settings.Settings) *searchencoder.Remembering {
	return &searchencoder.Remembering{Shared: &searchaws.Questions{Lambda: lambda.NewFromConfig(s.AWS()), Function: s.Must("FUNCTION_SEARCH_RECALL"),
		Now: time.Now}}
}

func records(s *settings.Settings) *searchstore.Store { return &searchstore.Store{DB: database(s)} }

func database(s *settings.Settings) *store.Dynamo {
	return store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
}
