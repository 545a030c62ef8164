// Package searchapi is the search's part of the shopper API.
package searchapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/search"
)

// Searcher is the use cases.
type Searcher interface {
	Search(ctx context.Context, marketplace string, q search.Query) (search.Result, error)
	Complete(ctx context.Context, marketplace, text string) ([]search.Completion, error)
}

// Routes lists the routes; s may be nil where only their description is wanted.
func Routes(s Searcher) []api.Route {
	h := handler{s}
	return []api.Route{
		api.Handle(api.Route{ID: "searchProducts", Method: http.MethodGet, Path: "/api/v1/products/search",
			Summary: "Products that match words and filters, with facets; without words, all", Context: "search", Access: api.Public},
			h.search),
		api.Handle(api.Route{ID: "suggestProducts", Method: http.MethodGet, Path: "/api/v1/products/suggest",
			Summary: "What a text may become when it is typed on", Context: "search", Access: api.Public},
			h.suggest),
	}
}

type handler struct{ searcher Searcher }

// fresh is how long caches may keep an answer, which then is so much older, and stale how much longer while they ask for a newer one.
const fresh, stale = 5 * time.Second, 10 * time.Second

type searchInput struct {
	api.Marketplace
	Text        string   `query:"q" minLength:"0" maxLength:"200" doc:"Words to look for, with tolerance for typos, and where they do not settle it by what they mean; plain text, no operators; none find everything"`
	Category    string   `query:"category" pattern:"^[a-z0-9-]{1,64}$" patternDescription:"a category id" doc:"In this category or below it"`
	Brands      []string `query:"brand,explode" maxItems:"20" minLength:"1" maxLength:"100" doc:"Of this brand, exactly; repeat it for any of several"`
	PriceMin    int64    `query:"price_min" minimum:"0" maximum:"1000000000" doc:"The buy box's price is at least this, in minor units"`
	PriceMax    int64    `query:"price_max" minimum:"1" maximum:"1000000000" doc:"The buy box's price is at most this, in minor units"`
	RatingMin   int      `query:"rating_min" minimum:"1" maximum:"5" doc:"Rated at least so many stars"`
	InStock     bool     `query:"in_stock" doc:"Only what can be bought now"`
	Fulfillment string   `query:"fulfillment" enum:"rialto,seller" doc:"Who stores and ships it"`
	Attributes  []string `query:"attribute,explode" maxItems:"20" minLength:"3" maxLength:"541" doc:"An attribute's name, a colon and a value, as the facets list them; repeat it for any of several values of a name, and for several names"`
	AsWords     []string `query:"as_words,explode" enum:"price,without,gender" maxItems:"3" doc:"Look for words as words that would be read as a price (under $50), as what a product must not have (not leather) or as whom it is for (women's), as understood in the answer says"`
	Sort        string   `query:"sort" enum:"relevance,price_asc,price_desc,newest,rating" default:"relevance" doc:"What has no such value comes last"`
	Page        int      `query:"page" minimum:"1" default:"1" doc:"From 1; page times size is at most 10,000"`
	Size        int      `query:"size" minimum:"1" maximum:"100" default:"20" doc:"Hits of a page"`
	Cursor      string   `query:"cursor" maxLength:"512" doc:"Instead of page: next_cursor of the page before, of the same search"`
	Explain     bool     `query:"explain" doc:"Tell of each hit why it stands where it does"`
}

func (in *searchInput) query() (search.Query, error) {
	q := search.Query{Text: in.Text, Category: in.Category, Brands: in.Brands, PriceMin: in.PriceMin, PriceMax: in.PriceMax, RatingMin: in.RatingMin,
		InStock: in.InStock, Fulfillment: in.Fulfillment, Sort: search.Sort(in.Sort), Page: in.Page, Size: in.Size, Explain: in.Explain}
	for _, a := range in.Attributes {
		q.Attributes = append(q.Attributes, search.ValueOf(a))
	}
	for _, kind := range in.AsWords {
		q.AsWords = append(q.AsWords, search.ReadingKind(kind))
	}
	if in.Cursor == "" {
		return q, nil
	}
	q.Position = &search.Position{}
	return q, api.DecodeCursor(in.Cursor, q.Position)
}

type searchOutput struct {
	api.Cached
	Body Results
}

func (h handler) search(ctx context.Context, in *searchInput) (*searchOutput, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	r, err := h.searcher.Search(ctx, in.Market, q)
	if err != nil {
		return nil, err
	}
	body, err := results(r, in.Page, in.Size, in.Explain)
	return &searchOutput{api.CachedFor(fresh, stale), body}, err
}

type suggestInput struct {
	api.Marketplace
	Text string `query:"q" required:"true" minLength:"1" maxLength:"100" doc:"What is typed so far"`
}

type suggestOutput struct {
	api.Cached
	Body Suggestions
}

// Suggestions are what may be meant, at most ten, the likeliest kind first.
type Suggestions struct {
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is a text with what it stands for.
type Suggestion struct {
	Text  string `json:"text"`
	Kind  string `json:"kind" enum:"category,brand,product"`
	ID    string `json:"id,omitempty" doc:"Of the category or the product"`
	Count int64  `json:"count" doc:"How many products it stands for"`
}

func (h handler) suggest(ctx context.Context, in *suggestInput) (*suggestOutput, error) {
	list, err := h.searcher.Complete(ctx, in.Market, in.Text)
	if err != nil {
		return nil, err
	}
	out := &suggestOutput{api.CachedFor(fresh, stale), Suggestions{make([]Suggestion, 0, len(list))}}
	for _, c := range list {
		out.Body.Suggestions = append(out.Body.Suggestions, Suggestion(c))
	}
	return out, nil
}
