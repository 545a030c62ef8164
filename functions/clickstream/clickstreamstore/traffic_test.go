package clickstreamstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
)

// What is counted again overwrites itself, unless it is of fewer rows; hours, shards and marketplaces stand apart, and a day ends at midnight.
func TestTrafficIsKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, c := t.Context(), clickstreamstore.Traffic{DB: db}
		day := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
		boot := ids.Derive(ids.Product, "boot")
		of := func(market string, hour int, shard string, views int64) clickstream.Traffic {
			return clickstream.Traffic{ProductID: boot, Marketplace: market, Hour: day.Add(time.Duration(hour) * time.Hour), Shard: shard, Visits: 1,
				Views: views, Sold: map[string]clickstream.Sold{"sel_a": {Orders: 1, Units: views}}}
		}
		count := func(rows int, list ...clickstream.Traffic) {
			t.Helper()
			if err := c.Count(ctx, list, rows); err != nil {
				t.Fatal(err)
			}
		}
		count(9, of("US", -1, "s0", 1), of("US", 0, "s0", 2), of("US", 23, "s0", 3), of("US", 23, "s1", 4), of("US", 24, "s0", 5), of("DE", 23, "s0", 6))
		count(12, of("US", 0, "s0", 7))
		count(11, of("US", 0, "s0", 8)) // who read fewer rows comes too late
		got, err := c.Traffic(ctx, boot, "US", day, day)
		if err != nil {
			t.Fatal(err)
		}
		want := []clickstream.Traffic{of("US", 0, "s0", 7), of("US", 23, "s0", 3), of("US", 23, "s1", 4)}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if got, err := c.Traffic(ctx, boot, "US", day.AddDate(0, 0, -1), day.AddDate(0, 0, 1)); err != nil || len(got) != 5 {
			t.Errorf("of three days %d hours, %v", len(got), err)
		}
	})
}
