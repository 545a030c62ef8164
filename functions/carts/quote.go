package carts

import (
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/promotions"
)

// Quote is what a cart costs, and the stock that it can ship from, at one moment: what a checkout is made of. Where
// it does ship from is planned when the destination is known too.
type Quote struct {
	CartID      string            `json:"cart_id"`
	CartVersion int64             `json:"cart_version"`
	Marketplace string            `json:"marketplace"`
	Currency    string            `json:"currency"`
	Lines       []QuotedLine      `json:"lines"`
	Items       money.Amount      `json:"items"`
	Shipping    money.Amount      `json:"shipping"` // the sellers' own
	Stock       []inventory.Stock `json:"stock"`
	// Coupon is what the cart's coupon asks of its redemption, and Discount what it takes off Items; both are left out
	// without one.
	Coupon   *promotions.Terms `json:"coupon,omitempty"`
	Discount money.Amount      `json:"discount,omitzero"`
}

// QuotedLine is one priced line. Amount is UnitPrice x Quantity.
type QuotedLine struct {
	Line       string       `json:"line"` // "<product_id>#<seller_id>"
	ProductID  string       `json:"product_id"`
	SellerID   string       `json:"seller_id"`
	SellerName string       `json:"seller_name"`
	Title      string       `json:"title"`
	Quantity   int64        `json:"quantity"`
	UnitPrice  money.Amount `json:"unit_price"`
	Amount     money.Amount `json:"amount"`
	Discount   money.Amount `json:"discount,omitzero"` // off Amount
	Category   string       `json:"category"`          // the product's category id, for tax
	// Fulfilment is offers.BySeller where the seller ships, and empty where Rialto does.
	Fulfilment string `json:"fulfillment,omitempty"`
}

// Wants lists what the quote's lines take from stock.
func (q Quote) Wants() []inventory.Want {
	var wants []inventory.Want
	for _, l := range q.Lines {
		wants = append(wants, inventory.Want{Line: l.Line, SKU: inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID}, Quantity: l.Quantity})
	}
	return wants
}
