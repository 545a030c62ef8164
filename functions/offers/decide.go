package offers

import "strings"

// Candidate is an offer with what the buy box weighs beside it.
type Candidate struct {
	Offer Offer
	// Available is the free units of its seller in the centre that has most.
	Available int64
	// Rating is the seller's, in hundredths of a star; 0 for none.
	Rating int64
}

// Decision is who has the buy box. Without an offer that is not paused it is the zero Decision.
type Decision struct {
	Offer        Offer
	InStock      bool
	Offers       int   // that are not paused
	Score        int64 // of the offer
	Rating       int64 // of its seller, as it counted
	DeliveryDays int64 // that it promises
}

// Decide gives the buy box to the candidate in stock whose landed price counts as least once its points are taken
// off (score.go), the lower landed price first and then whoever comes first by seller id on a tie. If nobody has
// units, the box shows the offer that would win, as out of stock. Paused offers take no part.
//
// Each candidate is measured by itself, so the answer depends neither on the order of candidates nor on those that
// lose, and a lower price never loses a box that is won. Candidates are of one product and marketplace, and so of
// one currency.
func Decide(candidates []Candidate) Decision {
	var d Decision
	var best standing
	for _, c := range candidates {
		s, ok := c.standing()
		if !ok {
			continue
		}
		d.Offers++
		if d.Offers == 1 || s.beats(best) {
			best = s
			d.Offer, d.InStock, d.Score, d.Rating, d.DeliveryDays = c.Offer, s.stocked, s.points, c.rating(), c.Offer.Promise()
		}
	}
	return d
}

// standing is what the rule compares.
type standing struct {
	stocked        bool
	landed, points int64
	seller         string
}

// standing measures a candidate, unless it is paused (or has no landed price, as no valid offer has).
func (c Candidate) standing() (standing, bool) {
	landed, err := c.Offer.Landed()
	return standing{c.Available > 0, landed.Minor, c.Score(), c.Offer.SellerID}, err == nil && !c.Offer.Paused
}

// counts is the landed price less its points, in ten-thousandths of a minor unit, so that nothing is rounded. A
// landed price is at most 2 x MaxAmount, so it fits.
func (s standing) counts() int64 { return s.landed * (whole - s.points) }

func (s standing) beats(t standing) bool {
	switch a, b := s.counts(), t.counts(); {
	case s.stocked != t.stocked:
		return s.stocked
	case a != b:
		return a < b
	case s.landed != t.landed:
		return s.landed < t.landed
	}
	return strings.Compare(s.seller, t.seller) < 0
}

// Is tells whether the stored winner says what the decision says.
func (w Winner) Is(d Decision) bool {
	return w.Offer.Same(d.Offer) && w.Offer.Version == d.Offer.Version && w.InStock == d.InStock && w.Offers == d.Offers &&
		w.Score == d.Score && w.Rating == d.Rating && w.DeliveryDays == d.DeliveryDays
}
