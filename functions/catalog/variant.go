package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// The most that variants of one product may have.
const (
	MaxOptions     = 3
	MaxVariants    = 2_000
	MaxOptionValue = 60 // characters
)

// Option is a value of what variants differ by.
type Option struct {
	Name  string `json:"name" dynamodbav:"name"`
	Value string `json:"value" dynamodbav:"value"`
}

// Variation is a seller's word on where a product stands among variants: nowhere, as their parent, or as one of them.
type Variation struct {
	Parent bool
	// OptionNames are what the variants of a parent differ by. A parent that has none yet takes those of its first variant.
	OptionNames []string
	ParentID    string
	Options     map[string]string // a variant's values, by name
	Group       string            // what the seller calls a parent, where that is not its sku; it is kept as the parent's identity alone
}

// Variant is a product as one of its parent's.
type Variant struct {
	ParentID  string
	ProductID string
	Options   []Option // in the parent's order
}

var (
	// ErrHasVariants refuses to sell what its variants are sold as.
	ErrHasVariants = fault.New(fault.Conflict, "product_has_variants", "this product comes in variants; name one of them")
	// ErrParentNotFound refuses a parent that is none, or another seller's.
	ErrParentNotFound = fault.New(fault.Invalid, "parent_not_found", "there is no such parent of yours").
				With(fault.Field{Pointer: "/parent_id", Code: "not_found", Message: "must be a product of yours that has option_names"})
	// ErrNoParent refuses to make a parent of what is a product already, which may be offered.
	ErrNoParent = fault.New(fault.Conflict, "not_a_parent", "this product is sold as it is; list its parent as a product of its own").
			With(fault.Field{Pointer: "/option_names", Code: "not_allowed", Message: "are said of a product when it is listed first"})
	// ErrOptionsFixed refuses other options than the variants that are there have.
	ErrOptionsFixed = fault.New(fault.Conflict, "options_fixed", "what the variants of this product differ by is said once").
			With(fault.Field{Pointer: "/option_names", Code: "fixed", Message: "must stay as they are"})
	// ErrTooManyVariants refuses one variant more.
	ErrTooManyVariants = fault.New(fault.Conflict, "too_many_variants", "a product has %d variants at most", MaxVariants)
)

// errVariantTaken refuses the values of another variant.
func errVariantTaken(product string) error {
	return fault.New(fault.Conflict, "variant_taken", "%s is the variant with these values", product).
		With(fault.Field{Pointer: "/options", Code: "not_unique", Message: "are those of " + product})
}

// Same tells whether two words on a product's place say the same.
func (v Variation) Same(w Variation) bool {
	return v.Parent == w.Parent && v.ParentID == w.ParentID && slices.Equal(v.OptionNames, w.OptionNames) && maps.Equal(v.Options, w.Options)
}

func (v Variation) clean() Variation {
	for i, name := range v.OptionNames {
		if i == 0 {
			v.OptionNames = slices.Clone(v.OptionNames)
		}
		v.OptionNames[i] = display.Clean(name)
	}
	options := v.Options
	v.Options = nil
	for name, value := range options {
		if v.Options == nil {
			v.Options = map[string]string{}
		}
		v.Options[display.Clean(name)] = display.Clean(value)
	}
	return v
}

func (f *flaws) variation(c Content) {
	v := c.Variation
	f.unless(len(v.OptionNames) <= MaxOptions, "/option_names", "too_many", "must have at most %d items", MaxOptions)
	f.unless(!v.Parent || v.ParentID == "", "/parent_id", "not_allowed", "is not said of a parent")
	f.unless(!v.Parent || c.GTIN == "", "/gtin", "not_allowed", "is a variant's")
	f.unless(!v.Parent || c.SKU != "" || v.Group != "", "/sku", "required", "is required of a parent")
	for i, name := range v.OptionNames {
		at := "/option_names/" + strconv.Itoa(i)
		f.unless(attributeName.MatchString(name), at, "bad_format", "must have 1 to 40 letters, digits, spaces, underscores and hyphens")
		f.unless(!slices.ContainsFunc(v.OptionNames[:i], sameName(name)), at, "not_unique", "must be given once")
	}
	f.unless((v.ParentID != "") == (len(v.Options) > 0), "/options", "required", "are required of a variant, and of nothing else")
	for _, name := range slices.Sorted(maps.Keys(v.Options)) {
		if !attributeName.MatchString(name) { // not repeated: it may be anything
			f.unless(false, "/options", "bad_format", "names must have 1 to 40 letters, digits, spaces, underscores and hyphens")
			continue
		}
		f.text("/options/"+name, v.Options[name], 1, MaxOptionValue)
	}
}

func sameName(name string) func(string) bool {
	return func(other string) bool { return folded(name) == folded(other) }
}

// arrange puts a variant's values into the order of its parent's options. It fails with invalid_product unless there is one of
// each, and no other.
func (p Product) arrange(values map[string]string) ([]Option, error) {
	var f flaws
	var list []Option
	for _, name := range p.OptionNames {
		found := false
		for said, value := range values {
			if !found && sameName(name)(said) {
				list, found = append(list, Option{name, value}), true
			}
		}
		f.unless(found, "/options/"+name, "required", "is an option of the parent")
	}
	for _, said := range slices.Sorted(maps.Keys(values)) {
		f.unless(slices.ContainsFunc(p.OptionNames, sameName(said)), "/options/"+said, "unknown_option", "is no option of the parent")
	}
	if f != nil {
		return nil, fault.New(fault.Invalid, "invalid_product", "the product has fields that are not accepted").With(f...)
	}
	return list, nil
}

// has tells whether a variant has these values.
func (p Product) has(values map[string]string) bool {
	return len(p.Options) == len(values) && !slices.ContainsFunc(p.Options, func(o Option) bool { return values[o.Name] != o.Value })
}

// variant is the product's place among its parent's variants, nil if it is none.
func (p Product) variant() *Variant {
	if p.ParentID == "" {
		return nil
	}
	return &Variant{p.ParentID, p.ID, p.Options}
}

// Key is the same of variants that differ in nothing that a shopper could choose by: their values, whatever their case. Keys are
// in the order of the values, as far as those begin differently.
func (v Variant) Key() string {
	values := make([]string, len(v.Options))
	for i, o := range v.Options {
		values[i] = cmp.Or(folded(o.Value), o.Value)
	}
	return clip(strings.Join(values, "#"), keyed) + "#" + ids.Derive("", values...)
}

// keyed is how many characters of a variant's values are read in its key.
const keyed = 40

// titled is a variant's title. One that is its parent's says which variant it is.
func titled(title string, parent Product, options []Option) string {
	if title != parent.Title {
		return title
	}
	for _, o := range options {
		if !strings.Contains(strings.ToLower(title), strings.ToLower(o.Value)) {
			title += ", " + o.Value
		}
	}
	return title
}
