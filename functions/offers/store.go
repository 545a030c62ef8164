package offers

import (
	"context"

	"rialto/functions/inventory"
)

// Store keeps offers, buy boxes and what is known of sellers.
type Store interface {
	// Get returns an offer, or ErrOfferNotFound.
	Get(ctx context.Context, k Key) (Offer, error)
	// GetMany returns the offers there are, each read consistently.
	GetMany(ctx context.Context, keys ...Key) (map[Key]Offer, error)
	// List reads the buy box first, then the offers, consistently.
	List(ctx context.Context, product, marketplace string) (BuyBox, []Offer, error)
	// Save writes an offer over before, the zero Offer for none; it fails with ErrChanged if another stands there,
	// and with ErrSKUTaken if another offer of the seller in the marketplace has its sku.
	Save(ctx context.Context, o, before Offer) error
	// Delete takes an offer away, and its sku with it; it fails with ErrChanged if it is not of that version any more.
	Delete(ctx context.Context, o Offer) error
	// SaveBuyBox writes a buy box over the one of version previous, 0 for none; it fails with ErrBuyBoxChanged
	// otherwise.
	SaveBuyBox(ctx context.Context, b BuyBox, previous int64) error

	// OfSeller lists a seller's offers in a marketplace, or ("") all, after a place ("" for the first), and where the
	// next page begins, "" on the last.
	OfSeller(ctx context.Context, seller, marketplace, after string, limit int) (list []Offer, next string, err error)
	// BySKU returns the seller's offer in a marketplace that has a sku, or ErrOfferNotFound.
	BySKU(ctx context.Context, seller, marketplace, sku string) (Offer, error)

	// SellerProfiles returns what is known of sellers, by id; one of whom nothing is known is left out.
	SellerProfiles(ctx context.Context, sellers ...string) (map[string]SellerProfile, error)
	// UpdateSellerProfile makes a change of what stands, unless that returns it as it is.
	UpdateSellerProfile(ctx context.Context, seller string, change func(SellerProfile) SellerProfile) error
}

// Products tells which products there are, and of which offers are taken.
type Products interface {
	// Exists tells whether there is a product that is shown.
	Exists(ctx context.Context, id string) (bool, error)
	// Barred tells of which products no offer is taken, and why; those that there are not are among them.
	Barred(ctx context.Context, ids ...string) (map[string]error, error)
}

// Stock reads free units, consistently.
type Stock interface {
	Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error)
}
