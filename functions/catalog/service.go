package catalog

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"rialto/functions/marketplaces"
)

// Service is what shoppers read.
type Service struct {
	Products   Products
	Categories Categories
	BuyBoxes   BuyBoxes
	Variants   Variants
}

// Listing is a product with the buy box of one marketplace, the zero BuyBox if none is known.
type Listing struct {
	Product Product
	BuyBox  BuyBox
	// Variants are, of a page, the first of its parent's, and NextVariant is where the others begin, "" for none.
	Variants    []VariantListing
	NextVariant string
}

// Product returns a product page's content: two reads, in parallel, and of what has variants two rounds more. Whether it is in
// stock is what the buy box says. Errors: unknown_marketplace, product_not_found.
func (s *Service) Product(ctx context.Context, id, marketplace string) (Listing, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return Listing{}, err
	}
	var l Listing
	g, both := errgroup.WithContext(ctx)
	g.Go(func() (err error) { l.Product, err = s.Products.Get(both, id); return err })
	g.Go(func() (err error) { l.BuyBox, err = s.BuyBoxes.BuyBox(both, id, m.Code); return err })
	if err := g.Wait(); err != nil {
		return Listing{}, err
	}
	if l.Product.Withheld != "" {
		return Listing{}, ErrProductNotFound
	}
	l.Variants, l.NextVariant, err = s.variants(ctx, l.Product, m, "", maxShown)
	return l, err
}

// Tree returns all categories: those that stand, and the built-in ones in which nothing is listed yet.
func (s *Service) Tree(ctx context.Context) ([]Node, error) {
	list, err := s.Categories.Categories(ctx)
	if err != nil {
		return nil, err
	}
	standing := map[string]bool{}
	for _, c := range list {
		standing[c.ID] = true
	}
	for _, c := range BuiltIn() {
		if !standing[c.ID] {
			list = append(list, c)
		}
	}
	return Tree(list), nil
}

// Browse returns a page of the products that are listed in exactly that category, and where the next begins
// ("" on the last). The order is stable and means nothing; sorting is the search's. Errors:
// unknown_marketplace, category_not_found, invalid_cursor for an after that no page gave.
func (s *Service) Browse(ctx context.Context, category, marketplace, after string, limit int) ([]Listing, string, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return nil, "", err
	}
	var products []Product
	var next string
	g, each := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := s.Categories.Category(each, category)
		if _, built := taxonomy()[category]; built && errors.Is(err, ErrCategoryNotFound) {
			return nil
		}
		return err
	})
	g.Go(func() (err error) { products, next, err = s.Products.Page(each, category, after, limit); return err })
	if err := g.Wait(); err != nil {
		return nil, "", err
	}
	products = slices.DeleteFunc(products, func(p Product) bool { return p.Withheld != "" })
	var ids []string
	for _, p := range products {
		ids = append(ids, p.ID)
	}
	boxes, err := s.BuyBoxes.BuyBoxes(ctx, m.Code, ids...)
	if err != nil {
		return nil, "", err
	}
	list := make([]Listing, 0, len(products))
	for _, p := range products {
		list = append(list, Listing{Product: p, BuyBox: boxes[p.ID]})
	}
	return list, next, nil
}
