package search

import "time"

// Result is a page of hits and what the query could be narrowed down to.
type Result struct {
	Hits   []Document
	Total  int64 // that match, on all pages
	Facets Facets
	Took   time.Duration // in the index
}

// Facets count the matches by a property, as if that property alone were not filtered by: who picked a brand
// still sees what the others would give.
type Facets struct {
	Category []Bucket // the most frequent first; a product counts in every category above it
	Brand    []Bucket
	Price    []Range // all of the marketplace's, the lowest first
}

// Bucket is a value of a property.
type Bucket struct {
	Value string
	Count int64
}

// Range is prices from Min to Max, both inclusive, in minor units; Max is 0 for no limit.
type Range struct {
	Min, Max int64
	Count    int64
}

// steps are where price ranges begin, in minor units of a currency whose unit buys about as much as a dollar or
// whose unit has no minor one and buys about as much as a cent.
var steps = []int64{0, 2_500, 5_000, 10_000, 20_000, 50_000}

// scales say how many times more a price is in other currencies, roughly: ranges are to be useful, not exact.
var scales = map[string]int64{"AED": 4, "BRL": 5, "EGP": 50, "INR": 50, "MXN": 20, "PLN": 4, "SAR": 4, "SEK": 10, "TRY": 40, "ZAR": 20}

// Ranges returns the price ranges of a currency, without counts.
func Ranges(currency string) []Range {
	scale := max(1, scales[currency])
	list := make([]Range, len(steps))
	for i, s := range steps {
		list[i].Min = s * scale
		if i > 0 {
			list[i-1].Max = s*scale - 1
		}
	}
	return list
}
