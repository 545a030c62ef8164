package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rialto/functions/marketplaces"
)

// money is a number with the sign, the code or the name of a currency, on either side, or without. Its groups are the sign before,
// the number, and what is behind. Where it is said by comma, decimals are.
const (
	sign = `(us\$|a\$|c\$|s\$|r\$|[$£€₹₺]|rs\.?|r|usd|gbp|eur|cad|aud|inr|sgd|zar)?`
	name = `(dollars?|pounds?|quid|euros?|bucks|rupees?|rs|rands?|usd|gbp|eur|cad|aud|inr|sgd|zar|pln|sek|brl|mxn|try|zł|zloty|złotych|kr|` +
		`kronor|reais|pesos|tl|lira|[$£€₹₺])?`
	byPoint = sign + `\s?(\d{1,3}(?:,\d{2,3})+(?:\.\d{1,2})?|\d{1,7}(?:\.\d{1,2})?)\s?` + name
	byComma = sign + `\s?(\d{1,3}(?:[. ]\d{3})+(?:,\d{1,2})?|\d{1,7}(?:[,.]\d{1,2})?)\s?` + name
)

// boundWords are the words of a language that make a price a bound, as patterns. A number alone is a price behind those of most,
// and in English, where units are known (unit): an air max 90 is a shoe.
type boundWords struct {
	before        string // what may stand before them
	notLess, most string
	maximum, more string
	between, and  string // between X and Y
	from, to      string // from X to Y
	orLess        string // behind the price
	orMore        string
}

// boundsOf are those of each language. What one says behind the price is read in English alone.
var boundsOf = map[string]boundWords{
	"en": {before: `(?:for |priced |(?:that )?costs? |costing )?`, notLess: `(?:not|no) less than|not (?:under|below)`,
		most: `under|below|less than|cheaper than|up to|at most|(?:not|no) more than|not (?:over|above)`, maximum: `max(?:imum)?|<=?`,
		more: `over|above|more than|at least|from|starting (?:at|from)|min(?:imum)?|>=?`, between: `between`, from: `from`, and: `and`, to: `-|–|to|and`,
		orLess: `or (?:less|under|below)|and (?:under|below)|max(?:imum)?`, orMore: `or more|and (?:up|over|above)|or (?:over|above)`},
	"de": {before: `(?:für )?`, notLess: `nicht unter`,
		most: `unter|bis(?: zu)?|höchstens|maximal|max\.?|weniger als|billiger als|günstiger als|nicht über`,
		more: `über|ab|mindestens|mehr als`, between: `zwischen`, from: `von`, and: `und`, to: `-|–|bis`},
	"fr": {before: `(?:à )?`, notLess: `pas moins de`, most: `moins de|jusqu'à|au plus|maximum|max|pas plus de`, more: `plus de|partir de|au moins|dès`,
		between: `entre`, from: `de`, and: `et`, to: `-|–|à`},
	"es": {before: `(?:por |a )?`, notLess: `no menos de`, most: `menos de|debajo de|hasta|máximo|no más de`, more: `más de|desde|partir de|mínimo`,
		between: `entre`, from: `de`, and: `y`, to: `-|–|a`},
	"it": {before: `(?:a )?`, notLess: `non meno di`, most: `sotto(?: i| gli)?|meno di|fino a|massimo|non più di`,
		more:    `sopra(?: i| gli)?|più di|oltre|partire da|almeno`,
		between: `tra|fra`, from: `da`, and: `e`, to: `-|–|a`},
	"nl": {before: `(?:voor )?`, notLess: `niet minder dan`, most: `onder(?: de)?|tot|minder dan|goedkoper dan|maximaal|niet meer dan`,
		more:    `boven(?: de)?|vanaf|meer dan|minstens`,
		between: `tussen`, from: `van`, and: `en`, to: `-|–|tot`},
	"pt": {before: `(?:por )?`, notLess: `não menos de`, most: `até|menos de|abaixo de|no máximo|não mais de`, more: `acima de|mais de|partir de`,
		between: `entre`, from: `de`, and: `e`, to: `-|–|a`},
	"pl": {notLess: `nie mniej niż`, most: `do|poniżej|mniej niż|maksymalnie`, more: `od|powyżej|więcej niż`, between: `między`, from: `od`, and: `a`,
		to: `-|–|do`},
	"sv": {notLess: `inte under`, most: `under|upp till|högst|mindre än|max|inte över`, more: `över|från|minst|mer än`, between: `mellan`, from: `från`,
		and: `och`, to: `-|–|till`},
}

// bound is a pattern of a price, with which of its amounts is the least and which the most, from 1.
type bound struct {
	pattern  *regexp.Regexp
	min, max int
	bare     bool // a number alone may be a price
}

// boundsIn are the patterns of each language, made when it is first asked for.
var boundsIn = func() map[string]func() []bound {
	out := map[string]func() []bound{}
	for language, words := range boundsOf {
		out[language] = sync.OnceValue(func() []bound { return words.patterns(language) })
	}
	return out
}()

// patterns are in the order in which they are tried: what says no stands before what it denies.
func (b boundWords) patterns(language string) (list []bound) {
	money := byComma
	if language == "en" {
		money = byPoint
	}
	add := func(words, format string, low, high int, bare bool) {
		if words != "" {
			text := `(?i)(?:^|\s)` + strings.NewReplacer("BEFORE", b.before, "WORDS", words, "MONEY", money).Replace(format) + `(?:[\s?!,;]|$)`
			list = append(list, bound{regexp.MustCompile(text), low, high, bare})
		}
	}
	add(b.between, `BEFORE(?:WORDS)\s+MONEY\s(?:`+b.and+`)\sMONEY`, 1, 2, false)
	add(b.from, `BEFORE(?:(?:WORDS)\s+)?MONEY\s?(?:`+b.to+`)\s?MONEY`, 1, 2, false)
	add(b.notLess, `BEFORE(?:WORDS)\s+MONEY`, 1, 0, false)
	add(b.most, `BEFORE(?:WORDS)\s+MONEY`, 0, 1, language == "en")
	add(b.maximum, `BEFORE(?:WORDS)\s*MONEY`, 0, 1, false)
	add(b.orLess, `BEFOREMONEY\s(?:WORDS)`, 0, 1, false)
	add(b.orMore, `BEFOREMONEY\s(?:WORDS)`, 1, 0, false)
	add(b.more, `BEFORE(?:WORDS)\s*MONEY`, 1, 0, false)
	return list
}

// currencyNames are the currencies that a word may stand for, but for an s of many at its end.
var currencyNames = map[string][]string{"dollar": {"USD", "CAD", "AUD", "SGD"}, "buck": {"USD", "CAD", "AUD"}, "pound": {"GBP"}, "quid": {"GBP"},
	"euro": {"EUR"}, "rupee": {"INR"}, "rand": {"ZAR"}, "zloty": {"PLN"}, "złotych": {"PLN"}, "kronor": {"SEK"}, "reais": {"BRL"}, "peso": {"MXN"},
	"lira": {"TRY"}}

// currenciesOf are those that a sign, a code or a word may stand for.
func currenciesOf(s string) []string {
	one := strings.TrimSuffix(s, "s")
	return slices.Concat(currencyNames[s], currencyNames[one], marketplaces.CurrencySigns[strings.ToUpper(s)],
		marketplaces.CurrencySigns[strings.ToUpper(one)])
}

// priced reads the first price of a text, and leaves the rest. language is BCP 47.
func priced(text, currency, language string) (r Reading, rest string, ok bool) {
	code, _, _ := strings.Cut(language, "-")
	patterns := boundsIn[code]
	if patterns == nil || !strings.ContainsAny(text, "0123456789") {
		return Reading{}, text, false
	}
	for _, p := range patterns() {
		at := p.pattern.FindStringSubmatchIndex(text)
		if at == nil || unit.MatchString(strings.TrimSpace(text[at[1]:])) {
			continue
		}
		group := func(n int) string {
			if n < 1 || 2*n+1 >= len(at) || at[2*n] < 0 {
				return ""
			}
			return text[at[2*n]:at[2*n+1]]
		}
		amount := func(n int) (int64, bool) {
			if n == 0 {
				return 0, true
			}
			return minor(group(3*n-2), group(3*n-1), group(3*n), currency, code)
		}
		before := strings.Fields(strings.ToLower(text[:at[0]]))
		bare := group(1)+group(3)+group(4)+group(6) == ""
		if bare && (!p.bare || len(before) > 0 && slices.Contains(people, before[len(before)-1])) {
			continue
		}
		low, fits := amount(p.min)
		high, fit := amount(p.max)
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
func minor(sign, number, name, currency, language string) (int64, bool) {
	for _, s := range []string{sign, name} {
		s = strings.TrimSuffix(strings.ToLower(s), ".")
		if s != "" && !slices.Contains(currenciesOf(s), currency) {
			return 0, false
		}
	}
	if language != "en" {
		if strings.Contains(number, ",") || groupsByPoint.MatchString(number) {
			number = strings.ReplaceAll(number, ".", "")
		}
		number = strings.NewReplacer(" ", "", ",", ".").Replace(number)
	}
	whole, part, _ := strings.Cut(strings.ReplaceAll(number, ",", ""), ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	return n, err == nil && n <= MaxPrice
}

var groupsByPoint = regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+$`)

// minorUnits are what a unit has of every currency that is used where one of those languages is spoken.
const minorUnits = 100
