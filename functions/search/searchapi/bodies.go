package searchapi

import (
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/search"
)

// Results is a page of hits.
type Results struct {
	Total  int64  `json:"total" doc:"How many products match, on all pages"`
	Page   int    `json:"page"`
	Size   int    `json:"size"`
	TookMS int64  `json:"took_ms" doc:"Milliseconds in the index"`
	Hits   []Hit  `json:"hits"`
	Facets Facets `json:"facets"`
}

// Hit is a product that matches. It may be a second old; its page is not.
type Hit struct {
	ProductID    string            `json:"product_id"`
	Title        string            `json:"title"`
	Description  string            `json:"description"`
	Brand        string            `json:"brand"`
	Bullets      []string          `json:"bullets"`
	CategoryID   string            `json:"category_id"`
	CategoryPath []string          `json:"category_path" doc:"Ids of categories, root first"`
	Attributes   map[string]string `json:"attributes"`
	Image        string            `json:"image,omitempty"`
	BuyBox       BuyBox            `json:"buy_box"`
	OfferCount   int               `json:"offer_count" doc:"How many offers there are, the buy box's included"`
	UpdatedAt    time.Time         `json:"updated_at"`
}

// BuyBox is the offer that is shown first.
type BuyBox struct {
	OfferID  string       `json:"offer_id"`
	Price    money.Amount `json:"price"`
	Shipping money.Amount `json:"shipping"`
	Landed   money.Amount `json:"landed" doc:"price + shipping"`
	Seller   Seller       `json:"seller"`
	InStock  bool         `json:"in_stock"`
}

// Seller is who offers it.
type Seller struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"name"`
}

// Facets count the matches by a property, as if that property alone were not filtered by.
type Facets struct {
	Category []Bucket `json:"category" doc:"By category, the most frequent first; a product counts in every category above it too"`
	Brand    []Bucket `json:"brand" doc:"By brand, the most frequent first"`
	Price    []Range  `json:"price" doc:"By price, the lowest first"`
}

// Bucket is a value of a property.
type Bucket struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Range is prices from min to max, both inclusive, as price_min and price_max take them.
type Range struct {
	Min   int64 `json:"min" doc:"Minor units"`
	Max   int64 `json:"max,omitempty" doc:"Absent in the last range, which has no end"`
	Count int64 `json:"count"`
}

func results(r search.Result, page, size int) Results {
	out := Results{Total: r.Total, Page: page, Size: size, TookMS: r.Took.Milliseconds(), Hits: make([]Hit, 0, len(r.Hits)),
		Facets: Facets{Category: buckets(r.Facets.Category), Brand: buckets(r.Facets.Brand), Price: make([]Range, 0, len(r.Facets.Price))}}
	for _, d := range r.Hits {
		out.Hits = append(out.Hits, hit(d))
	}
	for _, x := range r.Facets.Price {
		out.Facets.Price = append(out.Facets.Price, Range(x))
	}
	return out
}

func hit(d search.Document) Hit {
	h := Hit{ProductID: d.ProductID, Title: d.Title, Description: d.Description, Brand: d.Brand, Bullets: list(d.Bullets),
		CategoryID: d.CategoryID, CategoryPath: list(d.CategoryPath), Attributes: d.Attributes, Image: d.Image, OfferCount: d.OfferCount,
		BuyBox: BuyBox{OfferID: d.OfferID, Price: money.Of(d.Price, d.Currency), Shipping: money.Of(d.Landed-d.Price, d.Currency),
			Landed: money.Of(d.Landed, d.Currency), Seller: Seller{d.SellerID, d.SellerName}, InStock: d.InStock}}
	if h.Attributes == nil {
		h.Attributes = map[string]string{}
	}
	if d.UpdatedAt != nil {
		h.UpdatedAt = d.UpdatedAt.UTC()
	}
	return h
}

func buckets(in []search.Bucket) []Bucket {
	out := make([]Bucket, 0, len(in))
	for _, b := range in {
		out = append(out, Bucket(b))
	}
	return out
}

// list keeps an empty list from being written as null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
