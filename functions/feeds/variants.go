package feeds

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
)

// inherited is what the rows of one product's variants leave out but in the first (Shopify: all rows of a handle).
var inherited = []string{colTitle, colDescription, colBrand, colCategory, colBullets, colModel, colCondition, colStatus}

// maxInherited bounds what is carried from row to row, and so from one invocation to the next.
const maxInherited = 64 << 10

// inherit fills what a variant leaves to the row before it of the same group. It tells whether the row is such a variant,
// and returns the row whose variants may follow. What is longer than maxInherited is not handed down.
func (r row) inherit(parent row) (variant bool, next row) {
	group := r[colGroup]
	if group == "" {
		return false, nil
	}
	if parent[colGroup] != group {
		return false, r.heirloom()
	}
	for column, value := range parent {
		if r[column] == "" {
			r[column] = value
		}
	}
	return true, parent
}

// heirloom is what a row hands down.
func (r row) heirloom() row {
	out, size := row{colGroup: r[colGroup]}, len(r[colGroup])
	give := func(column string) {
		if n := len(r[column]); n > 0 && size+n <= maxInherited {
			out[column], size = r[column], size+n
		}
	}
	for _, column := range inherited {
		give(column)
	}
	for _, column := range slices.Sorted(maps.Keys(r)) {
		if strings.HasPrefix(column, optionName) || column == colTheme {
			give(column)
		}
	}
	return out
}

var errImageApart = fault.New(fault.Invalid, "image_apart",
	"no row near above is of the product that the image is of; give its address in the product's first row")

// addImages gives the images of a row that has nothing else to a row of its product before it.
func addImages(before []item, r row) error {
	images := imagesOf(r[colImages])
	if len(images) == 0 {
		return nil
	}
	i := slices.IndexFunc(before, func(i item) bool { return i.group == r[colGroup] && i.more != nil })
	if i < 0 {
		return errImageApart
	}
	*before[i].more = append(*before[i].more, images...)
	return nil
}

// saysNothing tells whether a variant's row has nothing of its own, as one that only brings a further image.
func (r row) saysNothing() bool {
	for column, value := range r {
		own := column == colSKU || column == colGTIN || column == colProduct || column == colPrice || column == colDetails ||
			strings.HasPrefix(column, optionValue) || strings.HasPrefix(column, optionNamed)
		if own && value != "" {
			return false
		}
	}
	return true
}

// relation is what a row is of.
type relation int

const (
	asWhole relation = iota // a product that is sold as it is
	asParent
	asVariant
)

// relationWords are the relations by the words of files: [A] Amazon's parentage, [E] eBay's Relationship, [W] WooCommerce's Type.
var relationWords = map[string]relation{"parent": asParent /* A */, "variable": asParent /* W */, "child": asVariant, /* A */
	"variation": asVariant /* W, E */, "simple": asWhole /* W */, "grouped": asWhole /* W */, "external": asWhole, /* W */
	"configurable": asParent /* Magento */, "variant": asVariant, /* Wix */
	"bundle":       asWhole,
	"downloadable": asWhole, "virtual": asWhole /* W, beside others */}

// relationOf is the word of a cell that says what a row is of: the first that is a relation (W: "variation, virtual").
func relationOf(cell string) string {
	first := ""
	for word := range strings.SplitSeq(cell, ",") {
		word = fold(word)
		if first = cmp.Or(first, word); relationWords[word] != asWhole {
			return word
		}
	}
	return first
}

// related names the group of a row that stands by its place: of eBay's and Squarespace's, variants come behind their parent.
func (r row) related(before row) {
	if r[colGroup] == "" && r[colTitle] == "" {
		r[colGroup] = before[colGroup]
	}
	if r[colDetails] == "" {
		return
	}
	if relationWords[relationOf(r[colRelation])] == asVariant {
		r[colGroup] = before[colGroup]
	} else {
		r[colGroup] = cmp.Or(r[colSKU], r[colTitle])
	}
}

var (
	errNoParent = invalid("missing_parent", colParent, "must have the sku of the product that this is a variant of")
	errNoTheme  = invalid("missing_options", colTheme, "must name options that the file has columns of, and each variant a value of each")
)

// vary says where a row stands among variants.
func (r row) vary(p *catalog.Row) error {
	is, known := relationWords[relationOf(r[colRelation])]
	details := r[colDetails] != ""
	switch {
	case details && is != asVariant:
		is = asParent
	case r[colGroup] != "" && !known:
		is = asVariant // Shopify has no row for a parent alone
	}
	names := r.optionNames()
	if relationOf(r[colRelation]) == "product" && len(names) > 0 { // Wix's has the values of all its variants
		is = asParent
	}
	if r[colParent] != "" && r[colRelation] == "" && len(names) == 0 { // Google has neither
		if names = slices.Sorted(maps.Keys(p.Options)); len(names) > 0 {
			is = asVariant
		}
	}
	switch {
	case is == asParent:
		p.Parent, p.Group, p.GTIN, p.OptionNames = true, r[colGroup], "", nil
		if p.Group == "" {
			p.Group = cmp.Or(r[colSKU], numbered(r[colNumber]))
		}
		if details || r[colTheme] != "" { // WooCommerce's has all attributes, whatever its variants differ by
			p.OptionNames = names
		}
		maps.DeleteFunc(p.Options, func(_, value string) bool { return strings.ContainsAny(value, ",|;") }) // all that variants have
		return nil
	case is == asWhole || r[colGroup] != "" && len(names) == 0 && r[colTheme] == "": // of one variant that has no options
		return nil
	}
	p.Group, p.OptionNames = cmp.Or(r[colGroup], r[colParent]), names
	if details {
		p.Options = detailsOf(r[colDetails])
	}
	if p.Group == "" {
		return errNoParent
	}
	if len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return p.Options[name] == "" }) {
		return errNoTheme
	}
	return nil
}

func numbered(id string) string {
	if id == "" {
		return ""
	}
	return "id:" + id // as WooCommerce names a parent without a sku
}

// optionNames are the options that a row's variants differ by, in the order of the file.
func (r row) optionNames() []string {
	if r[colDetails] != "" {
		var names []string
		for part := range strings.SplitSeq(r[colDetails], "|") {
			if name, _, ok := strings.Cut(part, "="); ok {
				names = append(names, strings.TrimSpace(name))
			}
		}
		return names
	}
	if r[colTheme] != "" {
		return themeOf(r[colTheme])
	}
	var numbers []int
	for column, name := range r {
		n, ok := strings.CutPrefix(column, optionName)
		if number, err := strconv.Atoi(n); ok && err == nil && name != "" && r[optionValue+n] != "" && r[optionValue+n] != "Default Title" {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	var names []string
	for _, n := range numbers {
		names = append(names, r[optionName+strconv.Itoa(n)])
	}
	return names
}

// themeOf are the options that one of Amazon's themes names, in its order: SizeColor, COLOR/SIZE, size_name-color_name.
func themeOf(theme string) []string {
	var names []string
	for rest := fold(theme); rest != ""; {
		i := slices.IndexFunc(optionWords, func(word string) bool { return strings.HasPrefix(rest, word) })
		if i < 0 {
			_, n := utf8.DecodeRuneInString(rest)
			rest = rest[n:]
			continue
		}
		names, rest = append(names, optionWords[i]), rest[len(optionWords[i]):]
	}
	return names
}

// detailsOf are eBay's values: Color=Red|Size=S.
func detailsOf(cell string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(cell, "|") {
		if name, value, ok := strings.Cut(part, "="); ok {
			out[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return out
}
