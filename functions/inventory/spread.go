package inventory

import (
	"context"

	"rialto/functions/internal/fault"
)

// SpreadInput says how many holds a second are expected of a sku; nil asks only for how many it is laid out.
type SpreadInput struct {
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	PerSecond *int64 `json:"per_second,omitempty"` // 0 leaves it to the traffic again
}

// Spread is how many holds a second a sku is laid out for in each of its centres, whatever its traffic, and the most that it can be: by
// its free units, and by how many shards there can be.
type Spread struct {
	Laid int64 `json:"laid"`
	Most int64 `json:"most"`
}

// Spread lays a sku's shards out for holds that are expected of it, ahead of them, in every centre that has units; or tells how they are
// laid out. The same again changes nothing. Errors: stock_not_found, spread_invalid, transient ones while others change the same shards.
func (s *Service) Spread(ctx context.Context, in SpreadInput) (Spread, error) {
	if in.PerSecond != nil && *in.PerSecond < 0 {
		return Spread{}, errSpread
	}
	sku := SKU{in.ProductID, in.SellerID}
	list, err := s.OfSKU(ctx, sku)
	if err != nil {
		return Spread{}, err
	}
	return s.Store.Spread(ctx, list, in.PerSecond)
}

var errSpread = fault.New(fault.Invalid, "spread_invalid", "a rate of holds is not below 0")

// Together is how many holds a second stock is laid out for whose centres are laid out so: as many as the one bears that could be wider
// and bears least.
func Together(centres []Spread) (out Spread) {
	narrow := int64(-1)
	for _, c := range centres {
		out.Most = max(out.Most, c.Most)
		if c.Laid < c.Most && (narrow < 0 || c.Laid < narrow) {
			narrow = c.Laid
		}
	}
	if out.Laid = narrow; narrow < 0 {
		out.Laid = out.Most
	}
	return out
}
