package offers

import "rialto/functions/internal/money"

// OfferChanged is the data of the event of that name: an offer was made or changed. One that was deleted is
// told of as paused, in its last version.
type OfferChanged struct {
	ProductID   string       `json:"product_id"`
	Marketplace string       `json:"marketplace"`
	SellerID    string       `json:"seller_id"`
	Version     int64        `json:"version"`
	Price       money.Amount `json:"price"`
	Paused      bool         `json:"paused"`
}

// BuyBoxChanged is the data of the event of that name: what the buy box shows, or what it won with, has changed.
// SellerID is empty, and all that describes an offer is left out, if nobody offers the product any more. Score and
// what follows it came later to version 1, and are absent from events that are older; so are OfferID, SellerName and
// OfferCount, which came later still.
type BuyBoxChanged struct {
	ProductID    string        `json:"product_id"`
	Marketplace  string        `json:"marketplace"`
	OfferID      string        `json:"offer_id,omitempty"`
	SellerID     string        `json:"seller_id"`
	SellerName   string        `json:"seller_name,omitempty"`
	Price        *money.Amount `json:"price,omitempty"`
	Landed       *money.Amount `json:"landed,omitempty"`
	InStock      bool          `json:"in_stock"`
	OfferCount   int           `json:"offer_count,omitempty"` // that are not paused, the one shown included
	Version      int64         `json:"version"`
	Score        int64         `json:"score,omitempty"`         // 1 to MaxScore; absent is 0
	SellerRating int64         `json:"seller_rating,omitempty"` // hundredths of a star
	Fulfilment   string        `json:"fulfillment,omitempty"`
	DeliveryDays int64         `json:"delivery_days,omitempty"`
}
