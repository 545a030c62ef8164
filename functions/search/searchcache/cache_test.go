package searchcache

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/valkey"
	"rialto/functions/search"
)

// Seen to catch: a life that is not renewed; one that never ends.
func TestAQuestionIsKeptAsLongAsItIsAsked(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	c, ctx := Cache{valkey.New(server.Addr(), false)}, t.Context()
	v := make(search.Vector, search.Dimensions)
	v[0], v[383] = 127, -127
	if got, err := c.Recall(ctx, "q"); got != nil || err != nil {
		t.Error(got, err)
	}
	if err := c.Keep(ctx, "q", v); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		server.FastForward(keep - time.Minute)
		if got, err := c.Recall(ctx, "q"); err != nil || cmp.Diff(v, got) != "" {
			t.Fatal(got, err)
		}
	}
	server.FastForward(keep + time.Second)
	if got, err := c.Recall(ctx, "q"); got != nil || err != nil {
		t.Error("what nobody asks is kept", got, err)
	}
}

func TestACacheThatIsAwaySaysSo(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	c, ctx := Cache{valkey.New(server.Addr(), false)}, t.Context()
	if err := server.Set(key("q"), "of another length"); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Recall(ctx, "q"); got != nil || err != nil {
		t.Error(got, err)
	}
	server.Close()
	if _, err := c.Recall(ctx, "q"); fault.Code(err) != "cache_unavailable" {
		t.Error(err)
	}
	if err := c.Keep(ctx, "q", make(search.Vector, search.Dimensions)); fault.Code(err) != "cache_unavailable" {
		t.Error(err)
	}
}
