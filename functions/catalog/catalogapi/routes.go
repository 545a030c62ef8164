// Package catalogapi is the catalog's part of the shopper API.
package catalogapi

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
)

// Catalog is the use cases.
type Catalog interface {
	Product(ctx context.Context, id, marketplace string) (catalog.Listing, error)
	VariantsOf(ctx context.Context, id, marketplace, after string, limit int) ([]catalog.VariantListing, string, error)
	Tree(ctx context.Context) ([]catalog.Node, error)
	Browse(ctx context.Context, category, marketplace, after string, limit int) ([]catalog.Listing, string, error)
}

// Routes lists the routes; c may be nil where only their description is wanted.
func Routes(c Catalog) []api.Route {
	h := handler{c}
	missing := []fault.Kind{fault.NotFound}
	return []api.Route{
		api.Handle(api.Route{ID: "getProduct", Method: http.MethodGet, Path: "/api/v1/products/{product_id}", Summary: "A product with its buy box",
			Context: "catalog", Access: api.Public,
			Also: []int{http.StatusNotModified}, Errors: missing}, h.product),
		api.Handle(api.Route{ID: "listVariants", Method: http.MethodGet, Path: "/api/v1/products/{product_id}/variants",
			Summary: "The variants of a product, or of the product that it is a variant of, by their values", Context: "catalog", Access: api.Public,
			Errors: missing}, h.variants),
		api.Handle(api.Route{ID: "listCategories", Method: http.MethodGet, Path: "/api/v1/categories", Summary: "The tree of categories",
			Context: "catalog", Access: api.Public}, h.tree),
		api.Handle(api.Route{ID: "listCategoryProducts", Method: http.MethodGet, Path: "/api/v1/categories/{category_id}/products",
			Summary: "The products of a category, in no special order", Context: "catalog", Access: api.Public,
			Errors: missing}, h.browse),
	}
}

type handler struct{ catalog Catalog }

// How old a product page may be, and how old the categories and what is in them: each twice, since a cache shows what it has for as long
// again while it asks (api.CachedFor). So a page's price is 20 seconds old at most.
const (
	pageAge     = 10 * time.Second
	categoryAge = time.Minute
)

type productInput struct {
	api.Marketplace
	ProductID   string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
	IfNoneMatch string `header:"If-None-Match" maxLength:"256" doc:"The ETag of a copy; 304 if it is still good"`
}

type productOutput struct {
	Status int
	api.ETag
	api.Cached
	Body ProductPage
}

func (h handler) product(ctx context.Context, in *productInput) (*productOutput, error) {
	l, err := h.catalog.Product(ctx, in.ProductID, in.Market)
	if err != nil {
		return nil, err
	}
	tag := tagOf(l, in.Market)
	out := &productOutput{ETag: api.ETag{Tag: tag}, Cached: api.CachedFor(pageAge, pageAge)}
	if matches(in.IfNoneMatch, tag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Body, err = page(l)
	return out, err
}

// tagOf is made of the versions of all records that a page is made of: two, and of each variant two.
func tagOf(l catalog.Listing, market string) string {
	tag := fmt.Sprintf("%s.%d.%d", market, l.Product.Version, l.BuyBox.Version)
	if len(l.Variants) > 0 {
		h := fnv.New64a()
		for _, v := range l.Variants {
			fmt.Fprintf(h, "%s.%d.%d ", v.ProductID, v.Version, v.BuyBox.Version)
		}
		tag += fmt.Sprintf(".%x", h.Sum64())
	}
	return `"` + tag + `"`
}

// matches compares weakly, as RFC 9110 (13.1.2) wants it of If-None-Match.
func matches(list, tag string) bool {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}

type variantsInput struct {
	api.Marketplace
	api.Page
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
}

type variantsOutput struct {
	api.Cached
	Body struct {
		Variants   []Variant `json:"variants"`
		NextCursor string    `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h handler) variants(ctx context.Context, in *variantsInput) (*variantsOutput, error) {
	out := &variantsOutput{Cached: api.CachedFor(pageAge, pageAge)}
	var err error
	out.Body.Variants, out.Body.NextCursor, err = api.ReadRows(in.Cursor, func(after string) ([]catalog.VariantListing, string, error) {
		return h.catalog.VariantsOf(ctx, in.ProductID, in.Market, after, in.Limit)
	}, variants)
	return out, err
}

type treeOutput struct {
	api.Cached
	Body struct {
		Categories []Category `json:"categories"`
	}
}

func (h handler) tree(ctx context.Context, _ *struct{}) (*treeOutput, error) {
	nodes, err := h.catalog.Tree(ctx)
	if err != nil {
		return nil, err
	}
	out := &treeOutput{Cached: api.CachedFor(categoryAge, categoryAge)}
	out.Vary = ""
	out.Body.Categories = categories(nodes)
	return out, nil
}

type browseInput struct {
	api.Marketplace
	api.Page
	CategoryID string `path:"category_id" pattern:"^[a-z0-9-]{1,64}$" patternDescription:"a category id"`
}

type browseOutput struct {
	api.Cached
	Body struct {
		Products   []Summary `json:"products"`
		NextCursor string    `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h handler) browse(ctx context.Context, in *browseInput) (*browseOutput, error) {
	out := &browseOutput{Cached: api.CachedFor(categoryAge, categoryAge)}
	var err error
	out.Body.Products, out.Body.NextCursor, err = api.ReadRows(in.Cursor, func(after string) ([]catalog.Listing, string, error) {
		return h.catalog.Browse(ctx, in.CategoryID, in.Market, after, in.Limit)
	}, summaries)
	return out, err
}
