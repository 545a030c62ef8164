package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// Limiter says how long whoever a key stands for has to wait with a request, 0 if not at all.
type Limiter interface {
	Take(ctx context.Context, key string, now time.Time) (time.Duration, error)
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
