package cartsapi

import (
	"cmp"

	"rialto/functions/carts"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/offers"
)

// Cart is a cart as it is shown.
type Cart struct {
	CartID      string    `json:"cart_id"`
	Marketplace string    `json:"marketplace"`
	Version     int64     `json:"version"`
	Lines       []Line    `json:"lines"`
	Coupons     []Coupon  `json:"coupons" doc:"One at most"`
	Breakdown   Breakdown `json:"breakdown"`
}

// Line is one offer in it.
type Line struct {
	ProductID  string        `json:"product_id"`
	SellerID   string        `json:"seller_id"`
	SellerName string        `json:"seller_name"`
	Title      string        `json:"title"`
	Condition  string        `json:"condition" enum:"new,used,refurbished"`
	Quantity   int64         `json:"quantity"`
	UnitPrice  money.Amount  `json:"unit_price"`
	Amount     money.Amount  `json:"amount" doc:"unit_price x quantity"`
	Was        *money.Amount `json:"was,omitempty" doc:"The price that the cart showed last, if it is another"`
	// Status is gone for what is no longer for sale, which is not in the breakdown.
	Status string `json:"status" enum:"available,short,gone,unchecked" doc:"short: fewer than wanted; gone: not for sale; unchecked: not asked"`
}

// Coupon is a coupon in the cart.
type Coupon struct {
	Code     string       `json:"code"`
	Discount money.Amount `json:"discount"`
	// Status does not say that the coupon is used up: that is known at checkout only.
	Status string `json:"status" enum:"applied,coupon_invalid,coupon_not_applicable" doc:"Why it takes nothing off; checkout fails with that code"`
}

// Breakdown is what the cart costs before tax, which checkout adds.
type Breakdown struct {
	Units    int64        `json:"units"`
	Items    money.Amount `json:"items"`
	Discount money.Amount `json:"discount" doc:"What coupons take off the items"`
	Shipping money.Amount `json:"shipping" doc:"The sellers' own; the delivery option is added at checkout"`
	Total    money.Amount `json:"total" doc:"items - discount + shipping, without tax"`
}

func body(v carts.View) Cart {
	b := v.Breakdown
	out := Cart{CartID: v.Cart.ID, Marketplace: v.Cart.Marketplace, Version: v.Cart.Version, Lines: []Line{}, Coupons: []Coupon{},
		Breakdown: Breakdown{b.Units, b.Items, b.Discount, b.Shipping, b.Total}}
	if v.Cart.Coupon != "" {
		c := Coupon{v.Cart.Coupon, b.Discount, "applied"}
		if v.Refused != nil {
			c.Status = fault.Code(v.Refused)
		}
		out.Coupons = append(out.Coupons, c)
	}
	for _, l := range v.Lines {
		out.Lines = append(out.Lines, Line{l.ProductID, l.SellerID, l.SellerName, l.Title, cmp.Or(l.Condition, offers.New), l.Quantity,
			l.UnitPrice, l.Amount, l.Was, status(l)})
	}
	return out
}

func status(l carts.ViewLine) string {
	switch {
	case l.Gone:
		return "gone"
	case l.Available < 0:
		return "unchecked"
	case l.Available < l.Quantity:
		return "short"
	}
	return "available"
}
