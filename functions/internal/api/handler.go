package api

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/fault"
)

// Option changes a Handler.
type Option func(*settings)

type settings struct {
	now    func() time.Time
	limits Limits
}

// Clock sets what time it is when a token's expiry is checked; for tests.
func Clock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// Handler serves the routes. Each is bound to its types at its first request, so that a cold start pays for
// one route. Paths that exclude each other are a bug of the table and panic here, at start.
func Handler(routes []Route, opts ...Option) http.Handler {
	s := settings{now: time.Now}
	for _, o := range opts {
		o(&s)
	}
	paths := map[string]methods{}
	for _, r := range routes {
		if paths[r.Path] == nil {
			paths[r.Path] = methods{}
		}
		paths[r.Path][r.Method] = newEndpoint(r, s)
	}
	mux := http.NewServeMux()
	for p, m := range paths {
		mux.Handle(p, m)
	}
	return &router{mux}
}

// methods are the endpoints of one path.
type methods map[string]http.Handler

// ServeHTTP serves a request by its method.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h, ok := m[r.Method]; ok {
		h.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(slices.Sorted(maps.Keys(m)), ", "))
	write(w, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "this path has no such method").problem(r.Context()))
}

// router is what every request passes: it answers unknown paths and keeps a panic from ending the process.
type router struct{ mux *http.ServeMux }

// ServeHTTP finds the path's endpoint and sends what it answers.
func (t *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := &buffer{header: http.Header{}}
	defer func() {
		if p := recover(); p != nil {
			answer = &buffer{header: http.Header{}}
			slog.ErrorContext(r.Context(), "panic in a handler", "stack", string(debug.Stack()))
			write(answer, failure(r.Context(), fmt.Errorf("panic: %v", p)))
		}
		answer.send(w)
	}()
	// The mux would redirect a path that is not clean; a client that sends one is to be told.
	if _, pattern := t.mux.Handler(r); pattern == "" || path.Clean(r.URL.Path) != r.URL.Path {
		Fail(answer, r, errNoRoute)
		return
	}
	t.mux.ServeHTTP(answer, r)
}

var errNoRoute = fault.New(fault.NotFound, "unknown_path", "there is nothing at this path")

func (f *refusal) problem(ctx context.Context) *Problem {
	return problem(ctx, f.status, f.code, f.detail)
}

// buffer holds an answer until it is complete, so that a failure while it is written still becomes a problem.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (b *buffer) Header() http.Header { return b.header }

// WriteHeader implements http.ResponseWriter; the first status counts.
func (b *buffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

// Write implements http.ResponseWriter.
func (b *buffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

func (b *buffer) send(w http.ResponseWriter) {
	b.WriteHeader(http.StatusOK)
	maps.Copy(w.Header(), b.header)
	if b.status >= http.StatusBadRequest {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.WriteHeader(b.status)
	_, _ = w.Write(b.body.Bytes()) // a caller that went away is no failure of ours
}
