package offers

import (
	"strconv"

	"rialto/functions/inventory"
)

// The weights of the buy box: what each factor is worth at most, in basis points of the landed price. An offer's
// landed price counts as that much less as its factors give it, and the offer that counts as least wins. All of
// the rule's numbers stand in this file.
const (
	weightRating      = 500
	weightFulfillment = 300
	weightDelivery    = 400
	weightStock       = 100

	// whole is a landed price before anything is taken off it, in basis points.
	whole = 10_000
)

// A seller's rating is in hundredths of a star.
const (
	LowestRating  = 100
	HighestRating = 500
	// NeutralRating is what a seller counts as whom nobody has rated.
	NeutralRating = 400
)

const (
	soonest = 1  // days; a promise of so many has all points
	latest  = 11 // days; one of so many or more has none
)

// Factor is one reason for how an offer stands in the buy box. Points are basis points of the landed price that
// are taken off it; Weight is the most that the factor can take off.
type Factor struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Points int64  `json:"points"`
	Weight int64  `json:"weight"`
}

// Factors explains an offer, the landed price first: it takes nothing off, and all of it counts but for the
// points of the others. An offer whose landed price cannot be computed, which no valid offer is, has none.
func (c Candidate) Factors() []Factor {
	landed, err := c.Offer.Landed()
	if err != nil {
		return nil
	}
	rating, days := c.rating(), c.Offer.Promise()
	return []Factor{
		{"landed_price", strconv.FormatInt(landed.Minor, 10), 0, whole},
		{"seller_rating", strconv.FormatInt(rating, 10), (rating - LowestRating) * weightRating / (HighestRating - LowestRating), weightRating},
		{"fulfillment", c.Offer.Fulfillment, fulfillmentPoints(c.Offer.Fulfillment), weightFulfillment},
		{"delivery_days", strconv.FormatInt(days, 10), (latest - min(max(days, soonest), latest)) * weightDelivery / (latest - soonest), weightDelivery},
		{"stock", string(inventory.BandOf(c.Available)), stockPoints(inventory.BandOf(c.Available)), weightStock},
	}
}

// Score is the sum of an offer's points: what it is better by than its price, 0 to MaxScore.
func (c Candidate) Score() int64 {
	var n int64
	for _, f := range c.Factors() {
		n += f.Points
	}
	return n
}

// MaxScore is the highest Score.
const MaxScore = weightRating + weightFulfillment + weightDelivery + weightStock

func (c Candidate) rating() int64 {
	if c.Rating == 0 {
		return NeutralRating
	}
	return min(max(c.Rating, LowestRating), HighestRating)
}

func fulfillmentPoints(by string) int64 {
	if by == ByRialto {
		return weightFulfillment
	}
	return 0
}

// stockPoints looks at the band only: a box is decided anew when a band is crossed, not at every sale.
func stockPoints(b inventory.Band) int64 {
	switch b {
	case inventory.Plenty:
		return weightStock
	case inventory.Low:
		return weightStock / 2
	}
	return 0
}
