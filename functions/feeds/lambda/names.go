package main

import (
	"context"
	"maps"
	"slices"

	"rialto/functions/catalog"
	"rialto/functions/feeds"
	"rialto/functions/offers/offersstore"
)

// names finds what sellers offer under a sku, and which product has a GTIN.
type names struct {
	offers  *offersstore.Store
	catalog catalog.Identities
}

// Products finds what is named by a sku among the seller's offers, and else among the products that the seller listed, and
// what is named by a GTIN in the catalog.
func (n names) Products(ctx context.Context, sellerID, marketplace string, list ...feeds.Name) (map[feeds.Name]string, error) {
	var skus, gtins []string
	for _, name := range list {
		if name.GTIN != "" {
			gtins = append(gtins, name.GTIN)
		} else {
			skus = append(skus, name.SKU)
		}
	}
	out := map[feeds.Name]string{}
	if len(skus) > 0 {
		found, err := n.offers.ProductsOf(ctx, sellerID, marketplace, skus...)
		if err != nil {
			return nil, err
		}
		skus = slices.DeleteFunc(skus, func(sku string) bool { return found[sku] != "" })
		listed, err := catalog.ProductsBySKU(ctx, n.catalog, sellerID, skus...)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, listed)
		for sku, product := range found {
			out[feeds.Name{SKU: sku}] = product
		}
	}
	found, err := catalog.ProductsByGTIN(ctx, n.catalog, gtins...)
	for gtin, product := range found {
		out[feeds.Name{GTIN: gtin}] = product
	}
	return out, err
}
