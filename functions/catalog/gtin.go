package catalog

import (
	"strings"
	"unicode"
)

// GTIN returns a number of 8, 12, 13 or 14 digits as one of 14, the form in which equal numbers are equal, and whether
// its last digit is right (GS1 General Specifications, 7.9: weights 3 and 1 from the right, the sum rounded up to ten).
func GTIN(s string) (string, bool) {
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return "", false
	}
	padded := strings.Repeat("0", 14-len(s)) + s
	sum := 0
	for i, c := range padded {
		if c < '0' || c > '9' {
			return "", false
		}
		weight := 3
		if i%2 == 1 {
			weight = 1
		}
		sum += int(c-'0') * weight
	}
	return padded, sum%10 == 0 && strings.Trim(s, "0") != ""
}

// plain is a name as two who write it differently would agree on: its letters and digits, in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// The kinds of identities. Two who list the same identity list the same product.
const (
	byGTIN  = "gtin#"
	byModel = "model#"
)

// identities names the product that a content describes, the GTIN first; none if it has neither a GTIN nor a brand
// and model. What is between brand and model is in neither.
func (c Content) identities() []string {
	var out []string
	if gtin, ok := GTIN(c.GTIN); ok {
		out = append(out, byGTIN+gtin)
	}
	if brand, model := plain(c.Brand), plain(c.Model); brand != "" && model != "" {
		out = append(out, byModel+brand+"#"+model)
	}
	return out
}
