package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// The kinds of identities. Two who list the same identity list the same product.
const (
	byGTIN  = "gtin#"
	byModel = "model#"
	bySKU   = "sku#"
	byGroup = "group#" // of a parent, by its seller's name for it
)

// identities names the product that a seller's content describes: by its GTIN, by the seller's own sku, by brand and
// model; none if it has none of them. A sku is no other seller's business: what it alone names is shared with nobody. What
// is between brand and model is in neither. A parent goes by its seller's names for it alone, as its variants have the rest; brand
// and model name a variant, with its values, only where nothing else does.
func (c Content) identities(seller string) []string {
	var out []string
	if c.Parent {
		if name := cmp.Or(c.Group, c.SKU); name != "" {
			out = append(out, byGroup+seller+"#"+name)
		}
		if c.SKU != "" {
			out = append(out, skuIdentity(seller, c.SKU))
		}
		return out
	}
	if gtin, ok := GTIN(c.GTIN); ok {
		out = append(out, byGTIN+gtin)
	}
	if c.SKU != "" {
		out = append(out, skuIdentity(seller, c.SKU))
	}
	if len(c.Options) > 0 && len(out) > 0 {
		return out
	}
	if brand, model := folded(c.Brand), folded(c.Model); brand != "" && model != "" {
		name := byModel + brand + "#" + model
		for _, option := range slices.Sorted(maps.Keys(c.Options)) {
			name += "#" + folded(option) + "=" + folded(c.Options[option])
		}
		out = append(out, name)
	}
	return out
}

func skuIdentity(seller, sku string) string { return bySKU + seller + "#" + sku }

// folded is a name as two who write it differently would agree on: case, blanks, and what parts words do not count. A
// sign that means something does, as models that differ by it are different: S21 and S21+, C and C# and C++, 1.5 m and
// 15 m, +2.5 and -2.5. Two pages of one product can be brought together; one page of two sells what nobody ordered.
func folded(s string) string {
	text := []rune(width.Fold.String(norm.NFC.String(s)))
	var b strings.Builder
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			b.WriteRune(unicode.ToLower(r))
		case means(text, i):
			b.WriteRune(sign(r))
		}
	}
	return b.String()
}

// means tells whether a sign is more than what parts words.
func means(text []rune, i int) bool {
	var before, after rune
	if i > 0 {
		before = text[i-1]
	}
	if i+1 < len(text) {
		after = text[i+1]
	}
	switch r := sign(text[i]); r {
	case '.', '/', ':', '-':
		if unicode.IsNumber(before) && unicode.IsNumber(after) {
			return true
		}
		// A minus or a point that begins a number: Day -2.5, .5 mm.
		return (r == '-' || r == '.') && unicode.IsNumber(after) && !unicode.IsLetter(before) && !unicode.IsMark(before)
	case '#': // C#; before a number it says "number"
		return unicode.IsLetter(before) || unicode.IsNumber(before)
	case '"', '\'': // inches and feet, and not what quotes a word
		return unicode.IsNumber(before)
	case '&', '%', '*', '@', 'x':
		return true
	case '®', '©', '™', '℠', '\u00b4', '`', '^':
		return false
	default:
		return unicode.In(r, unicode.Sm, unicode.Sc, unicode.So)
	}
}

// signs are those that are written in several ways.
var signs = map[rune]rune{'−': '-', '–': '-', '—': '-', '‐': '-', '‑': '-', '﹣': '-', '－': '-', '＋': '+', '＃': '#', ',': '.', '⁄': '/', '×': 'x',
	'″': '"', '”': '"',
	'′': '\'', '’': '\'', '＆': '&'}

func sign(r rune) rune {
	if s, ok := signs[r]; ok {
		return s
	}
	return r
}
