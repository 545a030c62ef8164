package search

import (
	"regexp"
	"slices"
	"strconv"
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

// amount is a number with a sign or the name of a currency, or without.
const amount = `([$£€₹]|us\$|a\$|c\$|s\$)?\s?(\d{1,7}(?:,\d{3})*(?:\.\d{1,2})?)\s?(dollars?|pounds?|euros?|bucks|rupees?|usd|gbp|eur|cad|aud|inr|sgd|zar)?`

// Behind a price stands no unit: shoes under 300 g are no shoes for 300.
var (
	atMost  = regexp.MustCompile(`(?i)(?:^|\s)(?:under|below|less than|cheaper than|up to|at most|not more than)\s+` + amount + `(?:\s|$)`)
	atLeast = regexp.MustCompile(`(?i)(?:^|\s)(?:over|above|more than|at least)\s+` + amount + `(?:\s|$)`)
	between = regexp.MustCompile(`(?i)(?:^|\s)(?:between\s+|from\s+)?` + amount + `\s?(?:-|–|to|and)\s?` + amount + `(?:\s|$)`)
	unit    = regexp.MustCompile(`(?i)^(?:mm|cm|m|km|in|inch(?:es)?|ft|feet|foot|yards?|miles?|g|kg|grams?|oz|ounces?|lbs?|pounds?|ml|l|lit(?:er|re)s?|` +
		`w|watts?|v|volts?|mah|hours?|hrs?|h|min(?:utes?)?|days?|weeks?|months?|years?|percent|degrees|people|persons?|pieces?|pcs|gb|tb|mb|hz|` +
		`rpm|mph|calories|kcal|lumens?|pages?)\b`)
)

// people are those whose age stands behind under and over: toys for kids under 12.
var people = strings.Fields("age aged ages kid kids child children toddler toddlers baby babies boy boys girl girls man men woman women adult " +
	"adults people person seniors teens those")

// leastBare is the least that is a price without a sign or a name of a currency.
const leastBare = 10

// refusing are the words behind which stands what a product must not have. No does so at the end of a text only: no show socks
// are socks.
var joining, refusing = []string{"and", "but", "or"}, strings.Fields("without not excluding except no")

// signs are the currencies that a sign or a word may stand for.
var signs = map[string][]string{"$": {"USD", "CAD", "AUD", "SGD"}, "us$": {"USD"}, "a$": {"AUD"}, "c$": {"CAD"}, "s$": {"SGD"}, "£": {"GBP"},
	"€": {"EUR"}, "₹": {"INR"}, "dollar": {"USD", "CAD", "AUD", "SGD"}, "buck": {"USD", "CAD", "AUD"}, "pound": {"GBP"}, "euro": {"EUR"},
	"rupee": {"INR"}, "usd": {"USD"}, "gbp": {"GBP"}, "eur": {"EUR"}, "cad": {"CAD"}, "aud": {"AUD"}, "inr": {"INR"}, "sgd": {"SGD"}, "zar": {"ZAR"}}

// understand reads what the words of a clean query mean besides themselves, in English, and leaves the other words. What stands in
// quotes is words, and what is filtered by already is not read again.
func (q Query) understand(m marketplaces.Marketplace) (Query, []Reading) {
	if q.Ranker != Fused || !Understood(m.Language) || len(Read(q.Text).Phrases) > 0 {
		return q, nil
	}
	var readings []Reading
	if !slices.Contains(q.AsWords, PriceWords) {
		if r, rest, ok := priced(q.Text, m.Currency); ok {
			readings = append(readings, r)
			if q.Text = rest; q.PriceMin == 0 && q.PriceMax == 0 {
				q.PriceMin, q.PriceMax = r.Min, r.Max
			}
		}
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
	for i := 1; i+1 < len(words); i++ {
		how := strings.ToLower(words[i])
		if !slices.Contains(refusing, how) {
			continue
		}
		from := i + 1
		for from < len(words) && slices.Contains([]string{"any", "a", "an", "the", "made", "of", "from"}, strings.ToLower(words[from])) {
			from++
		}
		to := from
		for to < len(words) && to-from < maxRefused && !slices.Contains(kindEnds["en"], strings.ToLower(words[to])) &&
			!slices.Contains(joining, strings.ToLower(words[to])) && !slices.Contains(refusing, strings.ToLower(words[to])) {
			to++
		}
		thing := strings.Trim(strings.Join(words[from:to], " "), ",.;!?")
		if thing == "" || how == "no" && (to < len(words) || to-from > 1 || strings.ContainsAny(thing, "0123456789")) {
			continue
		}
		r := Reading{Kind: Negation, Words: strings.Join(words[i:to], " "), Without: strings.ToLower(thing)}
		if to < len(words) && slices.Contains(joining, strings.ToLower(words[to])) {
			to++
		}
		return r, strings.Join(slices.Concat(words[:i], words[to:]), " "), true
	}
	return Reading{}, text, false
}

// priced reads the first price of a text, and leaves the rest.
func priced(text, currency string) (r Reading, rest string, ok bool) {
	for _, p := range []struct {
		pattern  *regexp.Regexp
		min, max int // which amount of the pattern is a bound, from 1
	}{{between, 1, 2}, {atMost, 0, 1}, {atLeast, 1, 0}} {
		at := p.pattern.FindStringSubmatchIndex(text)
		if at == nil || unit.MatchString(strings.TrimSpace(text[at[1]:])) {
			continue
		}
		group := func(n int) string {
			if at[2*n] < 0 {
				return ""
			}
			return text[at[2*n]:at[2*n+1]]
		}
		bound := func(n int) (int64, bool) {
			if n == 0 {
				return 0, true
			}
			return minor(group(3*n-2), group(3*n-1), group(3*n), currency)
		}
		before := strings.Fields(strings.ToLower(text[:at[0]]))
		bare := p.pattern != between && group(1)+group(3) == "" || p.pattern == between && group(1)+group(3)+group(4)+group(6) == ""
		if bare && (p.pattern != atMost || len(before) > 0 && slices.Contains(people, before[len(before)-1])) {
			continue
		}
		low, fits := bound(p.min)
		high, fit := bound(p.max)
		if !fits || !fit || p.max > 0 && (high < 1 || low > high) {
			continue
		}
		if bare && high < leastBare*minorUnits {
			continue
		}
		words := strings.TrimSpace(text[at[0]:at[1]])
		return Reading{Kind: PriceWords, Words: words, Min: low, Max: high}, plain(text[:at[0]] + " " + text[at[1]:]), true
	}
	return Reading{}, text, false
}

// minor is an amount in minor units; false of another currency than the marketplace's, and of more than can be asked for.
func minor(sign, number, name, currency string) (int64, bool) {
	for _, s := range []string{sign, strings.TrimSuffix(strings.ToLower(name), "s")} {
		if s = strings.ToLower(s); s != "" && !slices.Contains(signs[s], currency) {
			return 0, false
		}
	}
	whole, part, _ := strings.Cut(strings.ReplaceAll(number, ",", ""), ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	return n, err == nil && n <= MaxPrice
}

// minorUnits are what a unit has of every currency that is used where English is spoken.
const minorUnits = 100
