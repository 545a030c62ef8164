package offers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Service is what shoppers and sellers ask of the API.
type Service struct {
	Store    Store
	Products Products
	Stock    Stock
	Now      func() time.Time
}

var (
	// ErrChanged says that an offer is not of the version it was read in.
	ErrChanged = fault.New(fault.Conflict, "offer_changed", "the offer was changed meanwhile")
	// ErrSKUTaken says that another offer of the seller in the marketplace has the sku.
	ErrSKUTaken = fault.New(fault.Conflict, "sku_taken", "another of your offers in this marketplace has this sku").
			With(fault.Field{Pointer: "/sku", Code: "not_unique", Message: "names another of your offers in this marketplace"})
	// ErrProductNotFound says that there is no product of that id.
	ErrProductNotFound = fault.New(fault.NotFound, "product_not_found", "there is no such product")
)

// Listed is an offer that shoppers see.
type Listed struct {
	Offer
	BuyBox  bool
	InStock bool // known of the buy box only
}

// List returns the offers of a product that are on sale, the cheapest landed price first, by seller id on a
// tie. Errors: unknown_marketplace, product_not_found.
func (s *Service) List(ctx context.Context, product, marketplace string) (marketplaces.Marketplace, []Listed, error) {
	m, err := marketplaces.Lookup(marketplace)
	if err != nil {
		return m, nil, err
	}
	var box BuyBox
	var list []Offer
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { box, list, err = s.Store.List(ctx, product, m.Code); return err })
	g.Go(func() error { return s.mustExist(ctx, product) })
	if err := g.Wait(); err != nil {
		return m, nil, err
	}
	out := make([]Listed, 0, len(list))
	for _, o := range list {
		if o.OnSale() {
			shown := o.SellerID == box.Offer.SellerID
			out = append(out, Listed{o.At(s.Now()), shown, shown && box.InStock})
		}
	}
	slices.SortFunc(out, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(a.Price.Minor+a.Shipping.Minor, b.Price.Minor+b.Shipping.Minor), strings.Compare(a.SellerID, b.SellerID))
	})
	return m, out, nil
}

// mustExist fails with product_not_found.
func (s *Service) mustExist(ctx context.Context, product string) error {
	found, err := s.Products.Exists(ctx, product)
	if err == nil && !found {
		err = ErrProductNotFound
	}
	return err
}

// Own returns a seller's own offer. Errors: unknown_marketplace, offer_not_found.
func (s *Service) Own(ctx context.Context, k Key) (Offer, error) {
	if _, err := marketplaces.Lookup(k.Marketplace); err != nil {
		return Offer{}, err
	}
	return s.Store.Get(ctx, k)
}

// Owned returns a page of a seller's own offers in a marketplace and where the next begins, "" on the last. The order
// is stable and means nothing. Errors: unknown_marketplace, invalid_cursor.
func (s *Service) Owned(ctx context.Context, seller, marketplace, after string, limit int) ([]Offer, string, error) {
	if _, err := marketplaces.Lookup(marketplace); err != nil {
		return nil, "", err
	}
	return s.Store.OfSeller(ctx, seller, marketplace, after, limit)
}

// BySKU returns the seller's own offer in a marketplace that has the seller's sku. Errors: unknown_marketplace,
// offer_not_found.
func (s *Service) BySKU(ctx context.Context, seller, marketplace, sku string) (Offer, error) {
	if _, err := marketplaces.Lookup(marketplace); err != nil {
		return Offer{}, err
	}
	return s.Store.BySKU(ctx, seller, marketplace, sku)
}

// Pause takes a seller's own offer off the market, or with false puts it back, and returns it as it stands. Both may
// be repeated. Without a precondition it is done whatever the version. Errors: unknown_marketplace, offer_not_found,
// version_mismatch, offer_changed if others keep changing it.
func (s *Service) Pause(ctx context.Context, k Key, paused bool, p Precondition) (Offer, error) {
	current, err := s.Own(ctx, k)
	if err != nil {
		return Offer{}, err
	}
	var stands Offer
	_, err = cas.Update(current, ErrChanged, func(current Offer) (bool, error) {
		if stands = current; current.Paused == paused {
			return false, nil
		}
		if p.Given && p.Version != current.Revision() {
			return false, ErrStale
		}
		stands.Paused = paused
		stands = stands.over(current, s.Now())
		return true, s.Store.Save(ctx, stands, current)
	}, func() (Offer, error) { return s.Own(ctx, k) })
	return stands, err
}

// Delete takes a seller's own offer away for good, and its sku can name another; its stock stays in the books. What carts
// hold of it cannot be bought any more, and orders keep what they say. Without a precondition it is done whatever the
// version. Errors: unknown_marketplace, offer_not_found, version_mismatch, offer_changed if others keep changing it.
func (s *Service) Delete(ctx context.Context, k Key, p Precondition) error {
	current, err := s.Own(ctx, k)
	if err != nil {
		return err
	}
	_, err = cas.Update(current, ErrChanged, func(current Offer) (bool, error) {
		if p.Given && p.Version != current.Revision() {
			return false, ErrStale
		}
		return true, s.Store.Delete(ctx, current)
	}, func() (Offer, error) { return s.Own(ctx, k) })
	return err
}

// Put makes or changes a seller's own offer, and returns it as it stands and whether it is new. It goes by the seller's
// id until the seller, or an import, says a name. Errors: unknown_marketplace, invalid_offer,
// product_not_found, precondition_required, version_mismatch, price_drop_unconfirmed, offer_changed if others keep changing it.
func (s *Service) Put(ctx context.Context, want Offer, p Precondition) (stands Offer, created bool, err error) {
	if _, err := marketplaces.Lookup(want.Marketplace); err != nil {
		return Offer{}, false, err
	}
	if err := want.Validate(); err != nil {
		return Offer{}, false, err
	}
	current, seller, err := s.currentOf(ctx, want.Key())
	if err != nil {
		return Offer{}, false, err
	}
	_, err = cas.Update(current, ErrChanged, func(current Offer) (bool, error) {
		stands = current
		want.ID, want.SellerName = want.Key().ID(), cmp.Or(seller.Name, current.SellerName, want.SellerID)
		want.Blocked = seller.Blocked
		change, err := p.Admit(current, want)
		if err != nil || !change {
			return false, err
		}
		want = want.over(current, s.Now())
		if err := s.Store.Save(ctx, want, current); err != nil {
			return false, err
		}
		stands, created = want, current.Version == 0
		return true, nil
	}, func() (Offer, error) { return found(s.Store.Get(ctx, want.Key())) })
	return stands, created, err
}

// currentOf reads an offer, the zero Offer for none, beside its product and what is known of its seller.
func (s *Service) currentOf(ctx context.Context, k Key) (current Offer, seller SellerProfile, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { current, err = found(s.Store.Get(ctx, k)); return err })
	g.Go(func() error {
		barred, err := s.Products.Barred(ctx, k.ProductID)
		return cmp.Or(err, barred[k.ProductID])
	})
	g.Go(func() (err error) { seller, err = sellerProfile(ctx, s.Store, k.SellerID); return err })
	return current, seller, g.Wait()
}

func found(o Offer, err error) (Offer, error) {
	if errors.Is(err, ErrOfferNotFound) {
		return Offer{}, nil
	}
	return o, err
}
