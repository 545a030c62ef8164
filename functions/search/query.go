package search

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rialto/functions/internal/fault"
)

// The most that a query may ask for.
const (
	MaxText   = 200 // characters of what is looked for
	MaxBrands = 20
	MaxBrand  = 100 // characters
	MaxSize   = 100 // hits of a page
	// MaxDepth is how many hits can be paged through: every hit before a page is computed for it.
	MaxDepth = 10_000
	// MaxPrice is the highest bound of a price, in minor units.
	MaxPrice = 1_000_000_000
)

// Sort is an order of hits. Equal hits are in the order of their product ids, so pages do not overlap.
type Sort string

// The orders. What has no value to sort by comes last.
const (
	Relevance Sort = "relevance"  // best match first, in stock before out of stock if equal
	PriceAsc  Sort = "price_asc"  // the buy box's price, without shipping
	PriceDesc Sort = "price_desc" //
	Newest    Sort = "newest"     // the last changed product first
	Rating    Sort = "rating"     // the best rated first
)

// Sorts lists the orders.
var Sorts = []Sort{Relevance, PriceAsc, PriceDesc, Newest, Rating}

// Query is what a shopper looks for in a marketplace. Without a text it finds everything that the filters let
// pass. Zero values of the filters do not filter.
type Query struct {
	Text     string
	Category string   // products in it or below it
	Brands   []string // of any of them
	PriceMin int64    // the buy box's price is at least that, in minor units of the marketplace's currency
	PriceMax int64    // and at most that
	Sort     Sort     // "" is Relevance
	Page     int      // from 1
	Size     int      // 1 to MaxSize
}

// Clean returns the query with its text as words between single spaces, and an order. It fails with
// invalid_query, naming every flaw, or search_too_deep (both Invalid).
func (q Query) Clean() (Query, error) {
	var flaws []fault.Field
	unless := func(ok bool, parameter, code, message string) {
		if !ok {
			flaws = append(flaws, fault.Field{Pointer: "query." + parameter, Code: code, Message: message})
		}
	}
	q.Text = plain(q.Text)
	if q.Sort == "" {
		q.Sort = Relevance
	}
	unless(utf8.RuneCountInString(q.Text) <= MaxText, "q", "too_long", "must have at most "+strconv.Itoa(MaxText)+" characters")
	unless(len(q.Brands) <= MaxBrands, "brand", "too_many", "must be given at most "+strconv.Itoa(MaxBrands)+" times")
	long := func(b string) bool { return b == "" || utf8.RuneCountInString(b) > MaxBrand }
	unless(!slices.ContainsFunc(q.Brands, long), "brand", "bad_format", "must have 1 to "+strconv.Itoa(MaxBrand)+" characters")
	unless(q.PriceMin >= 0 && q.PriceMin <= MaxPrice, "price_min", "out_of_range", "must be 0 to "+strconv.Itoa(MaxPrice))
	unless(q.PriceMax >= 0 && q.PriceMax <= MaxPrice, "price_max", "out_of_range", "must be 1 to "+strconv.Itoa(MaxPrice))
	unless(q.PriceMax == 0 || q.PriceMin <= q.PriceMax, "price_max", "out_of_range", "must not be below price_min")
	unless(slices.Contains(Sorts, q.Sort), "sort", "not_allowed", "must be one of the orders")
	unless(q.Page >= 1, "page", "out_of_range", "must be at least 1")
	unless(q.Size >= 1 && q.Size <= MaxSize, "size", "out_of_range", "must be 1 to "+strconv.Itoa(MaxSize))
	if flaws != nil {
		return q, fault.New(fault.Invalid, "invalid_query", "the search has inputs that are not accepted").With(flaws...)
	}
	if q.Page > MaxDepth/q.Size {
		return q, fault.New(fault.Invalid, "search_too_deep", "a search shows its first %d hits; narrow it down to see others", MaxDepth).
			With(fault.Field{Pointer: "query.page", Code: "out_of_range", Message: "page times size must be at most " + strconv.Itoa(MaxDepth)})
	}
	return q, nil
}

// plain makes words between single spaces of any text: what cannot be seen separates words.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, " "), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.C, r) && r != '\u200c' && r != '\u200d' // joiners are letters' parts
	}), " ")
}
