package catalog

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/ids"
	"rialto/functions/marketplaces"
)

// Variants keeps which products are variants of which. A product's own record says it too; both are written together.
type Variants interface {
	// Variants lists a parent's variants by their values, after a place ("" for the first), and where the next page begins,
	// "" on the last. A new one may take a moment.
	Variants(ctx context.Context, parent, after string, limit int) (list []Variant, next string, err error)
	// VariantLike returns the product that is the variant with the values of another, "" for none.
	VariantLike(ctx context.Context, v Variant) (product string, err error)
}

// vary places a page among variants as its owner says. It fails with parent_not_found, invalid_product, options_fixed, not_a_parent,
// variant_taken and too_many_variants where that cannot be.
func (s *ListingService) vary(ctx context.Context, page *Product, says Variation) error {
	switch {
	case says.Parent && page.Version > 0 && !page.Parent:
		return ErrNoParent
	case says.Parent && len(says.OptionNames) > 0 && len(page.OptionNames) > 0 && !slices.Equal(says.OptionNames, page.OptionNames):
		return ErrOptionsFixed
	case says.Parent && len(says.OptionNames) > 0:
		page.OptionNames = says.OptionNames
	}
	page.Parent = page.Parent || says.Parent
	if page.Parent || says.ParentID == "" {
		page.ParentID, page.Options = "", nil
		return nil
	}
	if page.ParentID == says.ParentID && page.has(says.Options) {
		return nil
	}
	parent, err := found(s.Products.Get(ctx, says.ParentID))
	if err != nil {
		return err
	}
	if !parent.Parent || parent.OwnerID != page.OwnerID {
		return ErrParentNotFound
	}
	v := Variant{ParentID: parent.ID, ProductID: page.ID}
	if v.Options, err = parent.arrange(says.Options); err != nil {
		return err
	}
	if err := s.roomFor(ctx, v, page.ParentID == parent.ID); err != nil {
		return err
	}
	page.ParentID, page.Options = v.ParentID, v.Options
	return nil
}

// roomFor fails if another variant has the values, or if there are as many as there may be. Those that come at one moment may
// be more by as many.
func (s *ListingService) roomFor(ctx context.Context, v Variant, counted bool) error {
	other, err := s.Variants.VariantLike(ctx, v)
	if err != nil {
		return err
	}
	if other != "" && other != v.ProductID {
		return errVariantTaken(other)
	}
	for n, after := 0, ""; !counted; {
		list, next, err := s.Variants.Variants(ctx, v.ParentID, after, MaxVariants)
		if err != nil {
			return err
		}
		if n += len(list); n >= MaxVariants {
			return ErrTooManyVariants
		}
		if after = next; next == "" {
			break
		}
	}
	return nil
}

// groups are the parents of a batch's rows, each made once.
type groups struct {
	s      *ListingService
	seller string
	mu     sync.Mutex
	found  map[string]Product
}

// of returns the parent of a row that is one of its variants, and makes it of the row where there is none: rows come in any
// order, and what the parent's own row says replaces it.
func (g *groups) of(ctx context.Context, r Row, where placement) (Product, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	parent, there := g.found[r.Group]
	if there && len(parent.OptionNames) > 0 {
		return parent, nil
	}
	c := Row{Title: r.Title, Description: r.Description, Brand: r.Brand, Bullets: r.Bullets, CategoryID: where.id, Group: r.Group, Parent: true,
		OptionNames: r.OptionNames}.content()
	var err error
	for try := 1; ; try++ {
		if parent, err = g.s.parent(ctx, g.seller, c, where); !errors.Is(err, ErrChanged) || try == listings {
			break
		}
	}
	if err == nil {
		g.found[r.Group] = parent
	}
	return parent, err
}

// said is what a row says, as one of its parent's variants if it is one.
func (g *groups) said(ctx context.Context, at *places, r Row) (Content, error) {
	c := r.content()
	if !r.variant() {
		return c, nil
	}
	where, err := at.of(ctx, cmp.Or(c.CategoryID, Other))
	if err != nil {
		return c, err
	}
	parent, err := g.of(ctx, r, where)
	if err != nil {
		return c, err
	}
	by, _ := r.parted()
	return c.asVariant(parent, by)
}

// parent returns the page of a seller's parent. It makes it of a content where there is none, and gives it the content's options
// where it has none.
func (s *ListingService) parent(ctx context.Context, seller string, c Content, where placement) (Product, error) {
	product, claims, err := s.identify(ctx, seller, c)
	if err != nil {
		return Product{}, err
	}
	if product != "" {
		own, err := s.Own(ctx, product, seller)
		switch {
		case errors.Is(err, ErrNotListed): // withdrawn, and now listed again
		case err != nil || len(own.Product.OptionNames) > 0:
			return own.Product, err
		default:
			names := c.OptionNames
			c = own.Contribution.Content
			c.OptionNames = names
		}
	} else {
		product = ids.Derive(ids.Product, claims[0])
	}
	if err := c.Validate(where.path, nil); err != nil {
		return Product{}, err
	}
	l, err := s.edit(ctx, product, seller, c, where.path, claims, func(Contribution) (bool, error) { return true, nil })
	return l.Product, err
}

// asVariant makes of a row's content what it says of a variant of a parent.
func (c Content) asVariant(parent Product, options map[string]string) (Content, error) {
	list, err := parent.arrange(Variation{Options: options}.clean().Options)
	if err != nil {
		return c, err
	}
	c.Variation = Variation{ParentID: parent.ID, Options: map[string]string{}}
	for _, o := range list {
		c.Options[o.Name] = o.Value
	}
	c.Title = titled(c.Title, parent, list)
	return c, nil
}

// VariantListing is a variant with what a page shows of it beside the others.
type VariantListing struct {
	Variant
	Image   string
	Version int64
	BuyBox  BuyBox
}

// maxShown is how many variants a page lists itself: those of which one call reads the buy boxes.
const maxShown = 50

// VariantsOf returns a page of the variants of a parent, or of a variant's parent, and where the next begins, "" on the last.
// Errors: unknown_marketplace, product_not_found, invalid_cursor.
func (s *Service) VariantsOf(ctx context.Context, id, marketplace, after string, limit int) ([]VariantListing, string, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return nil, "", err
	}
	p, err := s.Products.Get(ctx, id)
	if err == nil && p.Withheld != "" {
		err = ErrProductNotFound
	}
	if err != nil {
		return nil, "", err
	}
	return s.variants(ctx, p, m, after, limit)
}

// variants lists those that are shown, without a box where nobody offers them.
func (s *Service) variants(ctx context.Context, p Product, m marketplaces.Marketplace, after string, limit int) (out []VariantListing, next string,
	err error) {
	parent := p.ParentID
	if p.Parent {
		parent = p.ID
	}
	if parent == "" {
		return nil, "", nil
	}
	list, next, err := s.Variants.Variants(ctx, parent, after, limit)
	if err != nil {
		return nil, "", err
	}
	var names []string
	for _, v := range list {
		names = append(names, v.ProductID)
	}
	var products map[string]Product
	var boxes map[string]BuyBox
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { products, err = s.Products.GetMany(ctx, names...); return err })
	g.Go(func() (err error) { boxes, err = s.BuyBoxes.BuyBoxes(ctx, m.Code, names...); return err })
	if err := g.Wait(); err != nil {
		return nil, "", err
	}
	for _, v := range list {
		p := products[v.ProductID]
		if p.Offerable() != nil || p.ParentID != parent { // the list may be a moment behind
			continue
		}
		x := VariantListing{Variant: v, Version: p.Version, BuyBox: boxes[v.ProductID]}
		if len(p.Images) > 0 {
			x.Image = p.Images[0]
		}
		out = append(out, x)
	}
	return out, next, nil
}
