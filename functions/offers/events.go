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

// BuyBoxChanged is the data of the event of that name: what the buy box shows has changed. SellerID is empty,
// and the amounts are left out, if nobody offers the product any more.
type BuyBoxChanged struct {
	ProductID   string        `json:"product_id"`
	Marketplace string        `json:"marketplace"`
	SellerID    string        `json:"seller_id"`
	Price       *money.Amount `json:"price,omitempty"`
	Landed      *money.Amount `json:"landed,omitempty"`
	InStock     bool          `json:"in_stock"`
	Version     int64         `json:"version"`
}
