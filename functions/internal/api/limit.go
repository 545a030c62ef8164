package api

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rate"
)

// Limiter says how long whoever a key stands for has to wait with a request, 0 if not at all.
type Limiter interface {
	Take(ctx context.Context, key string, now time.Time) (time.Duration, error)
}

// By is whom a limit counts for.
type By string

const (
	ByCaller  By = "caller"  // the subject of the token
	ByAddress By = "address" // where the request comes from: anybody can become another guest
)

// Limit holds whoever calls a route to so many requests, where abuse pays: what costs, or what can be guessed. Routes whose
// limits have one name share it.
type Limit struct {
	By By
	rate.Limit
}

// Limits counts the requests of routes that have limits.
type Limits interface {
	TakeOf(ctx context.Context, key string, limit rate.Limit, now time.Time) (time.Duration, error)
}

// Counted has a handler's routes keep their limits; without it they are not counted.
func Counted(l Limits) Option { return func(s *settings) { s.limits = l } }

// limited says which of a route's limits refuses a request. Where counting fails, the request goes on, as in LimitWrites.
func (e *endpoint) limited(r *http.Request) error {
	if e.limits == nil {
		return nil
	}
	for _, l := range e.route.Limits {
		of := remote(r)
		if l.By == ByCaller {
			who, _ := auth.From(r.Context())
			of = who.Subject
		}
		wait, err := e.limits.TakeOf(r.Context(), l.Name+"#"+of, l.Limit, e.now())
		if err != nil {
			slog.WarnContext(r.Context(), "a request was not counted", "route", e.route.ID, "error", err)
		}
		if wait > 0 {
			return fault.New(fault.Throttled, "too_many_requests", "this was asked for too often; try again later").After(wait)
		}
	}
	return nil
}

// remote is the address that a request comes from: of one of IPv6 the network, as a home has a whole one.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip, bad := netip.ParseAddr(host)
	if err != nil || bad != nil {
		return "unknown"
	}
	if ip = ip.Unmap(); ip.Is6() {
		if net, err := ip.Prefix(64); err == nil {
			return net.Addr().String()
		}
	}
	return ip.String()
}

// LimitWrites refuses what is more than a seller's plan allows, before it reaches h. It counts writes: reads cost less
// than counting them would, and the gateway's own limits are on all requests. Where counting fails, the request goes on:
// the limit protects Rialto from a flood and must not itself keep a seller from changing a price.
func LimitWrites(h http.Handler, l Limiter, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := auth.From(r.Context())
		if who.Role == auth.Seller && who.SellerID != "" && r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, "/seller/") {
			wait, err := l.Take(r.Context(), who.SellerID, now())
			if err != nil {
				slog.WarnContext(r.Context(), "a seller's request was not counted", "seller_id", who.SellerID, "error", err)
			}
			if wait > 0 {
				Fail(w, r, fault.New(fault.Throttled, "too_many_requests", "the seller's plan allows no more requests just now").After(wait))
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}
