package catalog

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Edit is one change of what is said of a product, with all that it was made from.
type Edit struct {
	Contribution Contribution
	Change       int64    // the number of the last change
	Claims       []string // identities that the product takes, and that nobody may have
	Withdrawn    bool     // the contribution is taken away
	Page         *Product // as it is to be, nil to leave it
	Before       int64    // the version of the page, 0 for none
	// Leaves and Joins are the page's places among variants, before and after; nil for none, or where it keeps its place.
	Leaves, Joins *Variant
}

// turn makes a page another.
func (e *Edit) turn(before, page Product, at time.Time) {
	if page.Same(before) {
		return
	}
	page.Version, page.UpdatedAt = before.Version+1, at
	e.Page = &page
	if page.ParentID != before.ParentID || !slices.Equal(page.Options, before.Options) {
		e.Leaves, e.Joins = before.variant(), page.variant()
	}
}

// Listed is a seller's contribution beside the page that it is part of. Disputes are the seller's own, or for the
// owner of the page everybody's.
type Listed struct {
	Contribution Contribution
	Product      Product
	Disputes     []Dispute
}

// ListingService is what sellers say of products: one by one, or in feeds.
type ListingService struct {
	Products      Products
	Categories    Categories
	Contributions Contributions
	Proposals     Proposals
	Variants      Variants
	Addresses     ImageQueue // of images in files; nil where no files come
	Now           func() time.Time
}

// errAgain is ErrChanged where reading again may help.
var errAgain = errors.New("the page was changed meanwhile")

// List lists a product for a seller: the one that its GTIN names, or else its brand and model, or a new one. existing
// tells that there was a page already. The same content again is a success and changes nothing. Errors:
// invalid_product, product_listed.
func (s *ListingService) List(ctx context.Context, seller string, c Content) (l Listed, existing bool, err error) {
	path, err := s.check(ctx, c)
	if err != nil {
		return Listed{}, false, err
	}
	for try := 1; ; try++ {
		product, claims, err := s.identify(ctx, seller, c)
		if err != nil {
			return Listed{}, false, err
		}
		if existing = product != ""; !existing {
			product = ids.Derive(ids.Product, claims[0])
		}
		l, err = s.edit(ctx, product, seller, c, path, claims, func(current Contribution) (bool, error) {
			if current.Version > 0 && !current.Same(c) {
				return false, ErrListed
			}
			return current.Version == 0, nil
		})
		if existing && len(claims) == 0 || !errors.Is(err, ErrChanged) || try == listings {
			return l, existing, err
		}
	}
}

// listings is how often a new page is tried, as another seller may be faster; then there is one to join.
const listings = 3

// identify returns the product that a seller's content is about, or "", and the identities that it takes: of a product that
// there is, only the seller's sku. A GTIN names a product alone; a sku, or brand and model, do unless that product has
// another GTIN: then this is a variant.
func (s *ListingService) identify(ctx context.Context, seller string, c Content) (product string, claims []string, err error) {
	names := c.identities(seller)
	claimed, err := s.Contributions.Claimed(ctx, names...)
	if err != nil {
		return "", nil, err
	}
	numbered := len(names) > 0 && strings.HasPrefix(names[0], byGTIN)
	for _, name := range names {
		other, there := claimed[name]
		if !there {
			claims = append(claims, name)
			continue
		}
		if numbered && name != names[0] {
			page, err := s.Products.Get(ctx, other)
			if err != nil {
				return "", nil, err
			}
			if page.GTIN != "" {
				continue
			}
		}
		return other, onlySKU(names, claimed), nil
	}
	return "", claims, nil
}

// onlySKU are of some identities the sku, unless it is claimed.
func onlySKU(names []string, claimed map[string]string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return claimed[name] != "" || !strings.HasPrefix(name, bySKU) })
}

// Edit changes what a seller says of a product, or begins to say something of one that there is. Errors:
// invalid_product, product_not_found, precondition_required, version_mismatch, gtin_taken, product_changed if others keep
// changing it.
func (s *ListingService) Edit(ctx context.Context, product, seller string, c Content, p Precondition) (Listed, error) {
	path, err := s.check(ctx, c)
	if err != nil {
		return Listed{}, err
	}
	page, err := s.Products.Get(ctx, product)
	if err != nil {
		return Listed{}, err
	}
	claims, err := s.claim(ctx, page, seller, c)
	if err != nil {
		return Listed{}, err
	}
	return s.edit(ctx, product, seller, c, path, claims, func(current Contribution) (bool, error) { return p.admit(current, c) })
}

// claim returns the identities that a seller's content gives a product and that nobody has: from its owner all, from others
// their sku. Brand and model that another product has are a variant's; a GTIN that another has is refused.
func (s *ListingService) claim(ctx context.Context, page Product, seller string, c Content) (claims []string, err error) {
	owns := page.OwnerID == seller
	if !owns && c.SKU == "" {
		return nil, nil
	}
	names := c.identities(seller)
	claimed, err := s.Contributions.Claimed(ctx, names...)
	if err != nil {
		return nil, err
	}
	if !owns {
		return onlySKU(names, claimed), nil
	}
	for _, name := range names {
		switch other := claimed[name]; {
		case other == "":
			claims = append(claims, name)
		case other != page.ID && strings.HasPrefix(name, byGTIN):
			return nil, ErrGTINTaken
		}
	}
	return claims, nil
}

// edit saves what a seller says, but for its images: they come and go by themselves. admit tells whether the current
// contribution is to be changed.
func (s *ListingService) edit(ctx context.Context, product, seller string, c Content, path, claims []string,
	admit func(Contribution) (bool, error)) (Listed, error) {
	return s.change(ctx, product, seller, path, claims, func(mine Contribution) (Content, bool, error) {
		c.Images = mine.Images
		change, err := admit(mine)
		return c, change, err
	})
}

// change saves what a seller says and what comes of it for the page. say makes the new content of the current
// contribution, and tells whether that is to be changed.
func (s *ListingService) change(ctx context.Context, product, seller string, path, claims []string,
	say func(Contribution) (Content, bool, error)) (Listed, error) {
	var l Listed
	read := func() (state, error) { return s.read(ctx, product) }
	now, err := read()
	if err != nil {
		return l, err
	}
	_, err = cas.Update(now, errAgain, func(now state) (bool, error) {
		mine, others := now.of(seller)
		c, change, err := say(mine)
		if err != nil {
			return false, err
		}
		if !change {
			l = listed(mine, now.page, now.list)
			return false, nil
		}
		at := s.Now().UTC()
		if mine.Version == 0 {
			mine = Contribution{ProductID: product, SellerID: seller, ListedAt: at}
		}
		mine.say(c, at)
		e := Edit{Contribution: mine, Change: now.change, Claims: claims, Before: now.page.Version}
		list := append(slices.Clone(others), mine)
		page := now.page
		if page.Version == 0 {
			page.ID, page.OwnerID = product, seller
		}
		if page.Left {
			page.OwnerID, page.Left = seller, false
		}
		if page, err = s.compose(ctx, page, list, path, seller); err != nil {
			return false, err
		}
		if e.turn(now.page, page, at); e.Page != nil {
			page = *e.Page
		}
		l = listed(mine, page, list)
		if err := s.Contributions.Contribute(ctx, e); err != nil {
			if len(claims) == 0 && errors.Is(err, ErrChanged) {
				err = errAgain
			}
			return false, err
		}
		return true, nil
	}, read)
	if err == errAgain {
		err = ErrChanged
	}
	return l, err
}

// Withdraw takes away what a seller says of a product. What it filled on the page goes with it; a page of its own passes to
// who listed the product next, and stays as it is if nobody did, as orders and other offers may be of it: then it is
// inherited by who lists the product first from then on. Errors: product_not_listed, product_changed.
func (s *ListingService) Withdraw(ctx context.Context, product, seller string) error {
	read := func() (state, error) { return s.read(ctx, product) }
	now, err := read()
	if err != nil {
		return err
	}
	_, err = cas.Update(now, errAgain, func(now state) (bool, error) {
		mine, others := now.of(seller)
		if mine.Version == 0 {
			return false, ErrNotListed
		}
		e := Edit{Contribution: mine, Withdrawn: true, Change: now.change, Before: now.page.Version}
		page := now.page
		if page.OwnerID == seller {
			page.leave(others)
		}
		if page, err = s.compose(ctx, page, others, nil, seller); err != nil {
			return false, err
		}
		e.turn(now.page, page, s.Now().UTC())
		if err := s.Contributions.Contribute(ctx, e); !errors.Is(err, ErrChanged) {
			return err == nil, err
		}
		return false, errAgain
	}, read)
	if err == errAgain {
		err = ErrChanged
	}
	return err
}

// leave passes a page whose owner lists it no more to the first of those who do. An importer's page is left by nobody.
func (p *Product) leave(others []Contribution) {
	if len(others) == 0 {
		p.Left = true
		return
	}
	p.OwnerID = slices.MinFunc(others, arrival).SellerID
}

// state is a page with all that is said of it.
type state struct {
	page   Product // the zero Product for none
	list   []Contribution
	change int64
}

func (s *ListingService) read(ctx context.Context, product string) (now state, err error) {
	if now.list, now.change, err = s.Contributions.Said(ctx, product); err != nil {
		return now, err
	}
	now.page, err = found(s.Products.Get(ctx, product))
	return now, err
}

// of returns a seller's contribution and those of the others.
func (n state) of(seller string) (mine Contribution, others []Contribution) {
	for _, c := range n.list {
		if c.SellerID == seller {
			mine = c
		} else {
			others = append(others, c)
		}
	}
	return mine, others
}

// compose returns the page as its owner and the others make it. path is the category's of the contribution that is
// new; the owner's may be another. What the owner says of variants is refused if it is who says it now, and otherwise left out.
func (s *ListingService) compose(ctx context.Context, page Product, list []Contribution, path []string, saying string) (Product, error) {
	i := slices.IndexFunc(list, func(c Contribution) bool { return c.SellerID == page.OwnerID })
	if i < 0 { // an importer's page
		return page, nil
	}
	owner := list[i]
	Compose(owner.Content, slices.Delete(slices.Clone(list), i, i+1)).onto(&page)
	if len(path) == 0 || path[len(path)-1] != page.CategoryID {
		var err error
		if path, _, err = s.category(ctx, page.CategoryID); err != nil {
			return page, err
		}
	}
	page.CategoryPath = path
	var refused *fault.Error
	switch err := s.vary(ctx, &page, owner.Variation); {
	case errors.As(err, &refused) && !refused.Kind.Transient() && saying != owner.SellerID:
		page.ParentID, page.Options = "", nil
	case err != nil:
		return page, err
	}
	return page, nil
}

func listed(mine Contribution, page Product, list []Contribution) Listed {
	if page.OwnerID != mine.SellerID {
		list = []Contribution{mine}
	}
	return Listed{mine, page, Disputes(page.content(), list)}
}

// Own returns what a seller says of a product, with the page and its disputes. Errors: product_not_listed.
func (s *ListingService) Own(ctx context.Context, product, seller string) (Listed, error) {
	now, err := s.read(ctx, product)
	if err != nil {
		return Listed{}, err
	}
	mine, _ := now.of(seller)
	if mine.Version == 0 {
		return Listed{}, ErrNotListed
	}
	return listed(mine, now.page, now.list), nil
}

// Owned returns a page of what a seller lists, and where the next begins, "" on the last. Errors: invalid_cursor.
func (s *ListingService) Owned(ctx context.Context, seller, after string, limit int) ([]Contribution, string, error) {
	return s.Contributions.OfSeller(ctx, seller, after, limit)
}

// check validates a content against its category, and returns the category's path, root first.
func (s *ListingService) check(ctx context.Context, c Content) ([]string, error) {
	path, types, err := s.find(ctx, c.CategoryID)
	if err != nil {
		return nil, err
	}
	return path, c.Validate(path, types)
}

// find is category for what may be none: then the path is empty.
func (s *ListingService) find(ctx context.Context, id string) (path []string, types map[string]string, err error) {
	if !slug.MatchString(id) {
		return nil, nil, nil
	}
	path, types, err = s.category(ctx, id)
	if errors.Is(err, ErrCategoryNotFound) {
		return nil, nil, nil
	}
	return path, types, err
}

// category returns a category's path, root first, and the types of its attributes: its own, or those of the nearest
// above that has any; nil if none has. It fails with category_not_found.
func (s *ListingService) category(ctx context.Context, id string) (path []string, types map[string]string, err error) {
	for len(path) < MaxDepth && id != "" {
		c, err := s.Categories.Category(ctx, id)
		if built, there := taxonomy()[id]; there && errors.Is(err, ErrCategoryNotFound) {
			c, err = s.Categories.Register(ctx, built) // from now on it stands, and keeps its parent
		}
		if err != nil {
			return nil, nil, err
		}
		path = append(path, c.ID)
		if types == nil && len(c.Attributes) > 0 {
			types = c.Attributes
		}
		id = c.Parent
	}
	slices.Reverse(path)
	return path, types, nil
}

func found(p Product, err error) (Product, error) {
	if errors.Is(err, ErrProductNotFound) {
		return Product{}, nil
	}
	return p, err
}
