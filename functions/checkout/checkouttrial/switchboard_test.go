package checkouttrial_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// switchboard leads all HTTP of this package's tests to the payment gateways of their worlds, without a network: a call
// is its handler's, in a goroutine of its own, so that a caller can give up.
type switchboard struct {
	mu   sync.Mutex
	next int
	at   map[string]http.Handler // by host
}

var gateways = sync.OnceValue(func() *switchboard {
	s := &switchboard{at: map[string]http.Handler{}}
	http.DefaultTransport = s
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

func (s *switchboard) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	g := s.at[r.URL.Host]
	s.mu.Unlock()
	if g == nil {
		return nil, fmt.Errorf("no gateway at %s", r.URL.Host)
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	arrived := r.Clone(r.Context())
	arrived.Body = io.NopCloser(bytes.NewReader(body))
	line := &line{ResponseRecorder: httptest.NewRecorder()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.ServeHTTP(line, arrived)
	}()
	select {
	case <-done:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if line.cut {
		return nil, io.ErrUnexpectedEOF
	}
	return line.Result(), nil
}

// line is a connection that a handler can cut.
type line struct {
	*httptest.ResponseRecorder
	cut bool
}

func (l *line) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	l.cut = true
	here, there := net.Pipe()
	return here, nil, there.Close()
}
