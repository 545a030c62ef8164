package searchapi

import (
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/money"
	"rialto/functions/search"
)

// Results is a page of hits.
type Results struct {
	QueryID string `json:"query_id" doc:"Names this answer: events that follow from it say so (POST /api/v1/events). A cache may give one answer to several"`
	Total   int64  `json:"total" doc:"How many products match, on all pages"`
	Page    int    `json:"page"`
	Size    int    `json:"size"`
	TookMS  int64  `json:"took_ms" doc:"Milliseconds in the index"`
	// Exact, Relaxed and DidYouMean are there only where little or nothing has the words as they were typed.
	Relaxed    string    `json:"relaxed,omitempty" enum:"fuzzy,fewer_terms" doc:"How the words were taken, as few products or none have them as they were typed: each perhaps with a typo, or half of them at least"`
	Exact      *int64    `json:"exact,omitempty" doc:"With relaxed: how many have all words as typed, whatever the filters; they come first"`
	DidYouMean string    `json:"did_you_mean,omitempty" doc:"The words with those corrected that no product has"`
	Meaning    string    `json:"meaning,omitempty" enum:"used,away,not_available" doc:"What became of a search by meaning, where all words did not settle it: used, and what is near in meaning stands among the hits; away for the moment; or not available in the marketplace's language"`
	Understood []Reading `json:"understood,omitempty" doc:"What was read in the words and looked for as what it means; as_words looks for its words"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Where the next page begins; it goes on beyond what page reaches"`
	Hits       []Hit     `json:"hits"`
	Facets     Facets    `json:"facets"`
}

// Reading is what was read in words.
type Reading struct {
	Kind     string `json:"kind" enum:"price,without,gender" doc:"As as_words takes it"`
	Words    string `json:"words" doc:"As they were typed"`
	PriceMin int64  `json:"price_min,omitempty" doc:"Minor units"`
	PriceMax int64  `json:"price_max,omitempty" doc:"Minor units"`
	Without  string `json:"without,omitempty" doc:"What hits must not have"`
	Gender   string `json:"gender,omitempty" enum:"women,men,children" doc:"What is for them stands first, and what says that it is for others is left out"`
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
	Rating       int64             `json:"rating,omitempty" doc:"Hundredths of a star"`
	ReviewCount  int64             `json:"review_count,omitempty"`
	Ranking      *Ranking          `json:"ranking,omitempty" doc:"Why it stands here; with explain"`
	// A hit stands for all variants of its parent, and is the one that fits best.
	ParentID string    `json:"parent_id,omitempty" doc:"Of a variant: the product that it is one of the variants of"`
	Options  []Option  `json:"options,omitempty" doc:"Which one it is"`
	Variants *Variants `json:"variants,omitempty" doc:"All variants that are offered here, whatever was looked for"`
}

// Option is a value of what variants differ by.
type Option struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Variants are the variants that a hit stands for.
type Variants struct {
	Count   int64      `json:"count"`
	Options []Swatches `json:"options"`
}

// Swatches are the values of an option.
type Swatches struct {
	Name   string   `json:"name"`
	Values []Swatch `json:"values" doc:"The most frequent first"`
}

// Swatch is a value with a variant that has it, one in stock if there is.
type Swatch struct {
	Value     string `json:"value"`
	ProductID string `json:"product_id"`
	Image     string `json:"image,omitempty"`
	InStock   bool   `json:"in_stock"`
}

// Ranking is why a hit stands where it stands.
type Ranking struct {
	Words   float64  `json:"words" doc:"The score of the words"`
	Score   float64  `json:"score" doc:"words, or near of what has none of them, times 1 plus all effects"`
	Near    float64  `json:"near,omitempty" doc:"The cosine to what the words mean, of one of the nearest; with meaning used"`
	Fused   float64  `json:"fused,omitempty" doc:"Of a hit that words and meaning place together: the sum of 1 over 60 plus its place, by either"`
	Factors []Factor `json:"factors" doc:"Empty beyond the best hits, which alone are put in order by them"`
}

// Factor is what one signal did.
type Factor struct {
	Name   string  `json:"name"`
	Signal float64 `json:"signal" doc:"From -1 to 1"`
	Effect float64 `json:"effect" doc:"The signal times its weight"`
}

// BuyBox is the offer that is shown first.
type BuyBox struct {
	OfferID  string       `json:"offer_id"`
	Price    money.Amount `json:"price"`
	Shipping money.Amount `json:"shipping"`
	Landed   money.Amount `json:"landed" doc:"price + shipping"`
	Seller   Seller       `json:"seller"`
	InStock  bool         `json:"in_stock"`
	// Condition is left out where it is not known.
	Condition string `json:"condition,omitempty" enum:"new,used,refurbished"`
	// Fulfillment and DeliveryDays are left out where they are not known.
	Fulfillment  string `json:"fulfillment,omitempty" doc:"Who stores and ships it: rialto or seller"`
	DeliveryDays int64  `json:"delivery_days,omitempty" doc:"Within how many days it is promised"`
}

// Seller is who offers it.
type Seller struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"name"`
}

// Facets count the matches by a property, as if that property alone were not filtered by.
type Facets struct {
	Category    []Bucket    `json:"category" doc:"By category, the most frequent first; a product counts in every category above it too"`
	Brand       []Bucket    `json:"brand" doc:"By brand, the most frequent first"`
	Fulfillment []Bucket    `json:"fulfillment" doc:"By who ships it"`
	Price       []Range     `json:"price" doc:"By price, the lowest first"`
	Rating      []Stars     `json:"rating" doc:"By the least rating, the highest first, as rating_min takes it"`
	InStock     int64       `json:"in_stock" doc:"How many can be bought"`
	Attributes  []Attribute `json:"attributes" doc:"By attribute, as attribute takes them; those of the matches' categories, the most frequent first"`
}

// Stars counts products rated at least so many stars.
type Stars struct {
	Least int   `json:"least"`
	Count int64 `json:"count"`
}

// Attribute is an attribute with its values.
type Attribute struct {
	Name   string   `json:"name"`
	Values []Bucket `json:"values"`
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

func results(r search.Result, page, size int, explain bool) (Results, error) {
	f := r.Facets
	out := Results{QueryID: r.QueryID, Total: r.Total, Page: page, Size: size, TookMS: r.Took.Milliseconds(), Relaxed: string(r.Relaxed),
		DidYouMean: r.Suggestion, Meaning: string(r.Meaning), Hits: make([]Hit, 0, len(r.Hits)),
		Facets: Facets{Category: buckets(f.Category), Brand: buckets(f.Brand), Fulfillment: buckets(f.Fulfillment),
			Price: make([]Range, 0, len(f.Price)), Rating: make([]Stars, 0, len(f.Rating)), InStock: f.InStock,
			Attributes: make([]Attribute, 0, len(f.Attributes))}}
	for _, h := range r.Hits {
		x := hit(h.Document)
		x.vary(h.Document, r.Families)
		if explain {
			x.Ranking = ranking(h.Ranking)
		}
		out.Hits = append(out.Hits, x)
	}
	for _, x := range f.Price {
		out.Facets.Price = append(out.Facets.Price, Range(x))
	}
	for _, x := range f.Rating {
		out.Facets.Rating = append(out.Facets.Rating, Stars(x))
	}
	for _, x := range f.Attributes {
		out.Facets.Attributes = append(out.Facets.Attributes, Attribute{x.Name, buckets(x.Values)})
	}
	for _, x := range r.Readings {
		out.Understood = append(out.Understood, Reading{string(x.Kind), x.Words, x.Min, x.Max, x.Without, x.Gender})
	}
	if r.Relaxed != search.Strict {
		out.Exact = &r.Exact
	}
	var err error
	out.NextCursor, err = api.EncodeCursor(r.Next)
	return out, err
}

func ranking(r search.Ranking) *Ranking {
	out := &Ranking{Words: r.Words, Score: r.Score, Near: r.Near, Fused: r.Fused,
		Factors: make([]Factor, 0, len(r.Factors))}
	for _, f := range r.Factors {
		out.Factors = append(out.Factors, Factor(f))
	}
	return out
}

func hit(d search.Document) Hit {
	h := Hit{ProductID: d.ProductID, Title: d.Title, Description: d.Description, Brand: d.Brand, Bullets: list(d.Bullets),
		CategoryID: d.CategoryID, CategoryPath: list(d.CategoryPath), Attributes: d.Attributes, Image: d.Image, OfferCount: d.OfferCount,
		Rating: d.Rating, ReviewCount: d.ReviewCount,
		BuyBox: BuyBox{OfferID: d.OfferID, Condition: d.Condition, Price: money.Of(d.Price, d.Currency), Shipping: money.Of(d.Landed-d.Price, d.Currency),
			Landed: money.Of(d.Landed, d.Currency), Seller: Seller{d.SellerID, d.SellerName}, InStock: d.InStock, Fulfillment: d.Fulfillment,
			DeliveryDays: d.DeliveryDays}}
	if h.Attributes == nil {
		h.Attributes = map[string]string{}
	}
	if d.UpdatedAt != nil {
		h.UpdatedAt = d.UpdatedAt.UTC()
	}
	return h
}

func (h *Hit) vary(d search.Document, families map[string]search.Family) {
	h.ParentID = d.Family
	for _, key := range d.Options {
		_, o := search.OptionOf(key)
		h.Options = append(h.Options, Option(o))
	}
	f, there := families[d.Family]
	if !there {
		return
	}
	h.Variants = &Variants{f.Count, make([]Swatches, 0, len(f.Options))}
	for _, o := range f.Options {
		s := Swatches{o.Name, make([]Swatch, 0, len(o.Values))}
		for _, v := range o.Values {
			s.Values = append(s.Values, Swatch{v.Value, v.ProductID, v.Image, v.InStock})
		}
		h.Variants.Options = append(h.Variants.Options, s)
	}
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
