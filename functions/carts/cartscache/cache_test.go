package cartscache

import (
	"context"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"rialto/functions/carts"
)

// Seen to catch: a plain SET.
func TestACopyNeverGoesBack(t *testing.T) {
	t.Parallel()
	c := New(miniredis.RunT(t).Addr(), false)
	ctx := context.Background()
	if _, ok, err := c.Get(ctx, "crt_1"); ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, step := range []struct{ put, want int64 }{{2, 2}, {1, 2}, {3, 3}, {3, 3}} {
		if err := c.Put(ctx, carts.Cart{ID: "crt_1", Version: step.put}); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := c.Get(ctx, "crt_1"); err != nil || !ok || got.Version != step.want {
			t.Fatalf("after version %d: %+v %v %v", step.put, got, ok, err)
		}
	}
}
