package offers

import "time"

// BuyBox is the offer that a product shows in a marketplace. The zero BuyBox is one that was never decided.
type BuyBox struct {
	ProductID   string    `json:"product_id"`
	Marketplace string    `json:"marketplace"`
	Offer       Offer     `json:"offer"`    // the zero Offer if nobody sells the product
	InStock     bool      `json:"in_stock"` // false: nobody has it, and Offer is the one to show
	Version     int64     `json:"version"`  // from 1
	DecidedAt   time.Time `json:"decided_at"`
	Offers      int       `json:"offers"` // how many offers are not paused, the winner's included
	// What the offer won with beside its price. All are 0 of a box that was decided before they were kept.
	Score        int64 `json:"score"`         // 0 to MaxScore
	Rating       int64 `json:"rating"`        // the seller's, in hundredths of a star, as it counted
	DeliveryDays int64 `json:"delivery_days"` // what the offer promises
	// Turns is when the price of an offer of the product is another, so that the box is to be decided anew; zero for never.
	Turns time.Time `json:"turns,omitzero"`
}

// Empty tells whether there is no offer to show.
func (b BuyBox) Empty() bool { return b.Offer.SellerID == "" }

// Is tells whether a stored buy box says what the decision says.
func (b BuyBox) Is(d Decision) bool {
	return b.Offer.Same(d.Offer) && b.Offer.Version == d.Offer.Version && b.InStock == d.InStock && b.Offers == d.Offers &&
		b.Score == d.Score && b.Rating == d.Rating && b.DeliveryDays == d.DeliveryDays && b.Turns.Equal(d.Turns)
}
