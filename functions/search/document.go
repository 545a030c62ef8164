package search

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"rialto/functions/catalog"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// Document is a product in a marketplace's index. Its fields are those of the index's mapping.
type Document struct {
	ProductID    string   `json:"product_id"`
	Title        string   `json:"title,omitempty"`
	Description  string   `json:"description,omitempty"`
	Bullets      []string `json:"bullets,omitempty"`
	Brand        string   `json:"brand,omitempty"`
	CategoryID   string   `json:"category_id,omitempty"`
	CategoryPath []string `json:"category_path,omitempty"` // root first; its last is CategoryID
	// CategoryWords are the path's ids as words, which are searched: boots are found in hiking-boots.
	CategoryWords []string `json:"category_words,omitempty"`
	// Attributes are shown; AttributeValues, sorted, are what of them is searched.
	Attributes      map[string]string `json:"attributes,omitempty"`
	AttributeValues []string          `json:"attribute_values,omitempty"`
	AttributePairs  []string          `json:"attribute_pairs,omitempty"` // what is filtered by and counted
	// Kind is what kind of thing the title says it is, and Identifiers are its own names: id, GTIN, model, the offer's sku.
	Kind        string   `json:"kind,omitempty"`
	Identifiers []string `json:"identifiers,omitempty"`
	// Group is what hits are made of: the parent of a variant, else the product itself. Family is a variant's parent, and Options
	// which one it is (OptionKey).
	Group       string   `json:"group,omitempty"`
	Family      string   `json:"family,omitempty"`
	Options     []string `json:"options,omitempty"`
	Image       string   `json:"image,omitempty"`
	OfferID     string   `json:"offer_id,omitempty"` // the buy box's
	Price       int64    `json:"price,omitempty"`    // minor units of Currency, without shipping
	Landed      int64    `json:"landed,omitempty"`   // with shipping
	Currency    string   `json:"currency,omitempty"`
	SellerID    string   `json:"seller_id,omitempty"`
	SellerName  string   `json:"seller_name,omitempty"`
	InStock     bool     `json:"in_stock"`
	OfferCount  int      `json:"offer_count"`
	Fulfillment string   `json:"fulfillment,omitempty"`
	Condition   string   `json:"condition,omitempty"`
	// Rating is the product's mean, in hundredths of a star, and RatingRank what it is sorted by, in which few reviews count less.
	Rating      int64 `json:"rating,omitempty"`
	RatingRank  int64 `json:"rating_rank,omitempty"`
	ReviewCount int64 `json:"review_count,omitempty"`
	// SellerRating, in hundredths of a star, and DeliveryDays are what the offer won the buy box with; 0 if unknown.
	SellerRating int64      `json:"seller_rating,omitempty"`
	DeliveryDays int64      `json:"delivery_days,omitempty"`
	UpdatedAt    *time.Time `json:"updated_at,omitempty"` // of the product
	// Vector is where the product's words point, and VectorOf says which words: WordsOf it. The index does not give it back.
	Vector   Vector `json:"vector,omitempty"`
	VectorOf string `json:"vector_of,omitempty"`
	// Deleted marks a tombstone, which has nothing else but its id and number.
	Deleted bool `json:"deleted"`
	// Version is the number of the reading that made the document; the index keeps the highest.
	Version int64 `json:"n"`
	// When its event was queued and received, and when it was written; the first two of what an event brought only.
	QueuedAt   *time.Time `json:"queued_at,omitempty"`
	ReceivedAt *time.Time `json:"received_at,omitempty"`
	IndexedAt  *time.Time `json:"indexed_at,omitempty"`
}

// SameContent tells whether two documents say the same of the same product, whenever they were written.
func (d Document) SameContent(other Document) bool {
	return reflect.DeepEqual(d.content(), other.content())
}

// content is a document without its number and times, as the index gives it back: it keeps no empty lists.
func (d Document) content() Document {
	d.Version, d.QueuedAt, d.ReceivedAt, d.IndexedAt, d.Vector = 0, nil, nil, nil, nil
	for _, list := range []*[]string{&d.Bullets, &d.CategoryPath, &d.CategoryWords, &d.AttributeValues, &d.AttributePairs, &d.Identifiers, &d.Options} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(d.Attributes) == 0 {
		d.Attributes = nil
	}
	if d.UpdatedAt != nil {
		at := d.UpdatedAt.UTC()
		d.UpdatedAt = &at
	}
	return d
}

// Compose makes the document of a product and its buy box, read after n was drawn. A product that is not there
// (the zero Product), or that nobody offers or may offer, has a tombstone. It fails for an offer whose landed price cannot be
// computed, which no valid offer is.
func Compose(id string, p catalog.Product, w offers.BuyBox, n int64) (Document, error) {
	if p.ID == "" || p.Offerable() != nil || w.Empty() {
		return Document{ProductID: id, Deleted: true, Version: n}, nil
	}
	landed, err := w.Offer.Landed()
	if err != nil {
		return Document{}, err
	}
	m, err := marketplaces.Lookup(w.Marketplace)
	if err != nil {
		return Document{}, err
	}
	d := Document{ProductID: id, Title: norm.NFC.String(p.Title), Description: p.Description, Bullets: p.Bullets, Brand: norm.NFC.String(p.Brand),
		Kind: Kind(norm.NFC.String(p.Title), m.Language, kindWords), Identifiers: identifiers(id, p, w),
		CategoryID: p.CategoryID, CategoryPath: p.CategoryPath, Attributes: p.Attributes,
		AttributeValues: slices.Sorted(maps.Values(p.Attributes)),
		OfferID:         w.Offer.ID, Price: w.Offer.Price.Minor, Landed: landed.Minor, Currency: landed.Currency,
		SellerID: w.Offer.SellerID, SellerName: w.Offer.SellerName, InStock: w.InStock, OfferCount: w.Offers,
		Fulfillment: w.Offer.Fulfillment, Condition: w.Offer.Condition,
		SellerRating: w.Rating, DeliveryDays: w.DeliveryDays, UpdatedAt: &p.UpdatedAt, Version: n}
	for name, value := range p.Attributes {
		d.AttributePairs = append(d.AttributePairs, Value{name, plain(value)}.Pair())
	}
	d.vary(p)
	slices.Sort(d.AttributePairs)
	for _, id := range p.CategoryPath {
		d.CategoryWords = append(d.CategoryWords, strings.ReplaceAll(id, "-", " "))
	}
	if len(p.Images) > 0 {
		d.Image = p.Images[0]
	}
	return d, nil
}

// kindWords are how many words say what kind of thing a title names.
const kindWords = 1

// identifiers are a product's own names, each once.
func identifiers(id string, p catalog.Product, w offers.BuyBox) []string {
	list := []string{Identifier(id), Identifier(p.GTIN), Identifier(p.Model), Identifier(w.Offer.SKU)}
	if p.Model != "" {
		list = append(list, Identifier(p.Brand+p.Model))
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
}

// vary adds which of its parent's variants a product is. What it is that by is searched and counted as attributes are, unless it
// is one of them.
func (d *Document) vary(p catalog.Product) {
	if d.Group = p.ID; p.ParentID == "" {
		return
	}
	d.Group, d.Family = p.ParentID, p.ParentID
	for i, o := range p.Options {
		d.Options = append(d.Options, OptionKey(i, o))
		if !slices.ContainsFunc(slices.Collect(maps.Keys(p.Attributes)), func(name string) bool { return strings.EqualFold(name, o.Name) }) {
			d.AttributeValues = append(d.AttributeValues, o.Value)
			d.AttributePairs = append(d.AttributePairs, Value{o.Name, plain(o.Value)}.Pair())
		}
	}
	slices.Sort(d.AttributeValues)
}
