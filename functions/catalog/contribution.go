package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// MaxModel is the most characters of a model.
const MaxModel = 100

// Content is what a seller says of a product.
type Content struct {
	Title       string
	Description string
	Brand       string
	Model       string
	GTIN        string // 8, 12, 13 or 14 digits
	Bullets     []string
	CategoryID  string
	Attributes  map[string]string
	Images      []string
	SKU         string // the seller's own name for it, which no page shows
	Variation
	// Refuses are the fields that nobody else may fill where its owner leaves them empty (refusable).
	Refuses []string
}

// refusable are the fields that others fill, as JSON pointers. An attribute is refused by its name, or with all others.
var refusable = []string{"/description", "/brand", "/model", "/gtin", "/bullets", "/images", "/attributes"}

// refuses tells whether an owner refuses what others say of a field.
func (c Content) refuses(field string) bool {
	all, _, attribute := strings.Cut(strings.TrimPrefix(field, "/"), "/")
	return slices.Contains(c.Refuses, field) || attribute && slices.Contains(c.Refuses, "/"+all)
}

func (f *flaws) refusals(c Content) {
	f.unless(len(c.Refuses) <= MaxAttributes, "/refuses", "too_many", "must have at most %d items", MaxAttributes)
	for i, field := range c.Refuses {
		name, attribute := strings.CutPrefix(field, "/attributes/")
		f.unless(slices.Contains(refusable, field) || attribute && attributeName.MatchString(name), "/refuses/"+strconv.Itoa(i), "not_allowed",
			"must be one of: %s, or /attributes/ and a name", strings.Join(refusable, ", "))
	}
}

// Contribution is what one seller says of a product. Only that seller changes it, or withdraws it.
//
// Who edits a page: its owner is the seller who listed it first, and the page shows what the owner says. What the owner
// leaves empty (description, brand, model, GTIN, bullets, images, and each attribute by itself) is filled from the other
// sellers' contributions, of whoever listed it earlier. What another says differently from the page is a dispute: it
// stands in the contribution, both sides can list it, and the owner settles it by saying the same. The owner can refuse to have
// a field filled by others; then what they say of it is a dispute, too.
//
// A page that no seller listed is its importer's: contributions to it are kept and show as disputes, and change
// nothing. An import overrules any page until its owner edits it again.
type Contribution struct {
	ProductID string
	SellerID  string
	Content
	Version   int64 // from 1, of what its seller writes: its images come and go when they are judged, and leave it
	ListedAt  time.Time
	UpdatedAt time.Time
}

// say makes a contribution say something else, at an instant.
func (c *Contribution) say(next Content, at time.Time) {
	images := next.Images
	next.Images = c.Images
	if c.Version == 0 || !c.Content.Same(next) {
		c.Version++
	}
	next.Images = images
	c.Content, c.UpdatedAt = next, at
}

var (
	// ErrNotListed says that a seller does not list a product.
	ErrNotListed = fault.New(fault.NotFound, "product_not_listed", "you do not list this product")
	// ErrGTINTaken refuses to give a product the GTIN of another.
	ErrGTINTaken = fault.New(fault.Conflict, "gtin_taken", "another product has this GTIN").
			With(fault.Field{Pointer: "/gtin", Code: "not_unique", Message: "is another product's"})
	// ErrListed refuses to list a product twice with different content.
	ErrListed = fault.New(fault.Conflict, "product_listed", "you list this product already; change it with PUT")
)

// Same tells whether two contents say the same.
func (c Content) Same(d Content) bool {
	return c.Title == d.Title && c.Description == d.Description && c.Brand == d.Brand && c.Model == d.Model && c.GTIN == d.GTIN &&
		c.CategoryID == d.CategoryID && slices.Equal(c.Bullets, d.Bullets) && maps.Equal(c.Attributes, d.Attributes) && slices.Equal(c.Images,
		d.Images) && c.SKU == d.SKU && c.Variation.Same(d.Variation) &&
		slices.Equal(c.Refuses, d.Refuses)
}

// clean takes out of the texts what nobody is to read (package display). Bullets and attributes of which nothing is left
// are left out.
func (c Content) clean() Content {
	c.Title, c.Description, c.Brand, c.Model = display.Clean(c.Title), display.Clean(c.Description), display.Clean(c.Brand), display.Clean(c.Model)
	var bullets []string
	for _, b := range c.Bullets {
		if b = display.Clean(b); b != "" {
			bullets = append(bullets, b)
		}
	}
	var attributes map[string]string
	for name, value := range c.Attributes {
		if value = display.Clean(value); value != "" {
			if attributes == nil {
				attributes = map[string]string{}
			}
			attributes[name] = value
		}
	}
	c.Bullets, c.Attributes, c.Variation = bullets, attributes, c.Variation.clean()
	return c
}

// Validate returns invalid_product (Invalid) with every flaw of a content, or nil. path is its category's, root first,
// empty if there is no such category; types are the category's attributes, nil if it takes any.
func (c Content) Validate(path []string, types map[string]string) error {
	p := Product{ID: ids.Derive(ids.Product, ""), CategoryPath: path}
	c.onto(&p)
	f := flaws(nil)
	if err := p.Validate(); err != nil {
		f = fault.Of(err).Fields
	}
	f = slices.DeleteFunc(f, func(x fault.Field) bool { return strings.HasPrefix(x.Pointer, "/category_path") })
	f.text("/model", c.Model, 0, MaxModel)
	f.unless(len(path) > 0 || !slug.MatchString(c.CategoryID), "/category_id", "not_found", "must be a category of the catalog")
	if c.GTIN != "" {
		_, ok := GTIN(c.GTIN)
		f.unless(ok, "/gtin", "bad_format", "must be 8, 12, 13 or 14 digits of which the last is their check digit")
	}
	f.unless(c.SKU == "" || sku.MatchString(c.SKU), "/sku", "bad_format", "must be 1 to 64 printable ASCII characters without a blank at either end")
	f.variation(c)
	f.refusals(c)
	f.unless(c.Parent || c.GTIN != "" || len(c.identities("")) > 0, "/gtin", "required", "is required unless a sku, or brand and model, are given")
	if types != nil {
		for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
			if attributeName.MatchString(name) {
				f.attribute(name, c.Attributes[name], types)
			}
		}
	}
	if f == nil {
		return nil
	}
	slices.SortStableFunc(f, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	return fault.New(fault.Invalid, "invalid_product", "the product has fields that are not accepted").With(f...)
}

// onto puts a content over a product.
func (c Content) onto(p *Product) {
	p.Title, p.Description, p.Brand, p.Model, p.GTIN, p.CategoryID = c.Title, c.Description, c.Brand, c.Model, c.GTIN, c.CategoryID
	p.Bullets, p.Attributes, p.Images = c.Bullets, c.Attributes, c.Images
}

// content is what a product's page says.
func (p Product) content() Content {
	return Content{Title: p.Title, Description: p.Description, Brand: p.Brand, Model: p.Model, GTIN: p.GTIN, Bullets: p.Bullets,
		CategoryID: p.CategoryID, Attributes: p.Attributes, Images: p.Images, Variation: Variation{ParentID: p.ParentID}}
}

// Compose makes the content of a page from what its owner and the other sellers say of it.
func Compose(owner Content, others []Contribution) Content {
	out := owner
	out.Attributes = maps.Clone(owner.Attributes)
	fill := func(field string, mine *string, theirs string) {
		if *mine == "" && !owner.refuses(field) {
			*mine = theirs
		}
	}
	for _, c := range slices.SortedFunc(slices.Values(others), arrival) {
		fill("/description", &out.Description, c.Description)
		fill("/brand", &out.Brand, c.Brand)
		fill("/model", &out.Model, c.Model)
		fill("/gtin", &out.GTIN, c.GTIN)
		if len(out.Bullets) == 0 && !owner.refuses("/bullets") {
			out.Bullets = c.Bullets
		}
		if len(out.Images) == 0 && !owner.refuses("/images") {
			out.Images = c.Images
		}
		for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
			if _, there := out.Attributes[name]; !there && len(out.Attributes) < MaxAttributes && !owner.refuses("/attributes/"+name) {
				if out.Attributes == nil {
					out.Attributes = map[string]string{}
				}
				out.Attributes[name] = c.Attributes[name]
			}
		}
	}
	return out
}

func arrival(a, b Contribution) int {
	return cmp.Or(a.ListedAt.Compare(b.ListedAt), strings.Compare(a.SellerID, b.SellerID))
}

// Dispute is a field of which a seller says something else than the page shows.
type Dispute struct {
	SellerID string `json:"seller_id"`
	Field    string `json:"field"` // a JSON pointer
	Page     string `json:"page"`  // what the page shows, "" for nothing
	Says     string `json:"says"`
}

// Disputes lists what sellers say differently from the page, by arrival. Silence is no dispute.
func Disputes(page Content, list []Contribution) []Dispute {
	var out []Dispute
	for _, c := range slices.SortedFunc(slices.Values(list), arrival) {
		differs := func(field, says, shown string) {
			if says != "" && says != shown {
				out = append(out, Dispute{c.SellerID, field, shown, says})
			}
		}
		differs("/title", c.Title, page.Title)
		differs("/description", c.Description, page.Description)
		differs("/brand", c.Brand, page.Brand)
		differs("/model", c.Model, page.Model)
		differs("/gtin", c.GTIN, page.GTIN)
		differs("/category_id", c.CategoryID, page.CategoryID)
		differs("/parent_id", c.ParentID, page.ParentID)
		differs("/bullets", joined(c.Bullets), joined(page.Bullets))
		differs("/images", joined(c.Images), joined(page.Images))
		for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
			differs("/attributes/"+name, c.Attributes[name], page.Attributes[name])
		}
	}
	return out
}

func joined(list []string) string { return strings.Join(list, "\n") }

// The types of attributes. An attribute with any other type takes one of its values, which are separated by '|'.
const (
	Text    = "text"
	Number  = "number" // decimal, with a point
	Integer = "integer"
	Boolean = "boolean"
)

// attribute finds what is wrong with a value by its type.
func (f *flaws) attribute(name, value string, types map[string]string) {
	kind, known := types[name]
	f.unless(known, "/attributes/"+name, "unknown_attribute", "is no attribute of the category")
	ok, want := true, ""
	switch kind {
	case "", Text:
	case Number:
		ok, want = decimal(value), "a decimal number"
	case Integer:
		_, err := strconv.ParseInt(value, 10, 64)
		ok, want = err == nil, "a whole number"
	case Boolean:
		ok, want = value == "true" || value == "false", "true or false"
	default:
		values := strings.Split(kind, "|")
		ok, want = slices.Contains(values, value), "one of: "+strings.Join(values, ", ")
	}
	f.unless(ok, "/attributes/"+name, "wrong_type", "must be %s", want)
}

// decimal tells whether s is digits, with a sign and a point at most.
func decimal(s string) bool {
	whole, part, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!point || digits(part))
}
