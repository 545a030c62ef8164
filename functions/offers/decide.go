package offers

import "strings"

// Candidate is an offer with the free units of its seller, in all centres together.
type Candidate struct {
	Offer     Offer
	Available int64
}

// Decision is who has the buy box. Without an offer that is not paused it is the zero Decision.
type Decision struct {
	Offer   Offer
	InStock bool
	Offers  int // that are not paused
}

// Decide gives the buy box to the candidate with the lowest landed price among those in stock, whoever comes
// first by seller id on a tie. If nobody has units, the box shows the offer that would win, as out of stock. Paused
// offers take no part. The answer does not depend on the order of candidates, which are of one product and
// marketplace, and so of one currency.
func Decide(candidates []Candidate) Decision {
	var d Decision
	var best int64
	for _, c := range candidates {
		landed, err := c.Offer.Landed()
		if c.Offer.Paused || err != nil { // no valid offer has a landed price that cannot be computed
			continue
		}
		d.Offers++
		stocked := c.Available > 0
		if d.Offers == 1 || beats(stocked, landed.Minor, c.Offer.SellerID, d.InStock, best, d.Offer.SellerID) {
			d.Offer, d.InStock, best = c.Offer, stocked, landed.Minor
		}
	}
	return d
}

func beats(stocked bool, landed int64, seller string, bestStocked bool, best int64, bestSeller string) bool {
	switch {
	case stocked != bestStocked:
		return stocked
	case landed != best:
		return landed < best
	}
	return strings.Compare(seller, bestSeller) < 0
}

// Is tells whether the stored winner says what the decision says.
func (w Winner) Is(d Decision) bool {
	return w.Offer.Same(d.Offer) && w.Offer.Version == d.Offer.Version && w.InStock == d.InStock && w.Offers == d.Offers
}
