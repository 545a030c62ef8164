package catalog

import (
	"context"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// BuyBox is what product pages show of a product's offers in a marketplace: a projection of the offers' event
// BuyBoxChanged, in whose words it is read. The zero BuyBox is of a product of which no event told; one without a
// seller says that nobody offers the product any more.
type BuyBox struct {
	ProductID   string       `json:"product_id"`
	Marketplace string       `json:"marketplace"`
	OfferID     string       `json:"offer_id"`
	SellerID    string       `json:"seller_id"`
	SellerName  string       `json:"seller_name"`
	Price       money.Amount `json:"price"`
	Landed      money.Amount `json:"landed"` // price + shipping
	InStock     bool         `json:"in_stock"`
	OfferCount  int          `json:"offer_count"` // that are not paused, the one shown included
	Version     int64        `json:"version"`     // the offers', from 1
	Condition   string       `json:"condition"`   // "" of a box that was told of before it was
}

// Empty tells whether there is no offer to show.
func (b BuyBox) Empty() bool { return b.SellerID == "" }

// Shipping is what the seller adds for shipping one unit. It fails with currency_mixed, which no published box does.
func (b BuyBox) Shipping() (money.Amount, error) { return b.Landed.Sub(b.Price) }

// BuyBoxProjection follows the offers.
type BuyBoxProjection struct{ BuyBoxes BuyBoxes }

var errBuyBox = fault.New(fault.Malformed, "malformed_event", "the event names no product, no marketplace or no version")

// Changed keeps a buy box that changed. Events may come twice and in any order: a box that a newer one overtook changes
// nothing.
func (p BuyBoxProjection) Changed(ctx context.Context, b BuyBox) error {
	if _, err := marketplaces.Lookup(b.Marketplace); err != nil || b.ProductID == "" || b.Version < 1 {
		return errBuyBox
	}
	return p.BuyBoxes.SaveBuyBox(ctx, b)
}
