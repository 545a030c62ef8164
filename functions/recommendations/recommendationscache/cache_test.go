package recommendationscache

import (
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/valkey"
	"rialto/functions/recommendations"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// Seen to catch: ZADD without GT; no trim; no expiry.
func TestASessionIsItsLastProducts(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	c, ctx := Cache{valkey.New(server.Addr(), false)}, t.Context()
	var acts []recommendations.Act
	for n := range 60 {
		at := noon.Add(time.Duration(n) * time.Second)
		acts = append(acts, recommendations.Act{ProductID: fmt.Sprint("prd_", n), Deed: recommendations.Looked, At: at})
	}
	old := recommendations.Act{ProductID: "prd_59", Deed: recommendations.Looked, At: noon} // comes late, and changes nothing
	for _, list := range [][]recommendations.Act{acts, acts, {old}} {
		if err := c.Met(ctx, "s", list); err != nil {
			t.Fatal(err)
		}
	}
	got, _, err := c.Visit(ctx, "s", "")
	if err != nil || len(got) != recommendations.SessionSize || got[0] != acts[59] || got[49] != acts[10] {
		t.Errorf("%d %v %v", len(got), got, err)
	}
	server.FastForward(recommendations.SessionLife + time.Second)
	if got, _, err := c.Visit(ctx, "s", ""); got != nil || err != nil {
		t.Error("a session does not end", got, err)
	}
	if err := c.Met(ctx, "s", acts); err != nil {
		t.Fatal(err)
	}
	if err := c.Forget(ctx, "s"); err != nil {
		t.Fatal(err)
	}
	if got, _, err := c.Visit(ctx, "s", ""); got != nil || err != nil {
		t.Error("a session is not forgotten", got, err)
	}
}

func TestPurchasesAndPools(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	c, ctx := Cache{valkey.New(server.Addr(), false)}, t.Context()
	list := []recommendations.Purchase{{ProductID: "prd_1", Day: noon}, {ProductID: "prd_1", Day: noon.AddDate(0, 0, -1)}}
	for range 2 {
		if err := c.Bought(ctx, "who", list); err != nil {
			t.Fatal(err)
		}
	}
	if _, got, err := c.Visit(ctx, "s", "who"); err != nil || cmp.Diff(list, got) != "" {
		t.Error(got, err)
	}
	pool := []recommendations.Candidate{{ID: "prd_1", Facts: recommendations.Facts{Brand: "B"},
		Reason: recommendations.Reason{Code: recommendations.ForYou}}}
	if err := c.Keep(ctx, "k", pool); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Pool(ctx, "k"); err != nil || cmp.Diff(pool, got) != "" {
		t.Error(got, err)
	}
	server.FastForward(16 * time.Minute)
	if got, err := c.Pool(ctx, "k"); got != nil || err != nil {
		t.Error("a pool is kept for more than 15 minutes", got, err)
	}
	server.Close()
	if _, _, err := c.Visit(ctx, "s", "who"); err == nil {
		t.Error("nothing is away")
	}
	if _, err := c.Pool(ctx, "k"); err == nil {
		t.Error("nothing is away")
	}
}
