package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/rows"
)

// Row is what a seller says of a product in a row of a feed. Without a product's id, the product is the one that the
// GTIN names, or brand and model, or a new one.
type Row struct {
	ProductID   string            `json:"product_id,omitempty"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Brand       string            `json:"brand,omitempty"`
	Model       string            `json:"model,omitempty"`
	GTIN        string            `json:"gtin,omitempty"`
	Bullets     []string          `json:"bullets,omitempty"`
	CategoryID  string            `json:"category_id"`
	Attributes  map[string]string `json:"attributes,omitempty"`
	// Delete withdraws what the seller says of the product; nothing but what names it is read. What is not listed is no error.
	Delete bool `json:"delete,omitempty"`
}

// content is what the row says, without the markup that files bring along.
func (r Row) content() Content {
	return Content{Title: r.Title, Description: r.Description, Brand: r.Brand, Model: r.Model, GTIN: r.GTIN, Bullets: r.Bullets,
		CategoryID: r.CategoryID, Attributes: r.Attributes}.clean()
}

// name is what the row is about, before it is known which product that is.
func (r Row) name() (string, error) {
	if r.ProductID != "" {
		return r.ProductID, nil
	}
	if names := r.content().identities(); len(names) > 0 {
		return names[0], nil
	}
	return "", fault.New(fault.Invalid, "invalid_product", "the product has fields that are not accepted").
		With(fault.Field{Pointer: "/gtin", Code: "required", Message: "is required unless a product id, or brand and model, are given"})
}

// Contribute says of products what a seller's rows say, whatever the seller said before. What comes of it for a page is
// ruled as for List and Edit (contribution.go). Images come and go by themselves. Errors: batch_too_large.
func (s *ListingService) Contribute(ctx context.Context, sellerID string, batch []json.RawMessage) (rows.Report, error) {
	list, err := rows.Read(batch, "product", func(r *Row) (string, error) { return r.name() })
	if err != nil {
		return rows.Report{}, err
	}
	return rows.Do(ctx, list, rows.ByID, func(ctx context.Context, r Row) (bool, error) {
		for try := 1; ; try++ {
			changed, err := s.say(ctx, sellerID, r)
			if !errors.Is(err, ErrChanged) || try == listings {
				return changed, err
			}
		}
	}), nil
}

// say makes a seller's contribution stand as a row says.
func (s *ListingService) say(ctx context.Context, sellerID string, r Row) (changed bool, err error) {
	if r.Delete {
		return s.withdraw(ctx, sellerID, r)
	}
	c, product := r.content(), r.ProductID
	path, err := s.check(ctx, c)
	if err != nil {
		return false, err
	}
	var claims []string
	if product == "" {
		if product, claims, err = s.identify(ctx, c); err != nil {
			return false, err
		}
	}
	if product == "" {
		product = ids.Derive(ids.Product, claims[0])
	} else {
		page, err := s.Products.Get(ctx, product)
		if err != nil {
			return false, err
		}
		if claims = nil; page.OwnerID == sellerID {
			if claims, err = s.claim(ctx, product, c); err != nil {
				return false, err
			}
		}
	}
	_, err = s.edit(ctx, product, sellerID, c, path, claims, func(current Contribution) (bool, error) {
		same := c
		same.Images = current.Images
		changed = current.Version == 0 || !current.Same(same)
		return changed, nil
	})
	return changed && err == nil, err
}

// withdraw takes away what a seller says of the product that a row names.
func (s *ListingService) withdraw(ctx context.Context, sellerID string, r Row) (changed bool, err error) {
	product := r.ProductID
	if product == "" {
		if product, _, err = s.identify(ctx, r.content()); err != nil || product == "" {
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
