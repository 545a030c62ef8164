package sellersapi

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/sellers"
)

// Buckets say how long a seller has to wait with a request, 0 if not at all.
type Buckets interface {
	Take(ctx context.Context, sellerID string, now time.Time) (time.Duration, error)
}

// Limit refuses what is more than a seller's plan allows, before it reaches h. It counts writes: reads cost less than
// counting them would, and the gateway's own limits are on all requests. Where counting fails, the request goes on: the
// limit protects Rialto from a flood and must not itself keep a seller from changing a price.
func Limit(h http.Handler, b Buckets, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := auth.From(r.Context())
		if who.Role == auth.Seller && who.SellerID != "" && r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, "/seller/") {
			wait, err := b.Take(r.Context(), who.SellerID, now())
			if err != nil {
				slog.WarnContext(r.Context(), "a seller's request was not counted", "seller_id", who.SellerID, "error", err)
			}
			if wait > 0 {
				api.Fail(w, r, sellers.Throttled(wait))
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}
