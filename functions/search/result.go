package search

import (
	"encoding/json"
	"time"
)

// Result is a page of hits and what the query could be narrowed down to.
type Result struct {
	// QueryID names the answer, so that what shoppers do next can be traced to it; "" where nobody asked for names.
	QueryID string
	Hits    []Hit
	Total   int64 // that match, on all pages
	Facets  Facets
	// Relaxed says how the words were taken, as nothing, or little, has them as they were typed; Exact is how many do,
	// whatever the filters. They stand first.
	Relaxed Relaxed
	Exact   int64
	// Suggestion is what may have been meant; "" for nothing, and always if something has the words as typed.
	Suggestion string
	Meaning    Meaning
	// Readings are what was read in the words, and looked for as what it means.
	Readings []Reading
	// Families are the variants of which hits are some, by parent.
	Families map[string]Family
	Next     *Position     // where the next page begins, nil after the last
	Took     time.Duration // in the index
}

// Hit is a product that matches.
type Hit struct {
	Document
	Ranking Ranking // of an order by relevance
	// At is the hit's place in the order of the index, for the Index to go on after.
	At []json.RawMessage
}

// Relaxed is how much of what was typed a hit must have.
type Relaxed string

// FewResults is how many matches are so few that others, with fewer of the words, are shown after them.
const FewResults = 10

// LongQuery is how many words are so many that hardly any product has all: what they mean is asked at once. SeveralWords are so
// many that this is so where products are few.
const (
	LongQuery    = 6
	SeveralWords = 3
)

// The steps, in the order they are tried in.
const (
	Strict     Relaxed = ""            // every word, in any of its forms, or a synonym
	Fuzzy      Relaxed = "fuzzy"       // every word, each perhaps with a typo
	FewerTerms Relaxed = "fewer_terms" // half of the words, each perhaps with a typo; a compound's parts for the whole
)

var steps = []Relaxed{Strict, Fuzzy, FewerTerms}

// Facets count the matches by a property, as if that property alone were not filtered by: who picked a brand
// still sees what the others would give.
type Facets struct {
	Category    []Bucket // the most frequent first; a product counts in every category above it
	Brand       []Bucket
	Fulfillment []Bucket
	Price       []Range     // all of the marketplace's, the lowest first
	Rating      []Stars     // the highest first
	InStock     int64       // how many of the matches can be bought
	Attributes  []Attribute // of the matches' categories, the most frequent first, at most MaxFacets
}

// Bucket is a value of a property.
type Bucket struct {
	Value string
	Count int64
}

// Stars counts products rated at least so many stars.
type Stars struct {
	Least int
	Count int64
}

// Attribute is an attribute of products with its values, the most frequent first.
type Attribute struct {
	Name   string
	Values []Bucket
}

// Range is prices from Min to Max, both inclusive, in minor units; Max is 0 for no limit.
type Range struct {
	Min, Max int64
	Count    int64
}

// bounds are where price ranges begin, in minor units of a currency whose unit buys about as much as a dollar or
// whose unit has no minor one and buys about as much as a cent.
var bounds = []int64{0, 2_500, 5_000, 10_000, 20_000, 50_000}

// scales say how many times more a price is in other currencies, roughly: ranges are to be useful, not exact.
var scales = map[string]int64{"AED": 4, "BRL": 5, "EGP": 50, "INR": 50, "MXN": 20, "PLN": 4, "SAR": 4, "SEK": 10, "TRY": 40, "ZAR": 20}

// Ranges returns the price ranges of a currency, without counts.
func Ranges(currency string) []Range {
	scale := max(1, scales[currency])
	list := make([]Range, len(bounds))
	for i, s := range bounds {
		list[i].Min = s * scale
		if i > 0 {
			list[i-1].Max = s*scale - 1
		}
	}
	return list
}
