package carts

import (
	"context"
	"fmt"
	"strconv"

	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// Wanted is units of an offer that somebody wants in the cart, together with others.
type Wanted struct {
	ProductID, SellerID string
	Quantity            int64
}

// Put is what became of what was wanted: Quantity units are in the cart for it, each at UnitPrice, and the rest are not, for the
// reason that Code says: "" where all are, offer_not_for_sale, out_of_stock, quantity_limited by its seller, quantity_too_large for a
// line, too_many_lines for a cart.
type Put struct {
	Wanted    Wanted
	Quantity  int64
	UnitPrice money.Amount // none without a currency
	Code      string
}

// AddAll puts what can be bought of some offers into the cart in one change, on top of what is there, at today's prices, and says of
// each how much it put and why not the rest. A repetition changes nothing, and says how much of each the cart has by now. Errors:
// ErrMerged, ErrStale, ErrGuarded, ErrKeyReused.
func (s *Service) AddAll(ctx context.Context, o Owner, m marketplaces.Marketplace, g Guard, all []Wanted) (Cart, []Put, error) {
	asked, of := []string{"add all"}, Cart{Marketplace: m.Code}
	for _, w := range all {
		asked = append(asked, LineID(w.ProductID, w.SellerID), strconv.FormatInt(w.Quantity, 10))
		of.Lines = append(of.Lines, Line{ProductID: w.ProductID, SellerID: w.SellerID, Quantity: w.Quantity, AddedAt: s.Now().UTC()})
	}
	cur, err := s.read(ctx, of)
	if err != nil {
		return Cart{}, nil, err
	}
	var out []Put
	c, err := s.change(ctx, o, m, g.asking(asked...), func(c *Cart) error {
		out = nil
		for i, w := range all {
			p := Put{Wanted: w}
			room, code := c.room(of.Lines[i].ID(), cur.offers[of.Lines[i].ID()])
			if p.Quantity = min(w.Quantity, room); p.Quantity < w.Quantity {
				p.Code = code
			}
			if p.Quantity > 0 {
				l := of.Lines[i].seenAs(cur.offers[of.Lines[i].ID()])
				l.Quantity, p.UnitPrice = p.Quantity, l.UnitPrice
				if err := c.Add(l); err != nil {
					return fmt.Errorf("add %s: %w", l.ID(), err)
				}
			}
			out = append(out, p)
		}
		return nil
	})
	if err == nil && out == nil {
		out = c.has(all, cur)
	}
	return c, out, err
}

// room is how many more units of an offer a cart may hold, and what bounds them.
func (c *Cart) room(lineID string, f CurrentOffer) (units int64, code string) {
	var there int64
	i := c.find(lineID)
	if i >= 0 {
		there = c.Lines[i].Quantity
	}
	switch {
	case c.State != Open:
		return 1, "" // which Add refuses
	case !f.ForSale:
		return 0, "offer_not_for_sale"
	case i < 0 && len(c.Lines) >= MaxLines:
		return 0, ErrTooManyLines.Code
	}
	units, code = f.Available, "out_of_stock"
	if most := f.Offer.MaxPerOrder; most > 0 && most < units {
		units, code = most, errLimited.Code
	}
	if units > MaxQuantity {
		units, code = MaxQuantity, ErrTooMany.Code
	}
	return max(0, units-there), code
}

// has says how much of what was wanted a cart has.
func (c *Cart) has(all []Wanted, cur current) (out []Put) {
	for _, w := range all {
		p, id := Put{Wanted: w}, LineID(w.ProductID, w.SellerID)
		if i := c.find(id); i >= 0 {
			p.Quantity, p.UnitPrice = min(w.Quantity, c.Lines[i].Quantity), c.Lines[i].UnitPrice
		}
		if p.Quantity < w.Quantity {
			_, p.Code = c.room(id, cur.offers[id])
		}
		out = append(out, p)
	}
	return out
}
