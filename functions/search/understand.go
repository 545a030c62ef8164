package search

import (
	"regexp"
	"slices"
	"strings"

	"rialto/functions/marketplaces"
)

// Reading is what was read in the words of a query, and is looked for as what it means and not as words.
type Reading struct {
	Kind  ReadingKind
	Words string // as they were typed
	// Min and Max are bounds of a price in minor units, 0 for none, and Without is what a product must not have.
	Min, Max int64
	Without  string
	Gender   string // whom it is for, as Genders has it
}

// ReadingKind is a kind of reading. A shopper lifts one by asking for its words as words.
type ReadingKind string

// The kinds.
const (
	PriceWords  ReadingKind = "price"   // under $50
	Negation    ReadingKind = "without" // not leather
	GenderWords ReadingKind = "gender"  // women's
)

// ReadingKinds lists them.
var ReadingKinds = []ReadingKind{PriceWords, Negation, GenderWords}

// Behind a price stands no unit: shoes under 300 g are no shoes for 300.
var unit = regexp.MustCompile(`(?i)^(?:mm|cm|m|km|in|inch(?:es)?|ft|feet|foot|yards?|miles?|g|kg|grams?|oz|ounces?|lbs?|pounds?|ml|l|` +
	`lit(?:er|re)s?|w|watts?|v|volts?|mah|hours?|hrs?|h|min(?:utes?)?|days?|weeks?|months?|years?|percent|degrees|people|persons?|pieces?|pcs|gb|tb|mb|hz|` +
	`rpm|mph|calories|kcal|lumens?|pages?)\b`)

// people are those whose age stands behind under and over: toys for kids under 12.
var people = strings.Fields("age aged ages kid kids child children toddler toddlers baby babies boy boys girl girls man men woman women adult " +
	"adults people person seniors teens those")

// leastBare is the least that is a price without a sign or a name of a currency.
const leastBare = 10

// understand reads what the words of a clean query mean besides themselves, in the marketplace's languages, and leaves the other
// words. What stands in quotes is words, and what is filtered by already is not read again.
func (q Query) understand(m marketplaces.Marketplace) (Query, []Reading) {
	if q.Ranker != Fused || len(Read(q.Text).Phrases) > 0 {
		return q, nil
	}
	var readings []Reading
	languages := languagesOf(m)
	if r, rest, ok := first(languages, func(language string) (Reading, string, bool) { return priced(q.Text, m, language) }); ok &&
		!slices.Contains(q.AsWords, PriceWords) {
		readings = append(readings, r)
		if q.Text = rest; q.PriceMin == 0 && q.PriceMax == 0 {
			q.PriceMin, q.PriceMax = r.Min, r.Max
		}
	}
	for after := 0; !slices.Contains(q.AsWords, Negation) && len(q.Without) < maxWithout; {
		r, rest, ok := first(languages, func(language string) (r Reading, rest string, ok bool) {
			r, rest, next, ok := refused(q.Text, language, after)
			if ok {
				after = next
			}
			return r, rest, ok
		})
		if !ok || slices.Contains(q.Without, r.Without) {
			break
		}
		readings = append(readings, r)
		q.Text, q.Without = rest, append(slices.Clone(q.Without), r.Without)
	}
	q.Spoken = q.Text
	if r, rest, ok := first(languages, func(language string) (Reading, string, bool) { return gendered(q.Text, language, code(m.Language)) }); ok &&
		!slices.Contains(q.AsWords, GenderWords) {
		readings = append(readings, r)
		q.Text, q.Gender = rest, r.Gender
	}
	return q, readings
}

// code is a language without the country where it is spoken so. language is BCP 47.
func code(language string) string {
	code, _, _ := strings.Cut(language, "-")
	return code
}

// alsoSpoken are languages that many shoppers of a marketplace type besides its own.
var alsoSpoken = map[string]string{"BE": "fr", "CA": "fr", "SG": "zh"}

// languagesOf are the languages that a marketplace's shoppers type: its own, English, and what is spoken there besides.
func languagesOf(m marketplaces.Marketplace) []string {
	list := []string{code(m.Language)}
	for _, other := range []string{"en", alsoSpoken[m.Code]} {
		if other != "" && !slices.Contains(list, other) {
			list = append(list, other)
		}
	}
	return list
}

// first is what is read in the first of the languages that it can be read in.
func first(languages []string, read func(language string) (Reading, string, bool)) (r Reading, rest string, ok bool) {
	for _, language := range languages {
		if r, rest, ok = read(language); ok {
			return r, rest, true
		}
	}
	return Reading{}, "", false
}

// maxWithout is how many things a query may exclude.
const maxWithout = 5
