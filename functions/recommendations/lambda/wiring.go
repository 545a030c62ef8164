package main

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamaws"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/customers"
	"rialto/functions/customers/customersaws"
	"rialto/functions/customers/customersstore"
	"rialto/functions/internal/bucket"
	"rialto/functions/internal/opensearch"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/internal/valkey"
	"rialto/functions/recommendations"
	"rialto/functions/recommendations/recommendationsaws"
	"rialto/functions/recommendations/recommendationscache"
	"rialto/functions/recommendations/recommendationsindex"
	"rialto/functions/recommendations/recommendationsstore"
	"rialto/functions/search"
	"rialto/functions/search/searchindex"
)

func database(s *settings.Settings) store.DB {
	return store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)
}

func records(s *settings.Settings) recommendationsstore.Store {
	return recommendationsstore.Store{DB: database(s), Now: time.Now}
}

func files(s *settings.Settings) recommendationsaws.Files {
	return recommendationsaws.Files{Bucket: bucket.New(s.AWS(), s.Must("FILES_BUCKET"))}
}

func cache(s *settings.Settings) recommendationscache.Cache {
	return recommendationscache.Cache{Client: valkey.New(s.Must("REDIS_ADDR"), s.Get("REDIS_TLS") != "")}
}

func pseudonyms(s *settings.Settings) (clickstream.Pseudonyms, error) {
	return clickstreamaws.NewPseudonyms(context.Background(), s.AWS(), s.Must("MAC_KEY_ID"))
}

func service(s *settings.Settings) (*recommendations.Service, error) {
	by, err := pseudonyms(s)
	db := database(s)
	people := clickstream.Profiles{Consents: clickstreamstore.Consents{DB: db, Now: time.Now},
		People: customers.Marker{Store: customersstore.NewSQL(customersaws.Database(s)), Vault: customersaws.NewVault(s, time.Now, rand.Reader)}}
	return &recommendations.Service{Products: products{catalogstore.Store{DB: db}}, Models: records(s), Experiments: records(s),
		Rankers: &recommendationsaws.Rankers{Files: files(s)}, Memory: cache(s), People: people, Pseudonyms: by, Now: time.Now, Random: rand.Reader,
		Index: &recommendationsaws.Index{Lambda: lambda.NewFromConfig(s.AWS()), Function: s.Must("FUNCTION_RECOMMENDATIONS_FIND"), Now: time.Now},
	}, err
}

// index is the search's and the models'.
func index(s *settings.Settings) (recommendationsindex.Index, error) {
	of := opensearch.Config{URL: s.Must("SEARCH_URL"), Recorded: s.Recorded()}
	if s.Stage != "local" {
		cfg := s.AWS()
		of.Sign = &cfg
	}
	client, err := opensearch.New(of)
	if err != nil {
		return recommendationsindex.Index{}, err
	}
	products, err := searchindex.New(searchindex.Config{URL: of.URL, Sign: of.Sign, Recorded: of.Recorded, Now: time.Now})
	return recommendationsindex.Index{Client: client, Products: products, Searcher: &search.Searcher{Index: products}}, err
}

// products implements recommendations.Products.
type products struct{ catalog catalogstore.Store }

// Products reads products and their buy boxes side by side.
func (p products) Products(ctx context.Context, marketplace string, ids []string) (map[string]recommendations.Product, error) {
	var found map[string]catalog.Product
	var boxes map[string]catalog.BuyBox
	g, both := errgroup.WithContext(ctx)
	g.Go(func() (err error) { found, err = p.catalog.GetMany(both, ids...); return err })
	g.Go(func() (err error) { boxes, err = p.catalog.BuyBoxes(both, marketplace, ids...); return err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := make(map[string]recommendations.Product, len(found))
	for id, one := range found {
		out[id] = recommendations.Product{Product: one, BuyBox: boxes[id]}
	}
	return out, nil
}
