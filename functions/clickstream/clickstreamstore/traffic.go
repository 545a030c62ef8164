package clickstreamstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/clickstream"
	"rialto/functions/internal/store"
)

const (
	trafficTable = "traffic"
	// kept is for how long traffic is: longer than sellers may ask for.
	kept = 100 * 24 * time.Hour
	// atOnce bounds how many writes are under way.
	atOnce = 16
	hours  = "2006-01-02T15"
)

// Traffic keeps traffic in the table traffic: PK product_id, SK marketplace#hour#shard, so that what is counted again overwrites itself.
type Traffic struct{ DB store.DB }

type traffic struct {
	Visits  int64                       `dynamodbav:"visits"`
	Views   int64                       `dynamodbav:"views"`
	Sold    map[string]clickstream.Sold `dynamodbav:"sold,omitempty"`
	Version int                         `dynamodbav:"version"` // of how many raw rows it was counted
	TTL     int64                       `dynamodbav:"ttl"`
}

// Count implements clickstream.Counts.
func (c Traffic) Count(ctx context.Context, list []clickstream.Traffic, rows int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, t := range list {
		g.Go(func() error {
			r := traffic{t.Visits, t.Views, t.Sold, rows, t.Hour.Add(kept).Unix()}
			key := store.Key{PK: t.ProductID, SK: t.Marketplace + "#" + t.Hour.UTC().Format(hours) + "#" + t.Shard}
			if err := store.ApplyNewer(ctx, c.DB, store.Put(trafficTable, key, r), int64(rows)); err != nil {
				return fmt.Errorf("keep traffic: %w", err)
			}
			return nil
		})
	}
	return g.Wait()
}

// Traffic implements clickstream.Counts.
func (c Traffic) Traffic(ctx context.Context, productID, marketplace string, from, to time.Time) ([]clickstream.Traffic, error) {
	var list []clickstream.Traffic
	q := store.Query{Table: trafficTable, Hash: productID, From: marketplace + "#" + from.UTC().Format(hours),
		To: marketplace + "#" + to.AddDate(0, 0, 1).UTC().Format(hours)}
	for i, err := range store.Items(ctx, c.DB, q) {
		if err != nil {
			return nil, fmt.Errorf("read traffic: %w", err)
		}
		var r traffic
		if err := store.Unmarshal(i, &r); err != nil {
			return nil, fmt.Errorf("read traffic: %w", err)
		}
		_, place, _ := strings.Cut(store.KeyOf(i).SK, "#")
		at, shard, _ := strings.Cut(place, "#")
		hour, err := time.Parse(hours, at)
		if err != nil {
			return nil, fmt.Errorf("read traffic: %w", err)
		}
		list = append(list, clickstream.Traffic{ProductID: productID, Marketplace: marketplace, Hour: hour, Shard: shard, Visits: r.Visits, Views: r.Views,
			Sold: r.Sold})
	}
	return list, nil
}
