package main

import (
	"context"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/rows"
	"rialto/functions/internal/settings"
)

// handleFeedChunk works on chunks of sellers' feeds: of new prices, or of whole offers.
func handleFeedChunk(s *settings.Settings) func(context.Context, chunks.Chunk) (rows.Report, error) {
	svc, products := service(s), &catalogstore.Store{DB: db(s)}
	return func(ctx context.Context, c chunks.Chunk) (rows.Report, error) {
		if c.Kind == "prices" {
			return svc.Reprice(ctx, c.Rows)
		}
		return svc.Offer(ctx, products, c.SellerID, c.Rows)
	}
}
