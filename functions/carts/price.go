package carts

import (
	"slices"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/money"
	"rialto/functions/offers"
	"rialto/functions/promotions"
)

// View is a cart as it is shown: every line priced, and what they sum to. Tax is known to a quote of its checkout, and to that.
type View struct {
	Cart      Cart
	Lines     []ViewLine
	Breakdown Breakdown
	// Refused says why the cart's coupon takes nothing off, nil if it does or there is none.
	Refused error
}

// ViewLine is a line with its total and what changed since it was last shown.
type ViewLine struct {
	Line
	Amount    money.Amount // UnitPrice x Quantity
	Discount  money.Amount // the line's part of what the coupon takes off; none without a currency
	Available int64        // units in stock for the marketplace, -1 if it was not asked
	Gone      bool         // the offer is no longer for sale
	Was       *money.Amount
}

// Breakdown is what a cart costs. Total is Items - Discount + Shipping and has no tax.
type Breakdown struct {
	Items, Discount, Shipping, Total money.Amount
	Units                            int64
}

// CurrentOffer is what is known of an offer now.
type CurrentOffer struct {
	Offer     offers.Offer
	Product   catalog.Product
	ForSale   bool // there is such an offer, and it is not paused
	Available int64
}

// Price shows a cart with what is known of its offers; a line that nothing is known of keeps what was last seen.
func Price(c Cart, currency string, known map[string]CurrentOffer) (View, error) {
	none := money.Zero(currency)
	v := View{Cart: c, Breakdown: Breakdown{Items: none, Discount: none, Shipping: none, Total: none}}
	for _, l := range c.Lines {
		vl := ViewLine{Line: l, Available: -1}
		if f, ok := known[l.ID()]; ok {
			vl.Gone, vl.Available = !f.ForSale, f.Available
			if f.ForSale {
				vl.Line = l.seenAs(f)
				if vl.UnitPrice != l.UnitPrice {
					vl.Was = &l.UnitPrice
				}
			}
		}
		var err error
		if vl.Amount, err = vl.UnitPrice.Times(vl.Quantity); err != nil {
			return View{}, err
		}
		if !vl.Gone {
			if err := v.Breakdown.add(vl); err != nil {
				return View{}, err
			}
		}
		v.Lines = append(v.Lines, vl)
	}
	return v, nil
}

func (b *Breakdown) add(l ViewLine) error {
	shipping, err := l.Line.Shipping.Times(l.Quantity)
	if err != nil {
		return err
	}
	if b.Items, err = b.Items.Add(l.Amount); err != nil {
		return err
	}
	if b.Shipping, err = b.Shipping.Add(shipping); err != nil {
		return err
	}
	b.Units += l.Quantity
	b.Total, err = b.Items.Add(b.Shipping)
	return err
}

// redeem takes a coupon's discount off the lines that are for sale, and that it is for; coupon is nil if there is none of the cart's code.
// Errors: coupon_invalid, coupon_not_applicable.
func (v *View) redeem(coupon *promotions.Coupon, now time.Time) error {
	if coupon == nil {
		return promotions.ErrInvalid
	}
	var amounts []money.Amount
	var at []int
	for i, l := range v.Lines {
		if !l.Gone && coupon.For(l.SellerID) {
			amounts, at = append(amounts, l.Amount), append(at, i)
		}
	}
	off, of, err := coupon.Discount(amounts, now)
	if err != nil {
		return err
	}
	for i, n := range at {
		v.Lines[n].Discount = of[i]
	}
	v.Breakdown.Discount = off
	v.Breakdown.Total, err = v.Breakdown.Total.Sub(off)
	return err
}

// seenAs is the line with what is known of its offer now.
func (l Line) seenAs(f CurrentOffer) Line {
	l.Title, l.SellerName, l.Condition, l.UnitPrice, l.Shipping = f.Product.Title, f.Offer.SellerName, f.Offer.Condition, f.Offer.Price, f.Offer.Shipping
	return l
}

// landed is what one unit costs with its shipping.
func (l Line) landed() (money.Amount, error) { return l.UnitPrice.Add(l.Shipping) }

// shown is the cart as its shopper has seen it once it is shown with what is known, and whether a price is another than
// the one that was shown last.
func (c Cart) shown(known map[string]CurrentOffer) (Cart, bool) {
	c.Lines = slices.Clone(c.Lines)
	changed := false
	for i, l := range c.Lines {
		if f, ok := known[l.ID()]; ok && f.ForSale {
			c.Lines[i] = l.seenAs(f)
			changed = changed || c.Lines[i].UnitPrice != l.UnitPrice || c.Lines[i].Shipping != l.Shipping
		}
	}
	return c, changed
}
