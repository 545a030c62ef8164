package offers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
)

// SellerProfile is what the offers know of a seller, as events told it. The zero SellerProfile is of one of whom nothing
// was told.
type SellerProfile struct {
	SellerID string
	Rating   int64  // hundredths of a star, 0 for none
	Ratings  int64  // how many it is the mean of
	Rated    int64  // the version of the rating, 0 for none
	Name     string // what the seller goes by, "" before it said
	Named    int64  // the version of the name, 0 for none
	Blocked  bool   // by an operator
	Standing int64  // the version of that, 0 for none
}

// SellerUpdater brings sellers' offers, and the buy boxes they compete for, to what events tell of the sellers.
type SellerUpdater struct {
	Store   Store
	Decider *Decider
	Now     func() time.Time
}

// offersAtOnce is how many offers one call of UpdateOffers brings up to date.
const offersAtOnce = 50

var errEvent = fault.New(fault.Malformed, "malformed_event", "the event names no seller, or a rating or name that is none")

// Rated keeps a seller's rating and tells whether its offers are to be updated. An event that is overtaken changes nothing.
// One that says what stands has them updated again: whoever told it before may not have come to the end.
func (u *SellerUpdater) Rated(ctx context.Context, e SellerRated) (update bool, err error) {
	if e.SellerID == "" || e.Version < 1 || e.Rating != 0 && (e.Rating < LowestRating || e.Rating > HighestRating) {
		return false, errEvent
	}
	return u.told(ctx, e.SellerID, e.Version, func(p *SellerProfile) (heard *int64, stands bool, take func()) {
		return &p.Rated, e.Rating == p.Rating, func() { p.Rating, p.Ratings = e.Rating, e.Ratings }
	})
}

// told has a profile take what an event of a version tells of it, unless that is overtaken, and tells whether the offers are to be
// updated. about says which version was heard last, whether what is told stands already, and how it is taken.
func (u *SellerUpdater) told(ctx context.Context, seller string, version int64, about func(*SellerProfile) (heard *int64, stands bool, take func()),
) (update bool, err error) {
	err = u.Store.UpdateSellerProfile(ctx, seller, func(p SellerProfile) SellerProfile {
		heard, stands, take := about(&p)
		if version <= *heard {
			update = stands
			return p
		}
		update, *heard = !stands, version
		take()
		return p
	})
	return update, err
}

// Named keeps what a seller goes by, and tells whether its offers are to be updated, as Rated does.
func (u *SellerUpdater) Named(ctx context.Context, e SellerChanged) (update bool, err error) {
	if e.SellerID == "" || e.Version < 1 || e.Name == "" || !isName(e.Name) {
		return false, errEvent
	}
	return u.told(ctx, e.SellerID, e.Version, func(p *SellerProfile) (heard *int64, stands bool, take func()) {
		return &p.Named, e.Name == p.Name, func() { p.Name = e.Name }
	})
}

// Blocked keeps whether a seller is blocked, and tells whether its offers are to be updated, as Rated does.
func (u *SellerUpdater) Blocked(ctx context.Context, e SellerBlocked) (update bool, err error) {
	if e.SellerID == "" || e.Version < 1 {
		return false, errEvent
	}
	return u.told(ctx, e.SellerID, e.Version, func(p *SellerProfile) (heard *int64, stands bool, take func()) {
		return &p.Standing, e.Blocked == p.Blocked, func() { p.Blocked = e.Blocked }
	})
}

// UpdateOffers brings a part of a seller's offers to what is known of the seller: one of another name, or of a seller that was blocked
// or goes on, is changed, of which its buy box hears as of any change; of the others the boxes are decided anew. It returns where the
// next part begins, "" after the last, and is safe to repeat.
func (u *SellerUpdater) UpdateOffers(ctx context.Context, seller, after string) (next string, err error) {
	profile, err := sellerProfile(ctx, u.Store, seller)
	if err != nil {
		return "", err
	}
	list, next, err := u.Store.OfSeller(ctx, seller, "", after, offersAtOnce)
	if err != nil {
		return "", err
	}
	var problems []error
	for _, o := range list {
		changed, err := follow(ctx, u.Store, u.Now, o, profile)
		if err == nil && !changed && o.OnSale() {
			err = u.Decider.Decide(ctx, o.ProductID, o.Marketplace)
		}
		problems = append(problems, err)
	}
	return next, errors.Join(problems...)
}

// follow makes an offer follow its seller, and tells whether it was changed.
func follow(ctx context.Context, store Store, now func() time.Time, o Offer, p SellerProfile) (bool, error) {
	return cas.Update(o, ErrChanged, func(o Offer) (bool, error) {
		want := o
		want.SellerName, want.Blocked = cmp.Or(p.Name, o.SellerName), p.Blocked
		if want == o {
			return false, nil
		}
		return true, store.Save(ctx, want.over(o, now()), o)
	}, func() (Offer, error) { return store.Get(ctx, o.Key()) })
}

// sellerProfile returns what is known of a seller.
func sellerProfile(ctx context.Context, store Store, seller string) (SellerProfile, error) {
	known, err := store.SellerProfiles(ctx, seller)
	return known[seller], err
}
