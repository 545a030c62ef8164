package main

import (
	"context"
	"log/slog"
	mathrand "math/rand/v2"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/sellers"
)

// plan finds the usage plan of a caller. Whoever is no seller, and whose tier cannot be read just now, has the smallest
// tier's: a plan must not keep a seller from changing a price.
func plan(s *settings.Settings) func(context.Context, auth.Identity) string {
	buckets := ratelimit.Buckets{DB: store.NewDynamo(s.Tables(), s.Prefix, mathrand.Float64)}
	return func(ctx context.Context, who auth.Identity) string {
		limit := ratelimit.Basic()
		if who.Role == auth.Seller {
			var err error
			if limit, err = buckets.Limit(ctx, who.SellerID); err != nil {
				slog.WarnContext(ctx, "a seller's tier was not read", "seller_id", who.SellerID, "error", err)
			}
		}
		return sellers.TierNamed(limit.Name).Key(s.Prefix)
	}
}

// erased asks the snapshots. Whoever is erased has nothing left to open, so a snapshot that cannot be read just now keeps
// nobody out.
func erased(s *settings.Settings) auth.Erased {
	all := snapshots(s)
	return func(ctx context.Context, who auth.Identity) bool {
		if who.Role == auth.Seller || who.Role == auth.Operator {
			return false
		}
		is, err := all.Get(ctx, who.Subject)
		if err != nil {
			slog.WarnContext(ctx, "nobody knows whether a customer was erased", "subject", who.Subject, "error", err)
		}
		return is.Erased
	}
}
