package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/offers"
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
	// MaxAttributes is how many values of attributes can be filtered by.
	MaxAttributes = 20
	// MaxFacets is how many attributes a result counts, and MaxValues how many values of each.
	MaxFacets = 8
	MaxValues = 20
	// MaxStars is the best rating of a product.
	MaxStars = 5
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
	// RatingMin is the least rating in stars, 1 to MaxStars; products without a rating have none.
	RatingMin   int
	InStock     bool
	Fulfillment string // who ships it, as an offer says
	// Attributes are values, any of those of the same name and one of every name.
	Attributes []Value
	// Without is what a product must not have, Gender whom it is for, and Spoken the text with the words for that: they come of
	// understand. AsWords is what is not to be read in the words.
	Without        []string
	Gender, Spoken string
	AsWords        []ReadingKind
	Sort           Sort // "" is Relevance
	Page           int  // from 1
	Size           int  // 1 to MaxSize
	// Position is instead of Page, from a page before.
	Position *Position
	Explain  bool   // changes nothing but what is told
	Ranker   Ranker // for measurements
	Weights  *Weights
}

// Value is a value of an attribute.
type Value struct{ Name, Value string }

// Ranker is how matches are ordered by relevance.
type Ranker string

// The rankers. Only the first is deployed; the others are what it is measured against.
const (
	Fused    Ranker = ""         // Rescored, and what the words mean
	Rescored Ranker = "rescored" // Boosted, and its best put in order anew by what a shopper would get
	Boosted  Ranker = "boosted"  // words in a title count more than in a brand, and those more than elsewhere
	Plain    Ranker = "plain"    // BM25: any of the words, all fields alike
)

func (q Query) weights() Weights {
	if q.Weights != nil {
		return *q.Weights
	}
	return Default
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
	q.Text = besideSign.ReplaceAllString(plain(q.Text), "$1$2$3$4$5$6")
	q.Brands = slices.Clone(q.Brands)
	for i, b := range q.Brands {
		q.Brands[i] = norm.NFC.String(b)
	}
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
	unless(q.RatingMin >= 0 && q.RatingMin <= MaxStars, "rating_min", "out_of_range", "must be 1 to "+strconv.Itoa(MaxStars))
	unless(slices.Contains([]string{"", offers.ByRialto, offers.BySeller}, q.Fulfillment), "fulfillment", "not_allowed",
		"must be one of: rialto, seller")
	unless(len(q.Attributes) <= MaxAttributes, "attribute", "too_many", "must be given at most "+strconv.Itoa(MaxAttributes)+" times")
	unless(!slices.ContainsFunc(q.Attributes, func(v Value) bool { return !v.valid() }), "attribute", "bad_format",
		"must be the name of an attribute, a colon and a value")
	unless(q.Position == nil || q.Page == 1, "cursor", "not_allowed", "stands instead of page")
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

// besideSign is a word with a sign of its own that was typed apart: S21 +, C ++. Between two words + is and.
var besideSign = regexp.MustCompile(`(^|\s)(?:(\pL)\s(\+\+|#)|(\pL+\d\w*|\d\w*)\s(\+)$)(\s|$)`)

var attributeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_ -]{0,39}$`) // as the catalog has it

func (v Value) valid() bool {
	return attributeName.MatchString(v.Name) && v.Value != "" && utf8.RuneCountInString(v.Value) <= catalog.MaxAttributeValue
}

// ValueOf reads a value as a shopper gives it, name and value with a colon between. What is none is refused by Clean.
func ValueOf(s string) Value {
	name, value, _ := strings.Cut(s, ":")
	return Value{name, plain(value)}
}

// Pair is a value as the index keeps it. No name holds the sign between.
func (v Value) Pair() string { return v.Name + "=" + v.Value }

// plain makes words between single spaces of any text, composed (NFC): what cannot be seen separates words.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(norm.NFC.String(strings.ToValidUTF8(s, " ")), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.C, r) && r != '\u200c' && r != '\u200d' // joiners are letters' parts
	}), " ")
}
