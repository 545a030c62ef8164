package offersstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// buckets part the boxes that are due, so that a sale which begins everywhere at midnight is not one key of the index.
const buckets = 8

// perBucket is how many boxes of a bucket are decided at a time; the others are still due the next minute.
const perBucket = 100

func bucketOf(product string) string {
	return strconv.Itoa(store.Bucket(product, buckets))
}

// DueBoxes returns boxes of which an offer's price turned at now or before, those that are due longest first in each bucket, by product
// and marketplace alone. The index may be a moment behind.
func (s *Store) DueBoxes(ctx context.Context, now time.Time) ([]offers.BuyBox, error) {
	var out []offers.BuyBox
	for n := range buckets {
		page, err := s.DB.Query(ctx, store.Query{Table: table, Index: "due", HashAttr: "due_bucket", Hash: strconv.Itoa(n), SortAttr: "due_at",
			From: "0", To: now.UTC().Format(sortable), Limit: perBucket})
		if err != nil {
			return nil, fmt.Errorf("list due boxes: %w", err)
		}
		for _, i := range page.Items {
			k := store.KeyOf(i)
			market, _, _ := strings.Cut(k.SK, "#")
			out = append(out, offers.BuyBox{ProductID: k.PK, Marketplace: market})
		}
	}
	return out, nil
}
