package catalog

import (
	"context"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
)

// ProductChanged is the data of the event of that name: a product was made, changed or deleted. It says that
// there is something to read, not what.
type ProductChanged struct {
	ProductID string `json:"product_id"`
	Version   int64  `json:"version"` // of a deleted product, its last
	Deleted   bool   `json:"deleted"`
}

// HandleEvent keeps the buy box that the offers' BuyBoxChanged tells of. Errors: unknown_event, malformed_event.
func (p BuyBoxProjection) HandleEvent(ctx context.Context, event string, data []byte) error {
	if event != "BuyBoxChanged" {
		return fault.New(fault.Malformed, "unknown_event", "this function does not take %s", event)
	}
	var b BuyBox
	if err := eventdata.Decode(event, data, &b); err != nil {
		return err
	}
	return p.Changed(ctx, b)
}
