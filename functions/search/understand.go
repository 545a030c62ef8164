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

// refusing are the words behind which stands what a product must not have. No does so at the end of a text only: no show socks
// are socks.
var joining, refusing = []string{"and", "but", "or"}, strings.Fields("without w/o not excluding except no")

// leading are words that say nothing before one of those, and go with it: chair with no arms, shampoo that is not scented. Behind those of
// notRefusing nothing is refused: forget me not, why not.
var leading, notRefusing = strings.Fields("with but that which is are and"), strings.Fields("me why or whether do does did")

// understand reads what the words of a clean query mean besides themselves, and leaves the other words: prices in the languages of
// boundsOf, the rest in English. What stands in quotes is words, and what is filtered by already is not read again.
func (q Query) understand(m marketplaces.Marketplace) (Query, []Reading) {
	if q.Ranker != Fused || len(Read(q.Text).Phrases) > 0 {
		return q, nil
	}
	var readings []Reading
	if !slices.Contains(q.AsWords, PriceWords) {
		if r, rest, ok := priced(q.Text, m.Currency, m.Language); ok {
			readings = append(readings, r)
			if q.Text = rest; q.PriceMin == 0 && q.PriceMax == 0 {
				q.PriceMin, q.PriceMax = r.Min, r.Max
			}
		}
	}
	if !Understood(m.Language) {
		return q, readings
	}
	for !slices.Contains(q.AsWords, Negation) && len(q.Without) < maxWithout {
		r, rest, ok := refused(q.Text)
		if !ok {
			break
		}
		readings = append(readings, r)
		q.Text, q.Without = rest, append(slices.Clone(q.Without), r.Without)
	}
	q.Spoken = q.Text
	if r, rest, ok := gendered(q.Text); ok && !slices.Contains(q.AsWords, GenderWords) {
		readings = append(readings, r)
		q.Text, q.Gender = rest, r.Gender
	}
	return q, readings
}

// maxWithout is how many things a query may exclude, and maxRefused how many words one has.
const (
	maxWithout = 5
	maxRefused = 3
)

// refused reads the first thing that a product must not have, and leaves the rest. What is looked for stands before it.
func refused(text string) (r Reading, rest string, ok bool) {
	words := strings.Fields(text)
	for i := 1; i < len(words); i++ {
		how, from := strings.ToLower(words[i]), i+1
		if minus.MatchString(how) { // sofa -leather
			return Reading{Kind: Negation, Words: words[i], Without: how[1:]}, strings.Join(slices.Concat(words[:i], words[i+1:]), " "), true
		}
		if !slices.Contains(refusing, how) || slices.Contains(notRefusing, strings.ToLower(words[i-1])) || i+1 == len(words) {
			continue
		}
		at := i
		for at > 1 && slices.Contains(leading, strings.ToLower(words[at-1])) {
			at--
		}
		for from < len(words) && slices.Contains([]string{"any", "a", "an", "the", "made", "of", "from"}, strings.ToLower(words[from])) {
			from++
		}
		to := from
		for to < len(words) && to-from < maxRefused && !slices.Contains(kindEnds["en"], strings.ToLower(words[to])) &&
			!slices.Contains(joining, strings.ToLower(words[to])) && !slices.Contains(refusing, strings.ToLower(words[to])) {
			to++
		}
		thing := strings.Trim(strings.Join(words[from:to], " "), ",.;!?")
		if thing == "" || how == "no" && !strings.EqualFold(words[i-1], "with") && (to < len(words) || to-from > 1 || strings.ContainsAny(thing,
			"0123456789")) {
			continue
		}
		r := Reading{Kind: Negation, Words: strings.Join(words[at:to], " "), Without: strings.ToLower(thing)}
		if to < len(words) && slices.Contains(joining, strings.ToLower(words[to])) {
			to++
		}
		return r, strings.Join(slices.Concat(words[:at], words[to:]), " "), true
	}
	return Reading{}, text, false
}

var minus = regexp.MustCompile(`^-\pL{2,}$`)
