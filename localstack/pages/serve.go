// Package pages serves what the local cloud shows in a browser.
package pages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Serve serves a handler on an address of this machine until ctx ends, and says so in a line: about says what it shows, hint what
// is good to know.
func Serve(ctx context.Context, addr string, handler http.Handler, out io.Writer, about, hint string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("serve %s: %w", about, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	fmt.Fprintf(out, "%s: http://%s  (%sCtrl-C ends it)\n", about, addr, hint)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
