package gateway

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

func TestServeStopsInTimeThoughACallIsDelayed(t *testing.T) {
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

	before := time.Now()
	stop()
	if err := served.Wait(); err != nil {
		t.Fatal(err)
	}
	_ = caller.Wait()
	unanswered(t, late)
	if took := time.Since(before); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	if g.state.intents[i.ID].status != statusConfirm {
		t.Error("the call that was cut took effect")
	}
}

func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]bool{"127.0.0.1:1": true, "localhost:1": true, "[::1]:1": true, "0.0.0.0:1": false, ":1": false, "10.0.0.1:1": false, "127.0.0.1": false, "example.com:1": false} {
		if got := Loopback(addr) == nil; got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
}
