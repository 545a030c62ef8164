package search

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/catalog"
)

// Family is what a marketplace shows of the variants of one product, whatever was looked for.
type Family struct {
	ParentID string
	Count    int64 // variants
	Options  []FamilyOption
}

// FamilyOption is what variants differ by, with the values that there are.
type FamilyOption struct {
	Name   string
	Values []Swatch
}

// Swatch is a value of an option with a variant that has it: one in stock before others, then the cheapest.
type Swatch struct {
	Value     string
	Count     int64 // variants that have it
	ProductID string
	Image     string
	InStock   bool
}

// OptionKey is a variant's value of its parent's nth option as the index keeps it: by the order of the options, name and value.
func OptionKey(n int, o catalog.Option) string { return strconv.Itoa(n) + o.Name + "=" + o.Value }

// OptionOf reads an OptionKey.
func OptionOf(key string) (n int, o catalog.Option) {
	if key == "" {
		return 0, o
	}
	name, value, _ := strings.Cut(key[1:], "=") // no name holds the sign, and there are fewer than ten options
	return int(key[0] - '0'), catalog.Option{Name: name, Value: value}
}

// Arrange adds the values that a family's variants have, by their OptionKeys.
func (f *Family) Arrange(values map[string]Swatch) {
	options := map[int]*FamilyOption{}
	for key, s := range values {
		n, o := OptionOf(key)
		if options[n] == nil {
			options[n] = &FamilyOption{Name: o.Name}
		}
		s.Value = o.Value
		options[n].Values = append(options[n].Values, s)
	}
	for n := range catalog.MaxOptions {
		if o := options[n]; o != nil {
			slices.SortFunc(o.Values, func(a, b Swatch) int { return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value)) })
			f.Options = append(f.Options, *o)
		}
	}
}

// families are the parents of the variants among hits.
func families(hits []Hit) []string {
	var list []string
	for _, h := range hits {
		if h.Family != "" && !slices.Contains(list, h.Family) {
			list = append(list, h.Family)
		}
	}
	return list
}
