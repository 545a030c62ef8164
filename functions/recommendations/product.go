package recommendations

import (
	"slices"
	"strings"

	"rialto/functions/catalog"
	"rialto/functions/marketplaces"
)

// Product is a product as a shelf shows it, read from the tables.
type Product struct {
	catalog.Product
	BuyBox catalog.BuyBox
}

// Facts are what a ranker has to know of a product.
type Facts struct {
	Category string `json:"category,omitempty"`
	Brand    string `json:"brand,omitempty"`
	Price    int64  `json:"price,omitempty"`   // minor units, 0 if nobody offers it
	Rating   int64  `json:"rating,omitempty"`  // hundredths of a star, 0 for none
	Reviews  int64  `json:"reviews,omitempty"` // how many
	InStock  bool   `json:"in_stock,omitempty"`
}

// facts of a product that the tables tell. They do not have its rating.
func (p Product) facts() Facts {
	return Facts{Category: p.CategoryID, Brand: p.Brand, Price: p.BuyBox.Price.Minor, InStock: p.BuyBox.InStock}
}

// buyable tells whether anybody can buy the product now, and may be shown it.
func (p Product) buyable() bool {
	return p.ID != "" && p.Offerable() == nil && !p.BuyBox.Empty() && p.BuyBox.InStock
}

// group is what may stand on a shelf once: a product with all its variants.
func (p Product) group() string {
	if p.ParentID != "" {
		return p.ParentID
	}
	return p.ID
}

// adultCategories are ids of categories for adults alone, by words of the Google product taxonomy (version 2021-09-21, 772 Mature)
// and those that shops have for the same.
var adultCategories = []string{"mature", "erotic", "adult", "adult-toys", "sexual-wellness"}

// adult tells whether a product is for adults alone: by its category, or by the attribute adult of the Google Merchant Center's
// product data (support.google.com/merchants/answer/6324508).
func (p Product) adult() bool {
	said := strings.ToLower(p.Attributes["adult"])
	return said == "yes" || said == "true" ||
		slices.ContainsFunc(append([]string{p.CategoryID}, p.CategoryPath...), func(c string) bool { return slices.Contains(adultCategories, c) })
}

// market returns a marketplace, or unknown_marketplace.
func market(code string) (string, error) {
	m, err := marketplaces.Lookup(code)
	return m.Code, err
}
