package recommendations

import (
	"cmp"
	"math"
	"slices"
	"time"

	"rialto/functions/internal/xgboost"
)

// Candidate is a product that may come onto a shelf.
type Candidate struct {
	ID     string `json:"id"`
	Row    Row    `json:"row"`
	Facts  Facts  `json:"facts"`
	Reason Reason `json:"reason"`
}

// rank orders candidates, the best first, by trees, or by Blend if there are none; equal ones by id.
func rank(trees *xgboost.Trees, list []Candidate) {
	scores := make([]float32, 0, len(list))
	if trees != nil {
		rows := make([][]float32, len(list))
		for i := range list {
			rows[i] = list[i].Row[:]
		}
		scores = trees.Score(rows)
	} else {
		for _, c := range list {
			scores = append(scores, Blend(c.Row))
		}
	}
	by := make(map[string]float32, len(list))
	for i, c := range list {
		by[c.ID] = scores[i]
	}
	slices.SortFunc(list, func(a, b Candidate) int { return cmp.Or(cmp.Compare(by[b.ID], by[a.ID]), cmp.Compare(a.ID, b.ID)) })
}

// Blend is what a product is worth where no ranker says: what the session clicked counts most, then what is known of the customer,
// then what is known of everybody. The weights are by hand, for the days without a model.
func Blend(r Row) float32 {
	return 2*r.known(SourceSession) + r.known(SessionSameCategory) + 0.3*r.known(SessionSameBrand) +
		r.known(SourceTogether) + r.known(SourceBought) + 0.5*r.known(SourceViewed) + 0.5*r.known(SourceALS) +
		0.5*r.known(AffinityCategory) + 0.2*r.known(AffinityBrand) +
		0.1*r.known(Popularity) + 0.02*r.known(RatingStars)*min(1, r.known(Reviews)) + 0.2*r.known(InBuyBox)
}

// weigh sets the features that facts decide.
func (c *Candidate) weigh(f Facts, t taste) {
	c.Facts = f
	c.Row[InBuyBox] = 0
	if f.InStock {
		c.Row[InBuyBox] = 1
	}
	c.Row[Reviews] = ln1(float32(f.Reviews))
	if f.Reviews > 0 {
		c.Row[RatingStars] = float32(f.Rating) / 100
	}
	if t.n > 0 {
		c.Row[AffinityCategory], c.Row[AffinityBrand] = t.share(t.categories[f.Category]), t.share(t.brands[f.Brand])
		if t.price > 0 && f.Price > 0 {
			c.Row[PriceRatio] = float32(f.Price) / float32(t.price)
		}
	}
}

// seen sets how long ago the customer bought it.
func (c *Candidate) seen(last, now time.Time) {
	if !last.IsZero() {
		c.Row[DaysSinceSeen] = float32(max(0, now.Sub(last)).Hours() / 24)
	}
}

// taste is what a list of products has in common.
type taste struct {
	n                  int
	categories, brands map[string]int
	price              int64 // the median
}

func tasteOf(list []Facts) taste {
	t := taste{categories: map[string]int{}, brands: map[string]int{}}
	var prices []int64
	for _, f := range list {
		t.n++
		t.categories[f.Category]++
		t.brands[f.Brand]++
		if f.Price > 0 {
			prices = append(prices, f.Price)
		}
	}
	if len(prices) > 0 {
		slices.Sort(prices)
		t.price = prices[len(prices)/2]
	}
	return t
}

func (t taste) share(n int) float32 { return float32(n) / float32(t.n) }

func ln1(v float32) float32 { return float32(math.Log1p(float64(v))) }
