package recommendations

import "math"

// Feature is a property that rankers are trained on, by its place in Row.
type Feature int

// The features; doc.go defines them.
const (
	SourceBought Feature = iota
	SourceViewed
	SourceTogether
	SourceALS
	SourceRecent
	SourceSession
	SessionSameCategory
	SessionSameBrand
	AffinityCategory
	AffinityBrand
	PriceRatio
	Popularity
	RatingStars
	Reviews
	DaysSinceSeen
	InBuyBox
)

// Features lists the names in the order in which rankers have them.
var Features = []string{
	"source_bought", "source_viewed", "source_together", "source_als", "source_recent", "source_session",
	"session_same_category", "session_same_brand", "affinity_category", "affinity_brand", "price_ratio", "popularity", "rating",
	"reviews", "days_since_seen", "in_buy_box",
}

// Row is what a ranker looks at.
type Row [16]float32

// unknown is a feature's value where there is none.
var unknown = float32(math.NaN())

// newRow returns a row of which nothing is known.
func newRow() (r Row) {
	for i := range r {
		r[i] = unknown
	}
	return r
}
