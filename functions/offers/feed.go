package offers

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

var errNotYours = fault.New(fault.Forbidden, "not_yours", "the offer is another seller's")

// FeedWriter writes what sellers' feeds say of their offers.
type FeedWriter struct {
	Store    Store
	Products Products
	Now      func() time.Time
}

// HandleFeedChunk writes a chunk of a seller's feed: of new prices, or of whole offers.
func (w *FeedWriter) HandleFeedChunk(ctx context.Context, c chunks.Chunk) (rows.Report, error) {
	if c.Kind == "prices" {
		return w.Reprice(ctx, c.Rows)
	}
	return w.Offer(ctx, c.SellerID, c.Rows)
}

// Offer writes a seller's offers, row by row, as Import does; but they must be the seller's own, of products that
// there are unless the row takes the offer away. Errors: as Import.
func (w *FeedWriter) Offer(ctx context.Context, sellerID string, batch []json.RawMessage) (rows.Report, error) {
	list, err := read(batch)
	if err != nil {
		return rows.Report{}, err
	}
	var ids []string
	for i, r := range list {
		if r.Err == nil && r.Value.SellerID != sellerID {
			list[i].Err = errNotYours
		} else if r.Err == nil && !r.Value.Delete && !slices.Contains(ids, r.Value.ProductID) {
			ids = append(ids, r.Value.ProductID)
		}
	}
	barred, err := w.Products.Barred(ctx, ids...)
	if err != nil {
		return rows.Report{}, err
	}
	for i, r := range list {
		if r.Err == nil && !r.Value.Delete {
			list[i].Err = barred[r.Value.ProductID]
		}
	}
	importer := Importer{w.Store, w.Now, true}
	return importer.write(ctx, list)
}
