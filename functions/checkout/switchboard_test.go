package checkout_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// switchboard is one HTTP server, without a port, for the payment gateways of all worlds: a listener a world
// would use up the machine's ports.
type switchboard struct {
	calls chan net.Conn

	mu   sync.Mutex
	next int
	at   map[string]http.Handler // by host
}

// gateways starts the switchboard and leads all HTTP of this package's tests to it.
var gateways = sync.OnceValue(func() *switchboard {
	s := &switchboard{calls: make(chan net.Conn), at: map[string]http.Handler{}}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.DialContext, t.MaxIdleConns = s.dial, 8
	}
	go func() { _ = http.Serve(s, s) }() // until the tests end
	return s
})

func (s *switchboard) open(g http.Handler, end func()) (address string, closed func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	host := fmt.Sprintf("gateway-%d.test", s.next)
	s.at[host] = g
	return "http://" + host, func() {
		end()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.at, host)
	}
}

func (s *switchboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	g := s.at[r.Host]
	s.mu.Unlock()
	if g == nil {
		http.NotFound(w, r)
		return
	}
	g.ServeHTTP(w, r)
}

func (s *switchboard) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case s.calls <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *switchboard) Accept() (net.Conn, error) { return <-s.calls, nil }
func (s *switchboard) Close() error              { return nil }
func (s *switchboard) Addr() net.Addr            { return &net.IPAddr{} }
