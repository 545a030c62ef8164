package catalogapi

import (
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/money"
)

// ProductPage is a product in a marketplace.
type ProductPage struct {
	ProductID        string            `json:"product_id"`
	Title            string            `json:"title"`
	Description      string            `json:"description"`
	Brand            string            `json:"brand"`
	Bullets          []string          `json:"bullets"`
	CategoryID       string            `json:"category_id"`
	CategoryPath     []string          `json:"category_path" doc:"Ids of categories, root first"`
	Attributes       map[string]string `json:"attributes"`
	Images           []string          `json:"images"`
	Pictures         []Picture         `json:"pictures" doc:"The images in all sizes that there are of each"`
	Version          int64             `json:"version"`
	UpdatedAt        time.Time         `json:"updated_at"`
	BuyBox           *BuyBox           `json:"buy_box,omitempty" doc:"Absent if nobody offers the product here"`
	OtherOffersCount int               `json:"other_offers_count"`
	// What comes in variants is bought as one of them.
	OptionNames  []string  `json:"option_names,omitempty" doc:"Of what is sold as its variants alone: what they differ by"`
	ParentID     string    `json:"parent_id,omitempty" doc:"Of a variant: the product that it is one of the variants of"`
	Options      []Option  `json:"options,omitempty" doc:"Of a variant: which one it is"`
	Variants     []Variant `json:"variants,omitempty" doc:"All variants, this one among them, by their values"`
	NextVariants string    `json:"next_variants,omitempty" doc:"Where the others begin, as cursor of /variants"`
}

// Picture is an image in all its sizes.
type Picture struct {
	Sizes []Size `json:"sizes" doc:"The largest first; of an image from elsewhere one, without its size"`
}

// Size is an image's address in one size.
type Size struct {
	URL    string `json:"url"`
	Width  int    `json:"width,omitempty" doc:"Pixels"`
	Height int    `json:"height,omitempty" doc:"Pixels"`
}

func pictures(images []string) []Picture {
	out := make([]Picture, 0, len(images))
	for _, url := range images {
		var p Picture
		for _, f := range catalog.ImageFiles(url) {
			p.Sizes = append(p.Sizes, Size{f.URL, f.Width, f.Height})
		}
		out = append(out, p)
	}
	return out
}

// Option is a value of what variants differ by.
type Option struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Variant is a product as one of its parent's.
type Variant struct {
	ProductID string   `json:"product_id"`
	Options   []Option `json:"options"`
	Image     string   `json:"image,omitempty"`
	BuyBox    *BuyBox  `json:"buy_box,omitempty" doc:"Absent if nobody offers it here"`
}

// BuyBox is the offer that is shown first.
type BuyBox struct {
	OfferID  string       `json:"offer_id"`
	Price    money.Amount `json:"price"`
	Shipping money.Amount `json:"shipping"`
	Landed   money.Amount `json:"landed" doc:"price + shipping"`
	Seller   Seller       `json:"seller"`
	InStock  bool         `json:"in_stock"`
	// Condition is left out where it is not known.
	Condition string `json:"condition,omitempty" enum:"new,used,refurbished"`
}

// Seller is who offers it.
type Seller struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"name"`
}

// Summary is a product in a list.
type Summary struct {
	ProductID string  `json:"product_id"`
	Title     string  `json:"title"`
	Brand     string  `json:"brand"`
	Image     string  `json:"image,omitempty"`
	BuyBox    *BuyBox `json:"buy_box,omitempty" doc:"Absent if nobody offers the product here"`
}

// Category is a category with those below it.
type Category struct {
	CategoryID string `json:"category_id"`
	Name       string `json:"name"`
	// Attributes are those of the category above where there are none.
	Attributes map[string]string `json:"attributes,omitempty" doc:"Types by name: text, number, integer, boolean, or values between |"`
	Children   []Category        `json:"children"`
}

func page(l catalog.Listing) (ProductPage, error) {
	p := l.Product
	box, err := buyBoxOf(l.BuyBox)
	out := ProductPage{ProductID: p.ID, Title: p.Title, Description: p.Description, Brand: p.Brand, Bullets: list(p.Bullets),
		CategoryID:   p.CategoryID,
		CategoryPath: list(p.CategoryPath), Attributes: p.Attributes, Images: list(p.Images), Pictures: pictures(p.Images),
		Version: p.Version, UpdatedAt: p.UpdatedAt,
		BuyBox: box, OtherOffersCount: max(0, l.BuyBox.OfferCount-1)}
	if out.Attributes == nil {
		out.Attributes = map[string]string{}
	}
	if err != nil {
		return out, err
	}
	out.OptionNames, out.ParentID, out.Options = p.OptionNames, p.ParentID, options(p.Options)
	if out.Variants, err = variants(l.Variants); err != nil {
		return out, err
	}
	out.NextVariants, err = api.EncodeCursor(l.NextVariant)
	return out, err
}

func options(list []catalog.Option) []Option {
	var out []Option
	for _, o := range list {
		out = append(out, Option(o))
	}
	return out
}

func variants(list []catalog.VariantListing) ([]Variant, error) {
	out := make([]Variant, 0, len(list))
	for _, v := range list {
		box, err := buyBoxOf(v.BuyBox)
		if err != nil {
			return nil, err
		}
		out = append(out, Variant{v.ProductID, options(v.Options), v.Image, box})
	}
	return out, nil
}

func buyBoxOf(b catalog.BuyBox) (*BuyBox, error) {
	if b.Empty() {
		return nil, nil
	}
	shipping, err := b.Shipping()
	return &BuyBox{b.OfferID, b.Price, shipping, b.Landed, Seller{b.SellerID, b.SellerName}, b.InStock, b.Condition}, err
}

func summaries(listings []catalog.Listing) ([]Summary, error) {
	out := make([]Summary, 0, len(listings))
	for _, l := range listings {
		s := Summary{ProductID: l.Product.ID, Title: l.Product.Title, Brand: l.Product.Brand}
		if len(l.Product.Images) > 0 {
			s.Image = l.Product.Images[0]
		}
		var err error
		if s.BuyBox, err = buyBoxOf(l.BuyBox); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func categories(nodes []catalog.Node) []Category {
	out := make([]Category, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, Category{n.ID, n.Name, n.Attributes, categories(n.Children)})
	}
	return out
}

// list keeps an empty list from being written as null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
