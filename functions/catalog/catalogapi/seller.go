package catalogapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// OwnProducts are the use cases of sellers.
type OwnProducts interface {
	List(ctx context.Context, seller string, c catalog.Content) (l catalog.Listed, existing bool, err error)
	Edit(ctx context.Context, product, seller string, c catalog.Content, p catalog.Precondition) (catalog.Listed, error)
	Own(ctx context.Context, product, seller string) (catalog.Listed, error)
	Withdraw(ctx context.Context, product, seller string) error
	Owned(ctx context.Context, seller, after string, limit int) (list []catalog.Contribution, next string, err error)
}

// SellerRoutes lists the routes of the seller API; o may be nil where only their description is wanted.
func SellerRoutes(o OwnProducts) []api.Route {
	h := seller{o}
	const all, one = "/seller/v1/products", "/seller/v1/products/{product_id}"
	return []api.Route{
		api.Handle(api.Route{ID: "listProduct", Method: http.MethodPost, Path: all,
			Summary: "List a product: a new one, or the one that has its GTIN, its sku or its brand and model", Context: "catalog",
			Access:  api.Seller,
			Success: http.StatusCreated, Also: []int{http.StatusOK}, Errors: []fault.Kind{fault.Conflict}}, h.list),
		api.Handle(api.Route{ID: "listOwnProducts", Method: http.MethodGet, Path: all,
			Summary: "What one says of the products that one lists, in no special order", Context: "catalog", Access: api.Seller}, h.owned),
		api.Handle(api.Route{ID: "getOwnProduct", Method: http.MethodGet, Path: one,
			Summary: "What one says of a product, its page, and where they differ", Context: "catalog", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound}}, h.get),
		api.Handle(api.Route{ID: "putOwnProduct", Method: http.MethodPut, Path: one,
			Summary: "Say something of a product, or something else; a change needs If-Match", Context: "catalog", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound, fault.Stale, fault.Conflict}}, h.put),
		api.Handle(api.Route{ID: "withdrawOwnProduct", Method: http.MethodDelete, Path: one,
			Summary: "Take back what one says of a product; its page passes to who listed it next", Context: "catalog", Access: api.Seller,
			Success: http.StatusNoContent, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.withdraw),
	}
}

type seller struct{ products OwnProducts }

// ProductContent is what a seller says of a product. The page shows what its owner says, who is the seller that listed
// it first; what the owner leaves empty is filled by the others, by who listed it earlier.
type ProductContent struct {
	Title       string            `json:"title" minLength:"1" maxLength:"500"`
	Description string            `json:"description,omitempty" maxLength:"10000"`
	Brand       string            `json:"brand,omitempty" maxLength:"100" doc:"With model, it names the product where there is no GTIN"`
	Model       string            `json:"model,omitempty" maxLength:"100"`
	GTIN        string            `json:"gtin,omitempty" maxLength:"14" doc:"8, 12, 13 or 14 digits with a right check digit"`
	Bullets     []string          `json:"bullets,omitempty"`
	CategoryID  string            `json:"category_id" pattern:"^[a-z0-9-]{1,64}$" patternDescription:"a category id"`
	Attributes  map[string]string `json:"attributes,omitempty" doc:"By name, as the category has them"`
}

// OwnContent is what a seller says, with what is for the seller alone.
type OwnContent struct {
	ProductContent
	SKU string `json:"sku,omitempty" maxLength:"64" doc:"One's own name for it, which names the product where nothing else does"`
	// A product that is sold as variants alone has option_names; each variant names it and has one value of each.
	OptionNames []string          `json:"option_names,omitempty" maxItems:"3" doc:"What variants of this product differ by; it is not sold itself"`
	ParentID    string            `json:"parent_id,omitempty" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
	Refuses     []string          `json:"refuses,omitempty" maxItems:"50" doc:"Fields, such as /bullets, that others may not fill on one's page"`
	Options     map[string]string `json:"options,omitempty" doc:"Of a variant: a value of each of the option_names of parent_id"`
}

func (b OwnContent) content() catalog.Content {
	return catalog.Content{Title: b.Title, Description: b.Description, Brand: b.Brand, Model: b.Model, GTIN: b.GTIN, Bullets: b.Bullets,
		CategoryID: b.CategoryID, Attributes: b.Attributes, SKU: b.SKU, Variation: catalog.Variation{Parent: len(b.OptionNames) > 0,
			OptionNames: b.OptionNames, ParentID: b.ParentID, Options: b.Options},
		Refuses: b.Refuses}
}

// OwnProduct is what a seller says of a product.
type OwnProduct struct {
	ProductID string `json:"product_id"`
	OwnContent
	Images    []string  `json:"images"`
	Version   int64     `json:"version" doc:"Of what the seller says"`
	ListedAt  time.Time `json:"listed_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// OwnPage is what a seller says of a product beside its page.
type OwnPage struct {
	OwnProduct
	Existing bool              `json:"existing" doc:"There was a page already; what the seller says is kept beside it"`
	OwnerID  string            `json:"owner_id" doc:"The seller whose word the page shows; empty for an operator's page"`
	Page     PageContent       `json:"page"`
	Disputes []catalog.Dispute `json:"disputes" doc:"What differs from the page: of all sellers for the page's owner, else the caller's own"`
}

// PageContent is what a product's page shows.
type PageContent struct {
	ProductContent
	CategoryPath []string `json:"category_path"`
	Images       []string `json:"images"`
	Version      int64    `json:"version"`
	OptionNames  []string `json:"option_names,omitempty"`
	ParentID     string   `json:"parent_id,omitempty"`
	Options      []Option `json:"options,omitempty"`
	Withheld     string   `json:"withheld,omitempty" doc:"Why an operator took the page down; absent of one that is shown"`
}

func ownOf(c catalog.Contribution) OwnProduct {
	return OwnProduct{c.ProductID, OwnContent{contentOf(c.Content), c.SKU, c.OptionNames, c.ParentID, c.Refuses, c.Options}, list(c.Images),
		c.Version, c.ListedAt, c.UpdatedAt}
}

func contentOf(c catalog.Content) ProductContent {
	return ProductContent{c.Title, c.Description, c.Brand, c.Model, c.GTIN, c.Bullets, c.CategoryID, c.Attributes}
}

type ownProductOutput struct {
	Status int
	api.ETag
	api.Location
	Body OwnPage
}

func ownPage(l catalog.Listed, existing bool) *ownProductOutput {
	p := l.Product
	out := &ownProductOutput{ETag: api.ETagOf(l.Contribution.Version),
		Body: OwnPage{OwnProduct: ownOf(l.Contribution), Existing: existing, OwnerID: p.OwnerID,
			Page: PageContent{ProductContent{p.Title, p.Description, p.Brand, p.Model, p.GTIN, p.Bullets, p.CategoryID, p.Attributes},
				list(p.CategoryPath), list(p.Images), p.Version, p.OptionNames, p.ParentID, options(p.Options), p.Withheld},
			Disputes: l.Disputes}}
	if out.Body.Disputes == nil {
		out.Body.Disputes = []catalog.Dispute{}
	}
	return out
}

type listProductInput struct{ Body OwnContent }

func (h seller) list(ctx context.Context, in *listProductInput) (*ownProductOutput, error) {
	who, _ := auth.From(ctx)
	l, existing, err := h.products.List(ctx, who.SellerID, in.Body.content())
	if err != nil {
		return nil, err
	}
	out := ownPage(l, existing)
	out.Location = api.Location{Location: "/seller/v1/products/" + l.Contribution.ProductID}
	if out.Status = http.StatusCreated; existing {
		out.Status = http.StatusOK
	}
	return out, nil
}

// OwnProductInput names a product that the caller lists.
type OwnProductInput struct {
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
}

func (h seller) get(ctx context.Context, in *OwnProductInput) (*ownProductOutput, error) {
	who, _ := auth.From(ctx)
	l, err := h.products.Own(ctx, in.ProductID, who.SellerID)
	if err != nil {
		return nil, err
	}
	return ownPage(l, true), nil
}

type putProductInput struct {
	OwnProductInput
	api.IfMatch
	Body OwnContent
}

func (h seller) put(ctx context.Context, in *putProductInput) (*ownProductOutput, error) {
	who, _ := auth.From(ctx)
	version, given, err := in.Version()
	if err != nil {
		return nil, err
	}
	l, err := h.products.Edit(ctx, in.ProductID, who.SellerID, in.Body.content(), catalog.Precondition{Version: version, Given: given})
	if err != nil {
		return nil, err
	}
	return ownPage(l, true), nil
}

type ownedInput struct{ api.Page }

type ownedOutput struct {
	Body struct {
		Products   []OwnProduct `json:"products"`
		NextCursor string       `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h seller) owned(ctx context.Context, in *ownedInput) (*ownedOutput, error) {
	who, _ := auth.From(ctx)
	out := &ownedOutput{}
	var err error
	out.Body.Products, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]catalog.Contribution, string, error) {
		return h.products.Owned(ctx, who.SellerID, after, in.Limit)
	}, ownOf)
	return out, err
}

func (h seller) withdraw(ctx context.Context, in *OwnProductInput) (*struct{}, error) {
	who, _ := auth.From(ctx)
	return nil, h.products.Withdraw(ctx, in.ProductID, who.SellerID)
}
