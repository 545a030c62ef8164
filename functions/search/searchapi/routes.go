// Package searchapi is the search's part of the shopper API.
package searchapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
	"rialto/functions/search"
)

// Searcher is the use case.
type Searcher interface {
	Search(ctx context.Context, marketplace string, q search.Query) (search.Result, error)
}

// Routes lists the routes; s may be nil where only their description is wanted.
func Routes(s Searcher) []api.Route {
	return []api.Route{
		api.Handle(api.Route{ID: "searchProducts", Method: http.MethodGet, Path: "/api/v1/products/search", Summary: "Products that match words and filters, with facets; without words, all", Context: "search", Access: api.Public},
			handler{s}.search),
	}
}

type handler struct{ searcher Searcher }

type searchInput struct {
	api.Marketplace
	Text     string   `query:"q" maxLength:"200" doc:"Words to look for, with tolerance for typos; plain text, no operators"`
	Category string   `query:"category" pattern:"^[a-z0-9-]{1,64}$" patternDescription:"a category id" doc:"In this category or below it"`
	Brands   []string `query:"brand,explode" maxItems:"20" minLength:"1" maxLength:"100" doc:"Of this brand, exactly; repeat it for any of several"`
	PriceMin int64    `query:"price_min" minimum:"0" maximum:"1000000000" doc:"The buy box's price is at least this, in minor units of the marketplace's currency"`
	PriceMax int64    `query:"price_max" minimum:"1" maximum:"1000000000" doc:"The buy box's price is at most this"`
	Sort     string   `query:"sort" enum:"relevance,price_asc,price_desc,newest,rating" default:"relevance" doc:"The order; what has no such value comes last"`
	Page     int      `query:"page" minimum:"1" default:"1" doc:"From 1; page times size is at most 10,000"`
	Size     int      `query:"size" minimum:"1" maximum:"100" default:"20" doc:"Hits of a page"`
}

type searchOutput struct {
	CacheControl string `header:"Cache-Control" doc:"How long a cache may hold it"`
	Vary         string `header:"Vary" doc:"What the answer depends on"`
	Body         Results
}

func (h handler) search(ctx context.Context, in *searchInput) (*searchOutput, error) {
	r, err := h.searcher.Search(ctx, in.Market, search.Query{Text: in.Text, Category: in.Category, Brands: in.Brands, PriceMin: in.PriceMin,
		PriceMax: in.PriceMax, Sort: search.Sort(in.Sort), Page: in.Page, Size: in.Size})
	if err != nil {
		return nil, err
	}
	return &searchOutput{"public, max-age=5", "X-Marketplace", results(r, in.Page, in.Size)}, nil
}
