package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/campaigns"
	"rialto/functions/campaigns/campaignsaws"
	"rialto/functions/campaigns/campaignsstore"
	"rialto/functions/internal/opensearch"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/internal/trace"
)

const (
	live      = "live" // the alias that callers call (infra/release.go)
	pageTakes = 5 * time.Second
)

func ledger(s *settings.Settings) campaigns.Ledger {
	return campaignsstore.Store{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}

// warmers are those of every kind. A stage that has none of one says so in what it tells of itself, and its warmer is not asked.
func warmers(s *settings.Settings, stage campaigns.Stage) (map[campaigns.Kind]campaigns.Warmer, error) {
	of := opensearch.Config{URL: s.Must("SEARCH_URL"), Recorded: s.Recorded()}
	if s.Stage != "local" {
		cfg := s.AWS()
		of.Sign = &cfg
	}
	index, err := opensearch.New(of)
	if err != nil {
		return nil, err
	}
	functions, tables := lambda.NewFromConfig(s.AWS()), dynamodb.NewFromConfig(s.Tables())
	return map[campaigns.Kind]campaigns.Warmer{
		campaigns.Concurrency: campaignsaws.Concurrency{Lambda: functions, Prefix: s.Prefix},
		campaigns.Provisioned: campaignsaws.Provisioned{Lambda: functions, Prefix: s.Prefix, Alias: live},
		campaigns.Writes:      campaignsaws.Tables{DynamoDB: tables, Prefix: s.Prefix, Writes: true},
		campaigns.Reads:       campaignsaws.Tables{DynamoDB: tables, Prefix: s.Prefix},
		campaigns.Stream:      campaignsaws.Stream{Kinesis: kinesis.NewFromConfig(s.AWS()), Prefix: s.Prefix},
		campaigns.Replicas:    campaignsaws.Replicas{Index: index},
		campaigns.Cache:       campaignsaws.Cache{ElastiCache: elasticache.NewFromConfig(s.AWS()), Group: s.Get("CACHE_ID")},
		campaigns.Pollers:     campaignsaws.Pollers{Lambda: functions, Prefix: s.Prefix, Alias: live, Queues: stage.Queues},
		campaigns.Layout:      campaignsaws.Layouts{Lambda: functions, Function: s.Must("FUNCTION_INVENTORY_SPREAD")},
		campaigns.Page: campaignsaws.Pages{Client: trace.Client(&http.Client{Timeout: pageTakes, Transport: http.DefaultTransport}),
			Shop: s.Get("SHOP_URL")},
	}, nil
}
