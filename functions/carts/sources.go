package carts

import (
	"cmp"
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/inventory"
	"rialto/functions/offers"
	"rialto/functions/promotions"
)

// Sources say what is true now of a cart's lines and of its coupon.
type Sources struct {
	AtOnce   int // how many are asked together; 0 is all
	Offers   Offers
	Products Products
	Stock    Stock
	Coupons  Coupons
}

// Offers reads offers; one that there is not is left out.
type Offers interface {
	GetMany(ctx context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error)
}

// Products reads products; one that there is not is left out.
type Products interface {
	GetMany(ctx context.Context, ids ...string) (map[string]catalog.Product, error)
}

// Stock reads skus' units in all centres.
type Stock interface {
	Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error)
}

// Coupons reads a coupon. Errors: promotions.ErrInvalid if there is none.
type Coupons interface {
	Coupon(ctx context.Context, r promotions.Ref) (promotions.Coupon, error)
}

// current is what the sources say.
type current struct {
	offers map[string]CurrentOffer // by line id
	stock  []inventory.Stock       // that may be sold in the cart's marketplace
	coupon *promotions.Coupon      // nil if the cart has none, or if there is none of its code
}

// read asks the sources in one round of parallel reads.
func (s Sources) read(ctx context.Context, c Cart) (current, error) {
	if len(c.Lines) == 0 {
		coupon, err := s.coupon(ctx, c)
		return current{coupon: coupon}, err
	}
	var keys []offers.Key
	var productIDs []string
	var skus []inventory.SKU
	for _, l := range c.Lines {
		keys = append(keys, offers.Key{ProductID: l.ProductID, Marketplace: c.Marketplace, SellerID: l.SellerID})
		productIDs = append(productIDs, l.ProductID)
		skus = append(skus, inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID})
	}
	var found map[offers.Key]offers.Offer
	var products map[string]catalog.Product
	cur := current{offers: map[string]CurrentOffer{}}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(cmp.Or(s.AtOnce, -1))
	g.Go(func() (err error) { found, err = s.Offers.GetMany(gctx, keys...); return err })
	g.Go(func() (err error) { products, err = s.Products.GetMany(gctx, productIDs...); return err })
	g.Go(func() (err error) { cur.stock, err = s.Stock.Stock(gctx, skus...); return err })
	g.Go(func() (err error) { cur.coupon, err = s.coupon(gctx, c); return err })
	if err := g.Wait(); err != nil {
		return current{}, err
	}
	cur.stock = inventory.Reaching(cur.stock, c.Marketplace)
	available := map[inventory.SKU]int64{}
	for _, st := range cur.stock {
		available[st.SKU] += st.Available
	}
	for i, l := range c.Lines {
		o, offered := found[keys[i]]
		p, described := products[l.ProductID]
		cur.offers[l.ID()] = CurrentOffer{Offer: o, Product: p, Available: available[skus[i]],
			ForSale: offered && described && o.OnSale() && p.Offerable() == nil}
	}
	return cur, nil
}

// coupon reads a cart's coupon, if it has one.
func (s Sources) coupon(ctx context.Context, c Cart) (*promotions.Coupon, error) {
	if c.Coupon == "" {
		return nil, nil
	}
	found, err := s.Coupons.Coupon(ctx, promotions.Ref{Marketplace: c.Marketplace, Code: c.Coupon})
	if errors.Is(err, promotions.ErrInvalid) {
		return nil, nil
	}
	return &found, err
}
