package accounts

import (
	"context"

	"rialto/functions/carts"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// Baskets put what somebody wants into their cart.
type Baskets interface {
	AddAll(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, g carts.Guard, all []carts.Wanted) (carts.Cart, []carts.Put, error)
}

// Again is a line of an order that is wanted once more, and what became of that.
type Again struct {
	orders.Line
	carts.Put
}

// BuyAgain puts the lines of a customer's order into their cart of its marketplace, as far as they can be bought now, at today's
// prices, and says of each how much that was and why not the rest. A repetition with the key changes nothing. Errors:
// orders.ErrNotFound, those of carts.Service.AddAll.
func (s *Service) BuyAgain(ctx context.Context, o carts.Owner, key, orderID string) (carts.Cart, []Again, error) {
	order, found, err := s.Orders.Get(ctx, orderID)
	if err == nil && (!found || order.CustomerID != o.ID) {
		err = orders.ErrNotFound
	}
	if err != nil {
		return carts.Cart{}, nil, err
	}
	m, err := marketplaces.Lookup(order.Marketplace)
	if err != nil {
		return carts.Cart{}, nil, err
	}
	var all []carts.Wanted
	for _, l := range order.Lines {
		all = append(all, carts.Wanted{ProductID: l.ProductID, SellerID: l.SellerID, Quantity: l.Quantity})
	}
	c, put, err := s.Baskets.AddAll(ctx, o, m, carts.Guard{Key: key}, all)
	if err != nil {
		return carts.Cart{}, nil, err
	}
	out := make([]Again, len(put))
	for i, p := range put {
		out[i] = Again{order.Lines[i], p}
	}
	return c, out, nil
}
