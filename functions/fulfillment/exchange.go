package fulfillment

import (
	"context"
	"slices"

	"rialto/functions/carts"
	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// Exchange is what a shopper wants for what is sent back, as many units of it. It is bought as anything else is: it lies in a cart of
// its own, and whoever checks that out pays today's price. The return gives back what was paid, whether or not that ever happens.
type Exchange struct {
	ProductID string `dynamodbav:"product_id"`
	SellerID  string `dynamodbav:"seller_id"`
	// UnitPrice is what a unit cost when it was asked for, and CartID the cart of it.
	UnitPrice money.Amount `dynamodbav:"unit_price"`
	CartID    string       `dynamodbav:"cart_id"`
}

// wanted is what is asked for: the rest follows from it.
func (x *Exchange) wanted() Exchange {
	if x == nil {
		return Exchange{}
	}
	return Exchange{ProductID: x.ProductID, SellerID: x.SellerID}
}

// Baskets make the carts of exchanges.
type Baskets interface {
	Apart(ctx context.Context, o carts.Owner, m marketplaces.Marketplace, x carts.ExchangeOf, w carts.Wanted) (carts.Cart, error)
}

// Products reads products; one that there is not is left out.
type Products interface {
	GetMany(ctx context.Context, ids ...string) (map[string]catalog.Product, error)
}

// ErrExchangeUnavailable refuses to exchange for what cannot be bought just now: it may be sent back all the same.
var ErrExchangeUnavailable = fault.New(fault.Conflict, "exchange_unavailable", "what is wanted in exchange cannot be bought so often just now")

// exchanging is a request with what is left to default: the same product, of the same seller.
func (q ReturnRequest) exchanging(r Return) ReturnRequest {
	if q.Exchange != nil && len(r.Lines) > 0 {
		x := q.Exchange.wanted()
		if x.ProductID == "" {
			x.ProductID = r.Lines[0].ProductID
		}
		if x.SellerID == "" {
			x.SellerID = r.SellerID
		}
		q.Exchange = &x
	}
	return q
}

// exchange puts what is wanted for a return into a cart of its own. Errors: invalid_return unless it is another variant of the one
// line's product, or that again; ErrExchangeUnavailable; ErrKeyReused, if the cart has something else.
func (s *ReturnService) exchange(ctx context.Context, o orders.Order, r *Return, who carts.Owner, x Exchange) error {
	var f returnFlaws
	f.unless(len(r.Lines) == 1, "/lines", "too_many", "must be one line where it is exchanged")
	products, err := s.Products.GetMany(ctx, r.Lines[0].ProductID, x.ProductID)
	if err != nil {
		return err
	}
	was, now := products[r.Lines[0].ProductID], products[x.ProductID]
	f.unless(x.ProductID == r.Lines[0].ProductID || was.ParentID != "" && now.ParentID == was.ParentID, "/exchange/product_id", "not_a_variant",
		"must be the product that is sent back, or another variant of it")
	if err := f.fault(); err != nil {
		return err
	}
	m, err := marketplaces.Lookup(o.Marketplace)
	if err != nil {
		return err
	}
	want := carts.Wanted{ProductID: x.ProductID, SellerID: x.SellerID, Quantity: r.Lines[0].Quantity}
	c, err := s.Baskets.Apart(ctx, who, m, carts.ExchangeOf{OrderID: o.ID, ReturnID: r.ID}, want)
	if err != nil {
		if fault.Of(err).Kind == fault.Conflict {
			return ErrExchangeUnavailable.With(fault.Field{Pointer: "/exchange", Code: fault.Code(err), Message: fault.Of(err).Message})
		}
		return err
	}
	n := slices.IndexFunc(c.Lines, func(l carts.Line) bool {
		return l.ProductID == want.ProductID && l.SellerID == want.SellerID && l.Quantity == want.Quantity
	})
	if n < 0 {
		return ErrKeyReused
	}
	x.UnitPrice, x.CartID = c.Lines[n].UnitPrice, c.ID
	r.Exchange = &x
	return nil
}

// Exchanged notes which order was placed in exchange for a return. The same again changes nothing. Errors: return_not_found.
func (s *ReceivingService) Exchanged(ctx context.Context, of orders.ExchangeOf, by string) error {
	for {
		r, err := s.Returns.Return(ctx, of.OrderID, of.ReturnID)
		if err != nil || r.ExchangedBy == by {
			return err
		}
		was := r
		r.ExchangedBy = by // which is no change of its state, whose time others count from
		if saved, err := s.Returns.Resolve(ctx, was, r); err != nil || saved {
			return err
		}
	}
}
