package offers

import (
	"context"
	"errors"
	"time"

	"rialto/functions/internal/fault"
)

// Standing is what the buy box knows of a seller, as the sellers' events told it. The zero Standing is of one of whom
// nothing was told.
type Standing struct {
	SellerID string
	Rating   int64 // hundredths of a star, 0 for none
	Ratings  int64 // how many it is the mean of
	AsOf     time.Time
}

// SellerRated is what is read of the event of that name.
type SellerRated struct {
	SellerID string `json:"seller_id"`
	Rating   int64  `json:"rating"` // hundredths of a star, 100 to 500; 0 for none
	Ratings  int64  `json:"ratings"`
}

// Ratings is what rating needs of the store.
type Ratings interface {
	// SaveStanding keeps a standing unless a later one is there, which is a success, and tells whether the rating
	// that stands was changed by it.
	SaveStanding(ctx context.Context, st Standing) (changed bool, err error)
	// OfSeller lists a seller's offers in all marketplaces after a place ("" for the first).
	OfSeller(ctx context.Context, seller, marketplace, after string, limit int) (list []Offer, next string, err error)
}

// sweep is how many boxes one call of Rerate decides.
const sweep = 50

// Rated keeps a seller's new rating and tells whether it counts differently from the one before, so that the
// seller's boxes are to be decided anew. Repeated and late events change nothing.
func (s *Service) Rated(ctx context.Context, e SellerRated, at time.Time) (changed bool, err error) {
	if e.SellerID == "" || e.Rating != 0 && (e.Rating < LowestRating || e.Rating > HighestRating) {
		return false, fault.New(fault.Malformed, "malformed_event", "the event names no seller, or a rating that is none")
	}
	return s.Ratings.SaveStanding(ctx, Standing{e.SellerID, e.Rating, e.Ratings, at.UTC()})
}

// Rerate decides anew the boxes of a part of a seller's offers, and returns where the next part begins, "" after the
// last. It is safe to repeat.
func (s *Service) Rerate(ctx context.Context, seller, after string) (next string, err error) {
	list, next, err := s.Ratings.OfSeller(ctx, seller, "", after, sweep)
	if err != nil {
		return "", err
	}
	var problems []error
	for _, o := range list {
		if !o.Paused {
			problems = append(problems, s.Settle(ctx, o.ProductID, o.Marketplace))
		}
	}
	return next, errors.Join(problems...)
}
