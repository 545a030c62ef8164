package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// grace is how long calls that run may take to finish. Shutdown also waits for connections on which nothing was
// asked yet, which clients open ahead and leave alone, so it is no failure to reach it.
const grace = 2 * time.Second

// Serve answers on the listener until ctx ends, then stops: delayed calls are cut, calls that run have the grace
// to finish, and what is left is closed.
func Serve(ctx context.Context, listener net.Listener, g *Gateway) error {
	server := &http.Server{Handler: g, ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		g.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			stopped <- server.Close()
			return
		}
		stopped <- nil
	})
	err := server.Serve(listener)
	if stop() || !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve gateway: %w", err)
	}
	return <-stopped
}

// Loopback refuses an address that others could reach: the gateway believes every key.
func Loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %q is not on loopback", addr)
	}
	return nil
}
