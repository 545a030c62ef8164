package gateway

import (
	"context"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// Seen to catch: a Serve that waits for delayed calls, and one that fails when a connection was opened and not used.
func TestServeStopsThoughACallIsDelayed(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	g := New(Config{Seed: 1})
	var served errgroup.Group
	served.Go(func() error { return Serve(ctx, listener, g) })
	r := &rig{g: g, url: "http://" + listener.Addr().String(), http: &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}}
	r.client = stripeClient(r.url, r.http)

	i := r.create(t, order("pm_card_visa"))
	held := r.arm(t, Fault{Kind: "hold", Match: Match{Intent: i.ID}})
	var late error
	var caller errgroup.Group
	caller.Go(func() error { _, late = r.confirm(i.ID, "k"); return nil })
	r.holding(t, held.ID)

	unused, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	stop()
	if err := served.Wait(); err != nil {
		t.Fatal(err)
	}
	_ = caller.Wait()
	unanswered(t, late)
	if os.IsTimeout(late) {
		t.Error("the delayed call was not cut")
	}
	if g.state.intents[i.ID].status != statusConfirm {
		t.Error("the call that was cut took effect")
	}
}

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{"127.0.0.1:1": true, "localhost:1": true, "[::1]:1": true, "0.0.0.0:1": false, ":1": false,
		"10.0.0.1:1": false, "127.0.0.1": false, "example.com:1": false} {
		if got := Loopback(addr) == nil; got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}
