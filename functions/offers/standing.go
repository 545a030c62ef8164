package offers

import (
	"context"
	"errors"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
)

// Standing is what the offers know of a seller, as events told it. The zero Standing is of one of whom nothing was told.
type Standing struct {
	SellerID string
	Rating   int64  // hundredths of a star, 0 for none
	Ratings  int64  // how many it is the mean of
	Rated    int64  // the version of the rating, 0 for none
	Name     string // what the seller goes by, "" before it said
	Named    int64  // the version of the name, 0 for none
}

// SellerRated is what is read of the event of that name.
type SellerRated struct {
	SellerID string `json:"seller_id"`
	Rating   int64  `json:"rating"` // hundredths of a star, 100 to 500; 0 for none
	Ratings  int64  `json:"ratings"`
	Version  int64  `json:"version"`
}

// SellerChanged is what is read of the event of that name.
type SellerChanged struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"display_name"`
	Version  int64  `json:"version"`
}

// Sellers is what following sellers needs of the store.
type Sellers interface {
	// SaveStanding makes learn's change of what stands, unless that returns it as it is.
	SaveStanding(ctx context.Context, seller string, learn func(Standing) Standing) error
	Standings(ctx context.Context, sellers ...string) (map[string]Standing, error)
	// OfSeller lists a seller's offers in all marketplaces after a place ("" for the first).
	OfSeller(ctx context.Context, seller, marketplace, after string, limit int) (list []Offer, next string, err error)
}

// sweep is how many offers one call of Follow brings up to date.
const sweep = 50

var errEvent = fault.New(fault.Malformed, "malformed_event", "the event names no seller, or a rating or name that is none")

// Rated keeps a seller's rating and tells whether its offers are to follow. An event that is overtaken changes nothing.
// One that says what stands has them follow again: whoever told it before may not have come to the end.
func (s *Service) Rated(ctx context.Context, e SellerRated) (follow bool, err error) {
	if e.SellerID == "" || e.Version < 1 || e.Rating != 0 && (e.Rating < LowestRating || e.Rating > HighestRating) {
		return false, errEvent
	}
	err = s.Sellers.SaveStanding(ctx, e.SellerID, func(st Standing) Standing {
		if e.Version <= st.Rated {
			follow = e.Rating == st.Rating
			return st
		}
		follow = e.Rating != st.Rating
		st.Rating, st.Ratings, st.Rated = e.Rating, e.Ratings, e.Version
		return st
	})
	return follow, err
}

// Named keeps what a seller goes by, and tells whether its offers are to follow, as Rated does.
func (s *Service) Named(ctx context.Context, e SellerChanged) (follow bool, err error) {
	if e.SellerID == "" || e.Version < 1 || e.Name == "" || !isName(e.Name) {
		return false, errEvent
	}
	err = s.Sellers.SaveStanding(ctx, e.SellerID, func(st Standing) Standing {
		if e.Version <= st.Named {
			follow = e.Name == st.Name
			return st
		}
		follow = e.Name != st.Name
		st.Name, st.Named = e.Name, e.Version
		return st
	})
	return follow, err
}

// Follow brings a part of a seller's offers to what is known of the seller: one of another name is renamed, of which
// its box hears as of any change; of the others the boxes are decided anew. It returns where the next part begins, ""
// after the last, and is safe to repeat.
func (s *Service) Follow(ctx context.Context, seller, after string) (next string, err error) {
	name, err := s.nameOf(ctx, seller)
	if err != nil {
		return "", err
	}
	list, next, err := s.Sellers.OfSeller(ctx, seller, "", after, sweep)
	if err != nil {
		return "", err
	}
	var problems []error
	for _, o := range list {
		renamed, err := s.rename(ctx, o, name)
		if err == nil && !renamed && !o.Paused {
			err = s.Settle(ctx, o.ProductID, o.Marketplace)
		}
		problems = append(problems, err)
	}
	return next, errors.Join(problems...)
}

func (s *Service) rename(ctx context.Context, o Offer, name string) (bool, error) {
	return cas.Update(o, ErrChanged, func(o Offer) (bool, error) {
		if name == "" || o.SellerName == name {
			return false, nil
		}
		want := o
		want.SellerName, want.Version, want.UpdatedAt = name, o.Version+1, s.Now().UTC()
		return true, s.Book.Save(ctx, want, o)
	}, func() (Offer, error) { return s.Book.Get(ctx, o.Key()) })
}

// nameOf returns what a seller goes by, "" if it never said.
func (s *Service) nameOf(ctx context.Context, seller string) (string, error) {
	known, err := s.Sellers.Standings(ctx, seller)
	return known[seller].Name, err
}
