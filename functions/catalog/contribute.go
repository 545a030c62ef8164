package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/rows"
)

// Row is what a seller says of a product in a row of a feed. Without a product's id, the product is the one that the
// GTIN names, or the seller's sku, or brand and model, or a new one.
type Row struct {
	ProductID   string            `json:"product_id,omitempty"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Brand       string            `json:"brand,omitempty"`
	Model       string            `json:"model,omitempty"`
	GTIN        string            `json:"gtin,omitempty"`
	Bullets     []string          `json:"bullets,omitempty"`
	CategoryID  string            `json:"category_id"` // or the name that the seller has for it
	Attributes  map[string]string `json:"attributes,omitempty"`
	// Options are attributes by the names that the seller's shop has for them, whatever those of the category are.
	Options map[string]string `json:"options,omitempty"`
	SKU     string            `json:"sku,omitempty"`
	// Group is the seller's name for the product that this is one of the variants of, or the Parent of; what is not there yet is
	// made of the first row. OptionNames say by which of the Options, in their order; a parent's row may leave it to its variants.
	Group       string   `json:"group,omitempty"`
	Parent      bool     `json:"parent,omitempty"`
	OptionNames []string `json:"option_names,omitempty"`
	// Images are addresses that images are fetched from, MaxOwnImages at most; those that are there stay.
	Images []string `json:"images,omitempty"`
	// Delete withdraws what the seller says of the product; nothing but what names it is read. What is not listed is no error.
	Delete bool `json:"delete,omitempty"`
}

// content is what the row says, without the markup that files bring along. Where it stands among variants is known of a parent
// alone.
func (r Row) content() Content {
	c := Content{Title: r.Title, Description: r.Description, Brand: r.Brand, Model: r.Model, GTIN: r.GTIN, Bullets: r.Bullets,
		CategoryID: r.CategoryID, Attributes: r.Attributes, SKU: r.SKU}
	if r.Parent {
		c.GTIN, c.Variation = "", Variation{Parent: true, OptionNames: r.OptionNames, Group: r.Group}
	}
	return c.clean()
}

// variant tells whether the row is of one of the variants of a product.
func (r Row) variant() bool { return r.Group != "" && !r.Parent && !r.Delete }

// parted are the options by which the row is one of its parent's variants, and the others.
func (r Row) parted() (by, others map[string]string) {
	by, others = map[string]string{}, map[string]string{}
	for name, value := range r.Options {
		if r.variant() && slices.Contains(r.OptionNames, name) {
			by[name] = value
		} else {
			others[name] = value
		}
	}
	return by, others
}

// Name is what a seller's row is about, before it is known which product that is, and the kind of name that it is. It fails
// with invalid_product where there is none.
func (r Row) Name(seller string) (name, kind string, err error) {
	if r.ProductID != "" {
		return r.ProductID, "product id", nil
	}
	of := Content{Brand: r.Brand, Model: r.Model, GTIN: r.GTIN, SKU: r.SKU, Variation: Variation{Parent: r.Parent, Group: r.Group}}
	of.Options, _ = r.parted()
	names := of.clean().identities(seller) // the texts cost more
	if len(names) == 0 {
		return "", "", fault.New(fault.Invalid, "invalid_product", "the product has fields that are not accepted").
			With(fault.Field{Pointer: "/gtin", Code: "required", Message: "is required unless a product id, a sku, or brand and model, are given"})
	}
	switch name = names[0]; {
	case strings.HasPrefix(name, byGTIN):
		kind = "GTIN"
	case strings.HasPrefix(name, bySKU) || strings.HasPrefix(name, byGroup):
		kind = "sku"
	default:
		kind = "brand and model"
	}
	return name, kind, nil
}

// Contribute says of products what a seller's rows say, whatever the seller said before. What comes of it for a page is
// ruled as for List and Edit (contribution.go). Images come and go by themselves. Errors: batch_too_large.
func (s *ListingService) Contribute(ctx context.Context, sellerID string, batch []json.RawMessage) (rows.Report, error) {
	list, err := rows.Read(batch, "product", func(r *Row) (string, error) {
		name, _, err := r.Name(sellerID)
		return name, err
	})
	if err != nil {
		return rows.Report{}, err
	}
	at := &places{s: s, seller: sellerID, found: map[string]placement{}}
	parents := &groups{s: s, seller: sellerID, found: map[string]Product{}}
	return rows.Do(ctx, list, rows.ByID, func(ctx context.Context, r Row) (bool, error) {
		for try := 1; ; try++ {
			changed, err := s.say(ctx, at, parents, r)
			if !errors.Is(err, ErrChanged) || try == listings {
				return changed, err
			}
		}
	}), nil
}

// say makes a seller's contribution stand as a row says. Where a row says no category, the page keeps its own, and a new one
// begins in Other.
func (s *ListingService) say(ctx context.Context, at *places, parents *groups, r Row) (changed bool, err error) {
	sellerID := at.seller
	if r.Delete {
		return s.withdraw(ctx, sellerID, r)
	}
	c, err := parents.said(ctx, at, r)
	if err != nil {
		return false, err
	}
	page, claims, err := s.named(ctx, sellerID, r.ProductID, c)
	if err != nil {
		return false, err
	}
	where, err := at.of(ctx, cmp.Or(c.CategoryID, page.CategoryID, Other))
	if err != nil {
		return false, err
	}
	c.CategoryID = where.id
	by, others := r.parted()
	c.Attributes = c.withOptions(by, where.types).Attributes // the page shows them anyway: they need no line of text
	c = c.withOptions(others, where.types)
	if err := c.Validate(where.path, where.types); err != nil {
		return false, err
	}
	product, path := page.ID, where.path
	if product == "" {
		product = ids.Derive(ids.Product, claims[0])
	} else if claims, err = s.claim(ctx, page, sellerID, c); err != nil {
		return false, err
	}
	_, err = s.change(ctx, product, sellerID, path, claims, func(current Contribution) (Content, bool, error) {
		c.Images, c.Refuses = current.Images, current.Refuses // which no file says
		changed = current.Version == 0 || !current.Same(c)
		return c, changed, nil
	})
	if err != nil || len(r.Images) == 0 {
		return changed && err == nil, err
	}
	var list []ImageAddress
	for n, address := range r.Images[:min(len(r.Images), MaxOwnImages)] {
		list = append(list, ImageAddress{product, sellerID, address, s.Now().UTC().Add(time.Duration(n) * time.Millisecond)})
	}
	return changed, s.Addresses.Add(ctx, list)
}

// named finds the page that a content of a row is about, the zero Product for none, and the identities that a new one takes.
func (s *ListingService) named(ctx context.Context, seller, product string, c Content) (page Product, claims []string, err error) {
	if product == "" {
		if product, claims, err = s.identify(ctx, seller, c); err != nil || product == "" {
			return page, claims, err
		}
	}
	page, err = s.Products.Get(ctx, product)
	return page, claims, err
}

// withdraw takes away what a seller says of the product that a row names.
func (s *ListingService) withdraw(ctx context.Context, sellerID string, r Row) (changed bool, err error) {
	product := r.ProductID
	if product == "" {
		if product, _, err = s.identify(ctx, sellerID, r.content()); err != nil || product == "" {
			return false, err
		}
	}
	if err = s.Withdraw(ctx, product, sellerID); errors.Is(err, ErrNotListed) {
		return false, nil
	}
	return err == nil, err
}

// HandleFeedChunk says of products what a chunk of a seller's feed says.
func (s *ListingService) HandleFeedChunk(ctx context.Context, c chunks.Chunk) (rows.Report, error) {
	return s.Contribute(ctx, c.SellerID, c.Rows)
}

// withOptions adds options: as the category's attributes where it has those, or takes any; else each is a line of the
// bullets, and where there are enough of those, of the description.
func (c Content) withOptions(options map[string]string, types map[string]string) Content {
	c.Attributes, c.Bullets = maps.Clone(c.Attributes), slices.Clone(c.Bullets)
	for _, said := range slices.Sorted(maps.Keys(options)) {
		value, name := display.Clean(options[said]), attributeNamed(said, types)
		if value == "" {
			continue
		}
		var wrong flaws
		if types != nil {
			wrong.attribute(name, value, types)
		}
		switch line := display.Clean(said) + ": " + value; {
		case attributeName.MatchString(name) && wrong == nil && len(c.Attributes) < MaxAttributes && utf8.RuneCountInString(value) <= MaxAttributeValue:
			if c.Attributes == nil {
				c.Attributes = map[string]string{}
			}
			c.Attributes[name] = value
		case len(c.Bullets) < MaxBullets && utf8.RuneCountInString(line) <= MaxBullet:
			c.Bullets = append(c.Bullets, line)
		default:
			c.Description = strings.TrimPrefix(c.Description+"\n"+line, "\n")
		}
	}
	return c
}

// attributeNamed is the attribute of a category that a name means, whatever its case and spelling, or the name.
func attributeNamed(said string, types map[string]string) string {
	plain := func(s string) string { return strings.ReplaceAll(folded(s), "colour", "color") }
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if plain(name) == plain(said) {
			return name
		}
	}
	return strings.TrimSpace(said)
}

// ProductsBySKU returns the products that some skus of a seller name (100 at most), by sku; those that name none are not in
// it.
func ProductsBySKU(ctx context.Context, identities Identities, seller string, skus ...string) (map[string]string, error) {
	if len(skus) == 0 {
		return nil, nil
	}
	names := make([]string, len(skus))
	for i, s := range skus {
		names[i] = skuIdentity(seller, s)
	}
	claimed, err := identities.Claimed(ctx, names...)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i, s := range skus {
		if product := claimed[names[i]]; product != "" {
			out[s] = product
		}
	}
	return out, nil
}

// ProductsByGTIN returns the products of some GTINs (100 at most), by GTIN as it is given; those that name none are not in it.
func ProductsByGTIN(ctx context.Context, identities Identities, gtins ...string) (map[string]string, error) {
	names := map[string]string{}
	var list []string
	for _, g := range gtins {
		if n, ok := GTIN(g); ok {
			names[g] = byGTIN + n
			if !slices.Contains(list, byGTIN+n) { // one number may be given in two forms
				list = append(list, byGTIN+n)
			}
		}
	}
	out := map[string]string{}
	if len(list) == 0 {
		return out, nil
	}
	claimed, err := identities.Claimed(ctx, list...)
	if err != nil {
		return nil, err
	}
	for g, name := range names {
		if product := claimed[name]; product != "" {
			out[g] = product
		}
	}
	return out, nil
}
