package main

import (
	"context"

	"rialto/functions/catalog/catalogstore"
	"rialto/functions/offers/offersstore"
	"rialto/functions/sellers"
)

// listed finds what sellers call by a sku: what they offer under it or, where they offer nothing yet, the product that
// they listed by it alone.
type listed struct {
	offers   *offersstore.Store
	products *catalogstore.Store
}

func (l listed) Products(ctx context.Context, sellerID, marketplace string, skus ...string) (map[string]string, error) {
	found, err := l.offers.ProductsOf(ctx, sellerID, marketplace, skus...)
	if err != nil {
		return nil, err
	}
	own := map[string]string{}
	var wanted []string
	for _, sku := range skus {
		if found[sku] == "" {
			own[sku] = sellers.OwnProduct(sellerID, sku)
			wanted = append(wanted, own[sku])
		}
	}
	if len(wanted) == 0 {
		return found, nil
	}
	known, err := l.products.Known(ctx, wanted...)
	for sku, product := range own {
		if known[product] {
			found[sku] = product
		}
	}
	return found, err
}
