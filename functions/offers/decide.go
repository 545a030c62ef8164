package offers

import (
	"strings"
	"time"
)

// Candidate is an offer with what the buy box weighs beside it.
type Candidate struct {
	Offer Offer
	// Available is the free units of its seller in the centre that has most, of those in the marketplace's customs area.
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
	// Turns is when it is to be decided anew, zero for never.
	Turns time.Time
}

// Decide gives the buy box to the candidate in stock whose landed price counts as least once its points are taken
// off (score.go), the lower landed price first and then whoever comes first by seller id on a tie. What is new goes before
// what is refurbished, and that before what is used, at any price: who wants it used looks at the other offers. If nobody has
// units, the box shows the offer that would win, as out of stock. Offers that are not on sale take no part.
//
// Each candidate is measured by itself, so the answer depends neither on the order of candidates nor on those that
// lose, and a lower price never loses a box that is won. Candidates are of one product and marketplace, and so of
// one currency.
func Decide(candidates []Candidate) Decision {
	var d Decision
	var best rank
	for _, c := range candidates {
		r, ok := c.rank()
		if !ok {
			continue
		}
		d.Offers++
		if d.Offers == 1 || r.beats(best) {
			best = r
			d.Offer, d.InStock, d.Score, d.Rating, d.DeliveryDays = c.Offer, r.stocked, r.points, c.rating(), c.Offer.Promise()
		}
	}
	return d
}

// rank is what the rule compares.
type rank struct {
	stocked        bool
	worn           int // how far it is from new
	landed, points int64
	seller         string
}

// rank measures a candidate, unless it is paused (or has no landed price, as no valid offer has).
func (c Candidate) rank() (rank, bool) {
	landed, err := c.Offer.Landed()
	return rank{c.Available > 0, worn[c.Offer.Condition], landed.Minor, c.Score(), c.Offer.SellerID}, err == nil && c.Offer.OnSale()
}

// worn is how far a condition is from new.
var worn = map[string]int{New: 0, Refurbished: 1, Used: 2}

// counts is the landed price less its points, in ten-thousandths of a minor unit, so that nothing is rounded. A
// landed price is at most 2 x MaxAmount, so it fits.
func (r rank) counts() int64 { return r.landed * (whole - r.points) }

func (r rank) beats(other rank) bool {
	switch a, b := r.counts(), other.counts(); {
	case r.stocked != other.stocked:
		return r.stocked
	case r.worn != other.worn:
		return r.worn < other.worn
	case a != b:
		return a < b
	case r.landed != other.landed:
		return r.landed < other.landed
	}
	return strings.Compare(r.seller, other.seller) < 0
}
