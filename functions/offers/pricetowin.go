package offers

import (
	"context"
	"sort"

	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
)

// Why a price to win is none, or is no limit. The empty Obstacle says that the price stands for itself.
type Obstacle string

const (
	Paused     Obstacle = "paused"       // a paused offer takes no part
	OutOfStock Obstacle = "out_of_stock" // without units no price wins
	NoRival    Obstacle = "no_rival"     // nobody else has units: the price is the highest that an offer may have
	Unbeatable Obstacle = "unbeatable"   // a rival counts as less than any price of this seller would
)

// WinningPrice returns the highest landed price, in minor units, at which the seller's candidate would have the buy
// box if all others stay as they are, by the same comparison that Decide makes; at one minor unit more it would not,
// unless the obstacle is NoRival. With any other obstacle there is no such price. The seller must be among the
// candidates.
func WinningPrice(candidates []Candidate, seller string) (landed int64, why Obstacle) {
	var own rank
	var best *rank
	for _, c := range candidates {
		s, open := c.rank()
		switch {
		case c.Offer.SellerID == seller && !open:
			return 0, Paused
		case c.Offer.SellerID == seller && !s.stocked:
			return 0, OutOfStock
		case c.Offer.SellerID == seller:
			own = s
		case open && s.stocked && (best == nil || s.beats(*best)):
			best = &s
		}
	}
	if best == nil {
		return maxLanded, NoRival
	}
	// The first price from which on the box is lost, from 1; the one below it still wins.
	lost := 1 + sort.Search(maxLanded, func(i int) bool {
		own.landed = int64(i) + 1
		return !own.beats(*best)
	})
	if lost == 1 {
		return 0, Unbeatable
	}
	return int64(lost) - 1, ""
}

// maxLanded is the highest landed price that a valid offer has.
const maxLanded = 2 * MaxAmount

// Explained is how an offer stands in the buy box.
type Explained struct {
	Offer   Offer
	Landed  money.Amount
	Score   int64
	InStock bool
	Factors []Factor
}

// PriceToWin is how a seller's own offer ranks for a buy box beside the winner's, and the landed price that would win.
// Winner is nil if no offer is open. ToWin is nil where Why says that no price would win.
type PriceToWin struct {
	Own    Explained
	Winner *Explained
	Wins   bool // holds the box, in stock
	ToWin  *money.Amount
	Why    Obstacle
}

// PriceToWin explains a seller's own offer as the rule sees it now; what is stored may be a moment behind. Errors:
// unknown_marketplace, offer_not_found.
func (s *Service) PriceToWin(ctx context.Context, k Key) (PriceToWin, error) {
	if _, err := marketplaces.Lookup(k.Marketplace); err != nil {
		return PriceToWin{}, err
	}
	_, list, err := s.Store.List(ctx, k.ProductID, k.Marketplace)
	if err != nil {
		return PriceToWin{}, err
	}
	list, _ = sold(list, s.Now())
	candidates, _, err := candidatesOf(ctx, s.Store, s.Stock, list, k.SellerID)
	if err != nil {
		return PriceToWin{}, err
	}
	d := Decide(candidates)
	var out PriceToWin
	for _, c := range candidates {
		if c.Offer.SellerID == k.SellerID {
			if out.Own, err = c.explain(); err != nil {
				return PriceToWin{}, err
			}
		}
		if d.Offers > 0 && c.Offer.SellerID == d.Offer.SellerID {
			w, err := c.explain()
			if err != nil {
				return PriceToWin{}, err
			}
			out.Winner = &w
		}
	}
	if out.Own.Offer.SellerID == "" {
		return PriceToWin{}, ErrOfferNotFound
	}
	out.Wins = d.InStock && d.Offer.SellerID == k.SellerID
	landed, why := WinningPrice(candidates, k.SellerID)
	if out.Why = why; why == "" || why == NoRival {
		out.ToWin = &money.Amount{Minor: landed, Currency: out.Own.Landed.Currency}
	}
	return out, nil
}

func (c Candidate) explain() (Explained, error) {
	landed, err := c.Offer.Landed()
	return Explained{c.Offer, landed, c.Score(), c.Available > 0, c.Factors()}, err
}
