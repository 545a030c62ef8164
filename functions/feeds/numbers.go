package feeds

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"rialto/functions/internal/currency"
	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
)

// numeral is a number as a cell has it.
type numeral struct {
	negative        bool
	units, fraction string // digits
	money           string // the signs and codes of a currency beside it
}

// How a marketplace's country writes decimals, where it is by comma, or by either (ZA) or with signs of its own (EG): CLDR
// 46, numbers/symbols. Elsewhere it is by point.
var decimalComma = []string{"BE", "BR", "DE", "ES", "FR", "IT", "NL", "PL", "SE", "TR"}

var decimalEither = []string{"ZA", "EG"}

// notation is what is known of the numbers of a column: which mark stands before decimals, in the marketplace and in the
// column's own cells.
type notation struct {
	marketplace string
	column      string // ".", ",", or "" where its cells do not tell, or do not agree
	whole       bool   // the currency has no decimals: a comma parts thousands, and so may a point before three digits
}

// decimalOf is the mark that a cell itself shows to stand before its decimals, "" if it shows none.
func decimalOf(cell string) string {
	n, ok := strip(cell)
	if !ok {
		return ""
	}
	return markOf(n.units)
}

// markOf is decimalOf the digits: the last of two marks, the other than one that stands twice, and the one before other than
// three digits.
func markOf(digits string) string {
	point, comma := strings.Count(digits, "."), strings.Count(digits, ",")
	switch {
	case point == 0 && comma == 0:
		return ""
	case point > 0 && comma > 0:
		return digits[strings.LastIndexAny(digits, ".,"):][:1]
	case point > 1:
		return ","
	case comma > 1:
		return "."
	}
	before, after, mark := cutMark(digits)
	if len(after) == 3 && !strings.HasPrefix(before, "0") && len(before) <= 3 && before != "" {
		return ""
	}
	return mark
}

func cutMark(digits string) (before, after, mark string) {
	i := strings.IndexAny(digits, ".,")
	return digits[:i], digits[i+1:], digits[i : i+1]
}

var spaces = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "", "\u2007", "", "'", "", "’", "", "`", "", "´", "", "٬", "", "٫",
	",", "−", "-",
	"–", "-",
	"\u200e", "", "\u200f", "", "\u061c", "")

// strip takes from a cell what stands about its digits: signs before and behind, brackets, a currency. What stands between
// the digits is left in units, but for blanks and apostrophes, which part thousands alone.
func strip(cell string) (n numeral, ok bool) {
	if cell != "" && strings.Trim(cell, "0123456789.,") == "" && isDigit(rune(cell[0])) && isDigit(rune(cell[len(cell)-1])) {
		return numeral{units: cell}, true // as most are
	}
	s := strings.Map(ascii, cell)
	first := strings.IndexFunc(s, isDigit)
	if first < 0 {
		return n, false
	}
	if r := []rune(s[:first]); len(r) > 0 && (r[len(r)-1] == '.' || r[len(r)-1] == ',') && (len(r) == 1 || !unicode.IsLetter(r[len(r)-2])) {
		first-- // .99, and not Rs.99
	}
	last := strings.LastIndexFunc(s, isDigit) + 1
	before, digits, after := spaces.Replace(s[:first]), s[first:last], spaces.Replace(s[last:])
	after = noCents.ReplaceAllString(after, "")
	if before+after != "" {
		before, n.negative = cutSign(before)
		var behind bool
		if after, behind = cutSign(after); behind {
			n.negative = true
		}
		if before, ok = strings.CutPrefix(before, "("); ok {
			if after, ok = strings.CutSuffix(after, ")"); !ok {
				return n, false
			}
			n.negative = true
		}
		n.money = before + after
	}
	if parted(digits) {
		n.units = spaces.Replace(digits)
	} else {
		n.units = digits
	}
	return n, strings.Trim(n.units, "0123456789.,") == ""
}

// noCents is what stands for them, as in 12,– and 12:- and 12/-, before a currency or not.
var noCents = regexp.MustCompile(`^[.,:/][-—]+`)

// cutSign takes a minus or plus off either end.
func cutSign(s string) (rest string, negative bool) {
	switch {
	case strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-"):
		return strings.TrimSuffix(strings.TrimPrefix(s, "-"), "-"), true
	case strings.HasPrefix(s, "+"):
		return s[1:], false
	}
	return s, false
}

// parted tells whether blanks and apostrophes stand where they part thousands: before three digits each.
func parted(digits string) bool {
	run := -1 // digits since the last of them
	for _, r := range digits {
		switch {
		case isDigit(r):
			if run >= 0 {
				run++
			}
		case r == '.' || r == ',' || r == '٫':
			return run < 0 || run == 3
		default:
			if run >= 0 && run != 3 {
				return false
			}
			run = 0
		}
	}
	return run < 0 || run == 3
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// ascii is a digit of any script as one of ours, as the digits of each stand in a row of ten, and so are signs as wide as
// a character of Chinese.
func ascii(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return r
	}
	for _, x := range unicode.Nd.R16 {
		if lo := rune(x.Lo); r >= lo && r <= rune(x.Hi) {
			return '0' + (r-lo)%10
		}
	}
	return r
}

// numeralOf reads a number. A point or comma before exactly three digits may part thousands or decimals: which one is
// told by the column's other cells, or else by the marketplace if it is a point where decimals have points; else nobody
// can tell. Errors: ambiguous_number, invalid_value.
func numeralOf(column, cell string, how notation) (numeral, error) {
	const example = "must be a number such as 1299.00"
	n, ok := strip(cell)
	if !ok {
		return n, invalidValue(column, example)
	}
	digits := n.units
	decimal := markOf(digits)
	if decimal == "" && strings.ContainsAny(digits, ".,") {
		_, _, mark := cutMark(digits)
		switch {
		case how.column != "":
			decimal = how.column
		case how.whole && mark == ",":
			decimal = "."
		case !how.whole && mark == "." && !slices.Contains(decimalComma, how.marketplace) && !slices.Contains(decimalEither, how.marketplace):
			decimal = "."
		default:
			return n, invalid("ambiguous_number", column, "may mean thousands or decimals in "+how.marketplace+
				" and the column does not tell; write it without a separator of thousands, as 1299.00")
		}
	}
	if decimal != "" {
		if i := strings.LastIndex(digits, decimal); i >= 0 {
			digits, n.fraction = digits[:i], digits[i+1:]
		}
	}
	n.units, ok = ungrouped(digits)
	if !ok || n.fraction != "" && !isDigits(n.fraction) || n.units == "" && n.fraction == "" {
		return n, invalidValue(column, example)
	}
	return n, nil
}

// ungrouped takes separators of thousands out: before three digits each, or, as in India, before two and at last three.
func ungrouped(digits string) (string, bool) {
	groups := strings.FieldsFunc(digits, func(r rune) bool { return r == '.' || r == ',' })
	if len(groups) < 2 {
		return digits, !strings.ContainsAny(digits, ".,")
	}
	if strings.ContainsRune(digits, '.') && strings.ContainsRune(digits, ',') || len(groups[0]) > 3 || len(groups[len(groups)-1]) != 3 {
		return "", false
	}
	middle := groups[1 : len(groups)-1]
	for _, size := range []int{3, 2} {
		if !slices.ContainsFunc(middle, func(g string) bool { return len(g) != size }) {
			return strings.Join(groups, ""), strings.Count(digits, ".")+strings.Count(digits, ",") == len(groups)-1
		}
	}
	return "", false
}

// parseQuantity reads a count of units. signed lets a sign stand before it. Errors name what sellers get wrong:
// fractional_quantity, negative_quantity, out_of_range, ambiguous_number, invalid_value.
func parseQuantity(column, cell string, signed bool, how notation) (int64, error) {
	n, err := numeralOf(column, cell, how)
	switch {
	case fault.Code(err) == "invalid_value" || n.money != "":
		return 0, invalidValue(column, "must be a whole number of units, such as 12")
	case err != nil:
		return 0, err
	case strings.Trim(n.fraction, "0") != "":
		return 0, invalid("fractional_quantity", column, "must be a whole number of units")
	case n.negative && !signed:
		return 0, invalid("negative_quantity", column, "must not be negative")
	}
	if len(n.units) > 12 {
		return 0, invalidValue(column, "must be a whole number of units, such as 12")
	}
	count, err := strconv.ParseInt("0"+n.units, 10, 64)
	if err != nil || count > inventory.MaxQuantity {
		return 0, invalid("out_of_range", column, fmt.Sprintf("must be at most %d", int64(inventory.MaxQuantity)))
	}
	if n.negative {
		count = -count
	}
	return count, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// parsePrice reads a price in major units, as sellers write it: 12.99, 12,99 €, USD 1'299.00. Errors: too_many_digits,
// ambiguous_number, negative_price, wrong_currency, invalid_value.
func parsePrice(column, cell, code string, how notation) (int64, error) {
	digits, err := currency.Decimals(code)
	if err != nil {
		return 0, err
	}
	how.whole = digits == 0
	n, err := numeralOf(column, cell, how)
	if err != nil {
		return 0, err
	}
	of := []string{code}
	if n.money != "" {
		of = currenciesOf(n.money)
	}
	switch {
	case of == nil:
		return 0, invalidValue(column, "must be a number such as 12.99")
	case !slices.Contains(of, code):
		return 0, invalid("wrong_currency", column, "must be in the marketplace's currency, "+code)
	case n.negative:
		return 0, invalid("negative_price", column, "must not be negative")
	case len(strings.TrimRight(n.fraction, "0")) > digits || len(n.units) > 12:
		return 0, invalid("too_many_digits", column, fmt.Sprintf("must have at most %d decimals in %s", digits, code))
	}
	minor, err := strconv.ParseInt("0"+n.units+(n.fraction + strings.Repeat("0", digits))[:digits], 10, 64)
	if err != nil {
		return 0, invalidValue(column, "must be a number such as 12.99")
	}
	return minor, nil
}

// currenciesOf are those that all signs and codes beside a number are of, as in MXN$5 and $5 USD: none where two differ,
// nil where one is not known. Points in them do not count (kr., Dhs., د.إ.).
func currenciesOf(beside string) []string {
	out := []string{}
	for rest := strings.ReplaceAll(strings.ToUpper(beside), ".", ""); ; {
		sign := ""
		for s := range marketplaces.CurrencySigns {
			if len(s) > len(sign) && strings.HasPrefix(rest, s) {
				sign = s
			}
		}
		if sign == "" {
			return nil
		}
		of := marketplaces.CurrencySigns[sign]
		if len(out) > 0 {
			of = slices.DeleteFunc(slices.Clone(of), func(code string) bool { return !slices.Contains(out, code) })
		}
		if out, rest = of, rest[len(sign):]; rest == "" || len(out) == 0 {
			return out
		}
	}
}
