package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"rialto/functions/marketplaces"
)

// money is a number with the sign, the code or the name of a currency, on either side, or without. Its groups are the sign before,
// the number, and what is behind. Where it is said by comma, decimals are; a k are thousands, and those of yen have signs of their own.
const (
	sign = `(us\$|a\$|c\$|s\$|r\$|mx\$|e£|[$£€₹₺¥￥]|rs\.?|r|usd|gbp|eur|cad|aud|inr|sgd|zar|jpy|aed|sar|egp)?`
	name = `(dollars?|pounds?|quid|euros?|bucks|rupees?|rs|rands?|usd|gbp|eur|cad|aud|inr|sgd|zar|pln|sek|brl|mxn|try|jpy|aed|sar|egp|` +
		`zł|zl|zloty|złotych|zlotych|kr|:-|kronor|reais|pesos|tl|lira|yen|円|le|[$£€₹₺﷼]|درهم|دراهم|ريال|ريالات|جنيه|جنيهات|د\.?إ|د\.?ا|ر\.?س|ج\.?م)?`
	byPoint = sign + `\s?(\d{1,3}(?:,\d{2,3})+(?:\.\d{1,2})?|\d{1,7}(?:\.\d{1,2})?[万千k]?)\s?` + name
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
	end           string // what may stand behind all of it
	joined        bool   // words stand without spaces between
}

// boundsOf are those of each language.
var boundsOf = map[string]boundWords{
	"en": {before: `(?:for |priced |(?:that )?costs? |costing )?`, notLess: `(?:not|no) less than|not (?:under|below)`,
		most: `under|below|less than|cheaper than|up to|at most|(?:not|no) more than|not (?:over|above)`, maximum: `max(?:imum)?|<=?`,
		more: `over|above|more than|at least|from|starting (?:at|from)|min(?:imum)?|>=?`, between: `between`, from: `from`, and: `and`, to: `-|–|to|and`,
		orLess: `or (?:less|under|below)|and (?:under|below)|max(?:imum)?`, orMore: `or more|and (?:up|over|above)|or (?:over|above)`},
	"de": {before: `(?:für )?`, notLess: `nicht (?:unter|weniger als)`,
		most: `unter|bis(?: zu)?|höchstens|maximal|max\.?|weniger als|billiger als|günstiger als|nicht (?:über|mehr als)`,
		more: `über|ueber|ab|mindestens|mehr als|teurer als`, between: `zwischen`, from: `von`, and: `und`, to: `-|–|bis`,
		orLess: `oder weniger|maximal|max\.?|höchstens`, orMore: `oder mehr|und mehr|aufwärts`},
	"fr": {before: `(?:à |a |pour |en )?`, notLess: `pas moins de`,
		most: `moins de|jusqu'[àa]|au plus|au maximum|maximum|max|pas plus de|moins chère?s? que|dessous de|sous(?: les)?|inférieure?s? à`,
		more: `plus de|partir de|au moins|dès|dessus de|supérieure?s? à`, between: `entre`, from: `de`, and: `et`, to: `-|–|à|a`,
		orLess: `ou moins|au plus|maxi(?:mum)?|max`, orMore: `ou plus|et plus|minimum`},
	"es": {before: `(?:por |a )?`, notLess: `no menos de`,
		most: `menos de|debajo de|hasta|m[áa]ximo|no m[áa]s de|m[áa]s baratos? que|m[áa]s baratas? que|inferior(?:es)? a|bajo`,
		more: `m[áa]s de|desde|partir de|m[íi]nimo|encima de|al menos|superior(?:es)? a`, between: `entre`, from: `de`, and: `y`, to: `-|–|a|hasta`,
		orLess: `o menos|(?:como )?m[áa]ximo`, orMore: `o m[áa]s|(?:como )?m[íi]nimo`},
	"it": {before: `(?:a |al di )?`, notLess: `non meno di`,
		most: `sotto(?: (?:a?i|dei|gli|agli|degli))?|meno di|fino a|entro(?: i)?|al massimo|massimo|max|non pi[ùu] di|inferior[ei] a`,
		more: `sopra(?: (?:a?i|dei|gli|agli|degli))?|pi[ùu] di|oltre|partire da|almeno|superior[ei] a`, between: `tra|fra`, from: `da`, and: `e`,
		to:     `-|–|a`,
		orLess: `o meno|al massimo|massimo|max`, orMore: `o pi[ùu]|in su`},
	"nl": {before: `(?:voor )?`, notLess: `niet minder dan|minimaal`,
		most: `onder(?: de)?|tot(?: en met)?|minder dan|goedkoper dan|maximaal|max|niet meer dan`,
		more: `boven(?: de)?|vanaf|meer dan|minstens`, between: `tussen`, from: `van`, and: `en`, to: `-|–|tot`, orLess: `of minder|maximaal|max`,
		orMore: `of meer|en hoger`},
	"pt": {before: `(?:por |a )?`, notLess: `n[ãa]o menos de`,
		most: `at[ée]|menos de|menos que|abaixo de|(?:no )?m[áa]ximo|n[ãa]o mais de|mais baratos? que|mais baratas? que`,
		more: `acima de|mais de|mais que|partir de|(?:no )?m[íi]nimo`, between: `entre`, from: `de`, and: `e`, to: `-|–|a|até`,
		orLess: `ou menos|no m[áa]ximo`, orMore: `ou mais|no m[íi]nimo`},
	"pl": {before: `(?:za |w cenie )?`, notLess: `nie mniej niż`,
		most: `do|poniżej|ponizej|mniej niż|maksymalnie|max|nie więcej niż|tańsz[ey] niż|tańsz[ey] od`, more: `od|powyżej|powyzej|więcej niż|minimum`,
		between: `między|pomiędzy`, from: `od`, and: `a|i`, to: `-|–|do`, orLess: `lub mniej|maksymalnie|max|i mniej`, orMore: `lub więcej|i więcej`},
	"sv": {before: `(?:för )?`, notLess: `inte under`, most: `under|upp till|högst|mindre än|max|inte över|billigare än|maximalt`,
		more: `över|från|minst|mer än`, between: `mellan`, from: `från`, and: `och`, to: `-|–|till`, orLess: `eller mindre|max|eller billigare`,
		orMore: `eller mer|och uppåt`},
	"tr": {before: `(?:fiyatı )?`, most: `en fazla|en çok|azami|maksimum|max`, more: `en az|en düşük|asgari|minimum`, from: `fiyat`, to: `-|–|ile|ila`,
		orLess: `'?(?:[dt][ae]n|n[iı]n|[ny]?[ae])?\s(?:az|ucuz|düşük|kadar|alt(?:ı|ında|ındaki))`,
		orMore: `(?:ve\s)?'?(?:[dt][ae]n|n[iı]n)?\s?(?:üst(?:ü|ünde|ündeki)|üzeri(?:nde)?|fazla|pahalı|başlayan)`,
		end:    `(?:\saras(?:ı|ında|ındaki))?`},
	"ar": {before: `(?:بسعر |سعر |ب)?`, notLess: `لا يقل عن`,
		most: `اقل من|تحت|حتى|ارخص من|لا يزيد عن|لا يتجاوز|لا تتجاوز|بحد اقصى|حد اقصى|دون`, more: `اكثر من|فوق|ابتداء من|اعلى من|على الاقل`,
		between: `بين|ما بين`, from: `من`, and: `و`, to: `-|–|الى|لـ|ل`, orLess: `او اقل|فاقل|كحد اقصى`, orMore: `او اكثر|فاكثر`},
	"ja": {from: `予算`, to: `-|–|〜|~|から`, orLess: `以下|まで|未満|以内`, orMore: `以上|から|超`, joined: true, end: `(?:まで)?(?:の|で)?`},
}

// bound is a pattern of a price, with which of its amounts is the least and which the most, from 1.
type bound struct {
	pattern  *regexp.Regexp
	min, max int
	bare     bool // a number alone may be a price
}

// writing is how a price is written: in the words of a language, with numbers that have decimals behind a comma or a point.
type writing struct {
	language string
	comma    bool
}

// boundsIn are the patterns of each way to write prices, made when it is first asked for.
var boundsIn = func() map[writing]func() []bound {
	out := map[writing]func() []bound{}
	for language, words := range boundsOf {
		for _, comma := range []bool{true, false} {
			out[writing{language, comma}] = sync.OnceValue(func() []bound { return words.patterns(language, comma) })
		}
	}
	return out
}()

// decimalPoint are the languages whose decimals stand behind a point, and the marketplaces of others that have it: CLDR 46,
// numbers/symbols. Those of Arabic are made so before they are read (folded).
var decimalPoint = []string{"en", "ja", "ar", "MX"}

// patterns are in the order in which they are tried: what says no stands before what it denies.
func (b boundWords) patterns(language string, comma bool) (list []bound) {
	money, start, end := byPoint, `(?:^|\s)`, `(?:[\s?!,;؟]|$)`
	if comma {
		money = byComma
	}
	if b.joined {
		start, end = "", `[\s?!、。]?`
	}
	add := func(words, format string, low, high int, bare bool) {
		if words != "" {
			text := `(?i)` + start + strings.NewReplacer("BEFORE", b.before, "WORDS", words, "MONEY", money).Replace(format) + b.end + end
			list = append(list, bound{regexp.MustCompile(text), low, high, bare})
		}
	}
	alone := language == "en" && !comma // where English is spoken
	add(b.between, `BEFORE(?:WORDS)\s+MONEY\s(?:`+b.and+`)\s?MONEY`, 1, 2, false)
	add(b.from, `BEFORE(?:(?:WORDS)\s+)?MONEY\s?(?:`+b.to+`)\s?MONEY`, 1, 2, false)
	add(b.notLess, `BEFORE(?:WORDS)\s+MONEY`, 1, 0, false)
	add(b.most, `BEFORE(?:WORDS)\s+MONEY`, 0, 1, alone)
	add(b.maximum, `BEFORE(?:WORDS)\s*MONEY`, 0, 1, false)
	add(b.orLess, `BEFOREMONEY\s?(?:WORDS)`, 0, 1, language == "tr")
	add(b.orMore, `BEFOREMONEY\s?(?:WORDS)`, 1, 0, false)
	add(b.more, `BEFORE(?:WORDS)\s*MONEY`, 1, 0, false)
	return list
}

// currencyNames are the currencies that a word may stand for, but for an s of many at its end.
var currencyNames = map[string][]string{"dollar": {"USD", "CAD", "AUD", "SGD"}, "buck": {"USD", "CAD", "AUD"}, "pound": {"GBP"}, "quid": {"GBP"},
	"euro": {"EUR"}, "rupee": {"INR"}, "rand": {"ZAR"}, "zloty": {"PLN"}, "złotych": {"PLN"}, "kronor": {"SEK"}, ":-": {"SEK"}, "reais": {"BRL"},
	"peso": {"MXN"},
	"lira": {"TRY"}, "zlotych": {"PLN"}, "yen": {"JPY"}, "درهم": {"AED"}, "دراهم": {"AED"}, "ريال": {"SAR"}, "ريالات": {"SAR"}, "جنيه": {"EGP"},
	"جنيهات": {"EGP"}, "دا": {"AED"}}

// currenciesOf are those that a sign, a code or a word may stand for.
func currenciesOf(s string) []string {
	one := strings.TrimSuffix(s, "s")
	return slices.Concat(currencyNames[s], currencyNames[one], marketplaces.CurrencySigns[strings.ToUpper(s)],
		marketplaces.CurrencySigns[strings.ToUpper(one)])
}

// folded writes a text's digits and marks in the Latin way, and Arabic letters without hamza, a letter for each letter.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune("أإآ", r):
			return 'ا'
		}
		if i := slices.Index(marks, r); i >= 0 {
			return latinMarks[i]
		}
		return r
	}, text)
}

var marks, latinMarks = []rune("٫٬，．’～＜＞"), []rune(".,,.'~<>")

// part is the part of a text that stands where one of its folded text does.
func part(text, folded string, from, to int) string {
	letters := []rune(text)
	at := utf8.RuneCountInString(folded[:from])
	return string(letters[at : at+utf8.RuneCountInString(folded[from:to])])
}

// priced reads the first price of a text in the words of a language, and leaves the rest.
func priced(typed string, m marketplaces.Marketplace, language string) (r Reading, rest string, ok bool) {
	text := folded(typed)
	if !strings.ContainsAny(text, "0123456789") {
		return Reading{}, typed, false
	}
	comma := !slices.Contains(decimalPoint, code(m.Language)) && !slices.Contains(decimalPoint, m.Code)
	patterns := boundsIn[writing{language, comma}]
	if patterns == nil {
		return Reading{}, typed, false
	}
	for _, p := range patterns() {
		at := p.pattern.FindStringSubmatchIndex(text)
		if at == nil || unit.MatchString(strings.TrimSpace(text[at[1]:])) {
			continue
		}
		low, high, ok := p.amounts(text, at, m, comma)
		if !ok {
			continue
		}
		words := strings.TrimSpace(part(typed, text, at[0], at[1]))
		rest := plain(part(typed, text, 0, at[0]) + " " + part(typed, text, at[1], len(text)))
		return Reading{Kind: PriceWords, Words: words, Min: low, Max: high}, rest, true
	}
	return Reading{}, typed, false
}

// amounts are those of a price that a pattern has found in a folded text; false of what is none.
func (b bound) amounts(text string, at []int, m marketplaces.Marketplace, comma bool) (low, high int64, ok bool) {
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
		return minor(group(3*n-2), group(3*n-1), group(3*n), m.Currency, comma)
	}
	before := strings.Fields(strings.ToLower(text[:at[0]]))
	bare := group(1)+group(3)+group(4)+group(6) == ""
	if bare && (!b.bare || len(before) > 0 && slices.Contains(people, before[len(before)-1])) {
		return 0, 0, false
	}
	low, fits := amount(b.min)
	high, fit := amount(b.max)
	if !fits || !fit || b.max > 0 && (high < 1 || low > high) {
		return 0, 0, false
	}
	return low, high, !bare || high >= leastBare*minorUnits(m.Currency)
}

// minor is an amount in minor units; false of another currency than the marketplace's, and of more than can be asked for.
func minor(sign, number, name, currency string, comma bool) (int64, bool) {
	for _, s := range []string{sign, name} {
		s = strings.ReplaceAll(strings.ToLower(s), ".", "")
		if s != "" && !slices.Contains(currenciesOf(s), currency) {
			return 0, false
		}
	}
	if comma {
		if strings.Contains(number, ",") || groupsByPoint.MatchString(number) {
			number = strings.ReplaceAll(number, ".", "")
		}
		number = strings.NewReplacer(" ", "", ",", ".").Replace(number)
	}
	times := minorUnits(currency)
	for many, n := range map[string]int64{"万": 10_000, "千": 1_000, "k": 1_000, "K": 1_000} {
		if digits, ok := strings.CutSuffix(number, many); ok {
			number, times = digits, times*n
		}
	}
	whole, part, _ := strings.Cut(strings.ReplaceAll(number, ",", ""), ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if n > MaxPrice || err != nil {
		return 0, false
	}
	n = n * times / 100
	return n, n <= MaxPrice
}

var groupsByPoint = regexp.MustCompile(`^\d{1,3}(?:\.\d{3})+$`)

// minorUnits are what a unit has of a marketplace's currency: all of them have a hundred, but for the yen. Package currency knows it of any,
// by tables that would be 75 KB of the zip; a test holds this to them.
func minorUnits(currency string) int64 {
	if currency == "JPY" {
		return 1
	}
	return 100
}
