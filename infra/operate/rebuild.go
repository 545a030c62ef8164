package operate

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// rebuilders are the functions that make projections anew, or tell of all that one is made of, by the projections' tables.
var rebuilders = map[string]string{"buy_boxes": "offers-again", "product_ratings": "reviews-rebuild", "seller_ratings": "reviews-rebuild"}

// Rebuild has a projection made anew from what it is made of, invocation by invocation, while everything goes on. (The search indexes
// are Reindex's.)
func (c *Client) Rebuild(ctx context.Context, table string, out io.Writer) error {
	function, there := rebuilders[table]
	if !there {
		return fmt.Errorf("%q is not rebuilt by itself; %s are, and make reindex builds search indexes", table,
			strings.Join(slices.Sorted(maps.Keys(rebuilders)), ", "))
	}
	began, after, looked, written := time.Now(), "", 0, 0
	for {
		var answer struct {
			After           string
			Looked, Written int
		}
		// A function of one table does not read which.
		if err := c.Invoke(ctx, function, map[string]string{"table": table, "after": after}, &answer); err != nil {
			return err
		}
		looked, written = looked+answer.Looked, written+answer.Written
		fmt.Fprintf(out, "%s: %d looked at, %d written or told of, after %.1f s\n", table, looked, written, time.Since(began).Seconds())
		if after = answer.After; after == "" {
			return nil
		}
	}
}
