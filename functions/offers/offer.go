package offers

import (
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
)

// The conditions of what is offered.
const (
	New         = "new"
	Used        = "used"
	Refurbished = "refurbished"
)

// Who stores and ships what is offered.
const (
	ByRialto = "rialto"
	BySeller = "seller"
)

// Key names an offer: a seller has one of a product in a marketplace.
type Key struct{ ProductID, Marketplace, SellerID string }

// ID is the offer's public id, the same whenever it is made.
func (k Key) ID() string { return ids.Derive(ids.Offer, k.ProductID, k.Marketplace, k.SellerID) }

// Offer is what a seller asks for a product in a marketplace.
type Offer struct {
	ID          string       `json:"offer_id"`
	ProductID   string       `json:"product_id"`
	SellerID    string       `json:"seller_id"`
	SellerName  string       `json:"seller_name"`
	Marketplace string       `json:"marketplace"`
	Price       money.Amount `json:"price"`    // of one unit
	Shipping    money.Amount `json:"shipping"` // of one unit, what the seller adds for shipping it
	Condition   string       `json:"condition"`
	Fulfillment string       `json:"fulfillment"`
	Paused      bool         `json:"paused"` // by its seller: kept, but for nobody to buy
	// Blocked is as Paused by an operator's word on the seller, whatever the seller says.
	Blocked bool `json:"blocked,omitempty"`
	// DeliveryDays is what a seller who ships promises, in working days from the order to the door; 0 leaves it at the usual.
	DeliveryDays int64 `json:"delivery_days,omitempty"`
	// MaxPerOrder is the most units that one order may have of it, 0 for no limit of the seller's.
	MaxPerOrder int64 `json:"max_per_order,omitempty"`
	// SKU is the seller's own name for what is offered, "" for none. In a marketplace it names one offer.
	SKU string `json:"sku,omitempty"`
	// Sale is another price for a while, the zero Sale for none.
	Sale      Sale      `json:"sale,omitzero"`
	Version   int64     `json:"version"` // from 1
	UpdatedAt time.Time `json:"updated_at"`
	// Followed is how many of its versions are Rialto's own: the terms are as the seller set them, and the seller's name or block is another.
	Followed int64 `json:"-"`
}

// ErrOfferNotFound says that the seller does not offer the product in the marketplace.
var ErrOfferNotFound = fault.New(fault.NotFound, "offer_not_found", "there is no such offer")

// Key returns what names the offer.
func (o Offer) Key() Key { return Key{o.ProductID, o.Marketplace, o.SellerID} }

// OnSale tells whether it can be bought.
func (o Offer) OnSale() bool { return !o.Paused && !o.Blocked }

// Landed is what one unit costs with shipping. It fails with amount_too_large or currency_mixed, which no
// valid offer does.
func (o Offer) Landed() (money.Amount, error) { return o.Price.Add(o.Shipping) }

// The days that are promised where the offer says nothing else.
const (
	usualByRialto = 2
	usualBySeller = 5
)

// Promise is how many working days the offer promises from the order to the door, by the fastest way that there is.
// marketplaces.Promise makes days of it.
func (o Offer) Promise() int64 {
	switch {
	case o.Fulfillment == ByRialto:
		return usualByRialto
	case o.DeliveryDays == 0:
		return usualBySeller
	}
	return o.DeliveryDays
}

// Revision is the version that the offer's seller sees and names in If-Match: of the changes of what the seller sets. What Rialto
// changes by itself between a seller's reading and writing is no reason to refuse the seller.
func (o Offer) Revision() int64 { return o.Version - o.Followed }

// Same tells whether two offers differ in nothing but version and time.
func (o Offer) Same(p Offer) bool {
	o.Version, o.UpdatedAt, o.Followed = p.Version, p.UpdatedAt, p.Followed
	return o == p
}

// sameTerms tells whether two offers are the same in all that their seller sets.
func (o Offer) sameTerms(p Offer) bool {
	o.SellerName, o.Blocked = p.SellerName, p.Blocked
	return o.Same(p)
}

// over is the offer as the next version of current, the zero Offer for none.
func (o Offer) over(current Offer, now time.Time) Offer {
	o.Version, o.Followed, o.UpdatedAt = current.Version+1, current.Followed, now.UTC()
	if current.Version > 0 && current.sameTerms(o) {
		o.Followed++
	}
	return o
}
