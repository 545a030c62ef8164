package offers

import (
	"context"
	"encoding/json"
	"slices"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

// Catalog knows which of some products there are.
type Catalog interface {
	Known(ctx context.Context, ids ...string) (map[string]bool, error)
}

var errNotYours = fault.New(fault.Forbidden, "not_yours", "the offer is another seller's")

// Offer writes a seller's offers, row by row, as Import does; but they must be the seller's own, of products that
// there are.
func (s *Service) Offer(ctx context.Context, c Catalog, sellerID string, batch []json.RawMessage) (rows.Report, error) {
	list, err := read(batch)
	if err != nil {
		return rows.Report{}, err
	}
	var ids []string
	for i, r := range list {
		if r.Err == nil && r.Value.SellerID != sellerID {
			list[i].Err = errNotYours
		} else if r.Err == nil && !slices.Contains(ids, r.Value.ProductID) {
			ids = append(ids, r.Value.ProductID)
		}
	}
	known, err := c.Known(ctx, ids...)
	if err != nil {
		return rows.Report{}, err
	}
	for i, r := range list {
		if r.Err == nil && !known[r.Value.ProductID] {
			list[i].Err = ErrProductNotFound
		}
	}
	return s.write(ctx, list)
}
