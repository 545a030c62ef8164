package carts

import (
	"context"
	"errors"

	"rialto/functions/internal/ids"
	"rialto/functions/marketplaces"
)

// ExchangeOf names a return of an order.
type ExchangeOf struct {
	OrderID  string `json:"order_id"`
	ReturnID string `json:"return_id"`
}

// CartID is the id of the cart of what is wanted in exchange for a return.
func (x ExchangeOf) CartID() string { return ids.Derive(ids.Cart, "exchange", x.OrderID, x.ReturnID) }

// Apart makes a cart of its own with what its owner wants in exchange for a return, at today's price, or returns the one that there
// is, whatever is wanted now. Its lines never change: it is looked at by a quote, and leaves by a checkout, which takes them out
// once, so that a return is exchanged once. Errors: offer_unavailable, quantity_limited, item_unavailable.
func (s *Service) Apart(ctx context.Context, o Owner, m marketplaces.Marketplace, x ExchangeOf, w Wanted) (Cart, error) {
	if c, there, err := s.Store.Get(ctx, x.CartID()); err != nil || there {
		return c, err
	}
	now := s.Now().UTC()
	l := Line{ProductID: w.ProductID, SellerID: w.SellerID, Quantity: w.Quantity, AddedAt: now}
	c := Cart{ID: x.CartID(), OwnerID: o.ID, Guest: o.Guest, Marketplace: m.Code, State: Open, ExchangeOf: &x, Lines: []Line{l}, UpdatedAt: now}
	cur, err := s.read(ctx, c)
	if err != nil {
		return Cart{}, err
	}
	c.Lines[0] = l.seenAs(cur.offers[l.ID()])
	if _, err := quoteOf(c, m.Currency, cur, now); err != nil {
		return Cart{}, err
	}
	saved, err := s.Store.Save(ctx, c)
	if errors.Is(err, ErrStale) { // the same was asked for at the same time
		saved, _, err = s.Store.Get(ctx, c.ID)
	}
	return saved, err
}
