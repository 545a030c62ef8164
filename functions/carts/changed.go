package carts

import (
	"time"

	"rialto/functions/internal/money"
)

// CartChanged is what a change of a cart put in and took out. An order that takes its lines out of the cart is none.
type CartChanged struct {
	CartID      string          `json:"cart_id"`
	CustomerID  string          `json:"customer_id"` // whose cart it is, a guest's id among them
	Marketplace string          `json:"marketplace"`
	ChangedAt   time.Time       `json:"changed_at"`
	Version     int64           `json:"version"`
	Lines       []CartLineDelta `json:"lines"`
}

// CartLineDelta is how many units of an offer came, below 0 how many went.
type CartLineDelta struct {
	ProductID string       `json:"product_id"`
	SellerID  string       `json:"seller_id"`
	Units     int64        `json:"units"`
	UnitPrice money.Amount `json:"unit_price"` // as the cart shows it
}

// Changed compares a cart with what it was before, and tells whether anything came or went. A cart that a guest's was merged
// into gains its lines; one that is closed for that loses none.
func (c Cart) Changed(before Cart) (CartChanged, bool) {
	e := CartChanged{CartID: c.ID, CustomerID: c.OwnerID, Marketplace: c.Marketplace, ChangedAt: c.UpdatedAt, Version: c.Version}
	ordered := len(c.Lines) == 0 && c.UpdatedAt.Equal(before.UpdatedAt) // it leaves the time of the last change alone
	if c.State != Open || c.Version == before.Version || ordered {
		return e, false
	}
	note := func(l Line, units int64) {
		if units != 0 {
			e.Lines = append(e.Lines, CartLineDelta{l.ProductID, l.SellerID, units, l.UnitPrice})
		}
	}
	for _, l := range c.Lines {
		units := l.Quantity
		if i := before.find(l.ID()); i >= 0 {
			units -= before.Lines[i].Quantity
		}
		note(l, units)
	}
	for _, l := range before.Lines {
		if c.find(l.ID()) < 0 {
			note(l, -l.Quantity)
		}
	}
	return e, len(e.Lines) > 0
}
