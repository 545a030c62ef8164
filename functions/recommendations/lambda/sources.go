package main

import (
	"context"
	"math/rand/v2"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
	"rialto/functions/recommendations"
	"rialto/functions/search/searchstore"
)

// sources are the tables that a snapshot of the catalog is taken of.
func sources(s *settings.Settings) []recommendations.CatalogSource {
	db := store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)
	return []recommendations.CatalogSource{
		{Name: "products", Page: lines(catalogstore.ProductScan{DB: db}.Whole, productLine)},
		{Name: "offers", Page: lines(catalogstore.BuyBoxScan{DB: db}.BuyBoxes, offerLine)},
		{Name: "descriptions", Page: lines(searchstore.Scan{DB: db}.Descriptions, descriptionLine)},
	}
}

// lines makes of pages of a table the lines of a snapshot; what it returns nil of is left out.
func lines[T any](page func(ctx context.Context, part, parts int, after string) ([]T, string, error), line func(T) any) func(
	context.Context, int, int, string) ([]any, string, error) {
	return func(ctx context.Context, part, parts int, after string) (out []any, next string, err error) {
		list, next, err := page(ctx, part, parts, after)
		for _, x := range list {
			if l := line(x); l != nil {
				out = append(out, l)
			}
		}
		return out, next, err
	}
}

// productLine is a product that can be offered.
func productLine(p catalog.Product) any {
	if p.Offerable() != nil {
		return nil
	}
	return recommendations.CatalogProduct{ProductID: p.ID, Title: p.Title, Brand: p.Brand, Category: p.CategoryID, Path: p.CategoryPath,
		UpdatedAt: p.UpdatedAt}
}

func offerLine(b catalog.BuyBox) any {
	if b.Empty() {
		return nil
	}
	return recommendations.CatalogOffer{ProductID: b.ProductID, Marketplace: b.Marketplace, Price: b.Price.Minor, InBuyBox: b.InStock}
}

func descriptionLine(d searchstore.Description) any {
	if d.Meant.ProductID != "" {
		return recommendations.CatalogDescription{ProductID: d.Meant.ProductID, Meaning: d.Meant.Vector.Bytes()}
	}
	return recommendations.CatalogDescription{ProductID: d.Rating.ProductID, Rating: d.Rating.Mean, Reviews: d.Rating.Reviews}
}
