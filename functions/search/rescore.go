package search

import (
	"cmp"
	"slices"
)

// Window is how many of the best hits by words are put in order anew by what a shopper would get. What comes after
// them stays in the order of the words. Reading hits is what a search spends most of its time on.
const Window = 30

// WideWindow is the Window of a list that hits by meaning are among, and the most hits with all words that these are asked beside.
const WideWindow = 60

func window(meaning bool) int {
	if meaning {
		return WideWindow
	}
	return Window
}

// Ranking is why a hit stands where it stands.
type Ranking struct {
	Words   float64  // the score of the words; 0 of a hit by meaning alone
	Score   float64  // Words, or Near of a hit by meaning alone, times 1 plus all effects; what hits are ordered by
	Near    float64  // the cosine to what the words mean, of a hit by meaning
	Fused   float64  // of hits that are ordered by both, what they are ordered by: the sum of one over 60 and its place in either order
	Factors []Factor // nil of a hit beyond Window
}

// Factor is what one signal did.
type Factor struct {
	Name           string
	Signal, Effect float64 // Effect is Signal times its weight
}

// Rescore orders the best hits of a search, which come in the order of their words, by words and by what a shopper
// would get. It is deterministic; equal hits stay as they came. How far a hit can move is bounded: see Weights.Bound.
func Rescore(hits []Hit, w Weights) []Hit {
	medians := medians(hits)
	out := slices.Clone(hits)
	for i, h := range out {
		r := Ranking{Words: h.Ranking.Words, Near: h.Ranking.Near, Factors: []Factor{
			{"in_stock", stock(h.Document), 0}, {"price", price(h.Document, medians[h.CategoryID]), 0},
			{"seller", seller(h.Document), 0}, {"delivery", delivery(h.Document), 0}}}
		sum := 1.0
		for k, weight := range []float64{w.InStock, w.Price, w.Seller, w.Delivery} {
			r.Factors[k].Effect = weight * r.Factors[k].Signal
			sum += r.Factors[k].Effect
		}
		r.Score = cmp.Or(r.Words, r.Near) * sum
		out[i].Ranking = r
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Compare(b.Ranking.Score, a.Ranking.Score) })
	return out
}

func stock(d Document) float64 {
	if d.InStock {
		return 1
	}
	return -1
}

func price(d Document, median int64) float64 {
	if median <= 0 {
		return 0
	}
	return within(float64(median-d.Landed) / float64(median))
}

func seller(d Document) float64 {
	if d.SellerRating <= 0 {
		return 0
	}
	return within(float64(d.SellerRating-MiddlingRating) / (BestRating - MiddlingRating))
}

func delivery(d Document) float64 {
	if d.DeliveryDays <= 0 {
		return 0
	}
	const middle, half = float64(FastDays+SlowDays) / 2, float64(SlowDays-FastDays) / 2
	return within((middle - float64(d.DeliveryDays)) / half)
}

func within(signal float64) float64 { return min(1, max(-1, signal)) }

// medians are of the landed prices of the hits, by category; a category with a single hit has none to compare with.
func medians(hits []Hit) map[string]int64 {
	prices := map[string][]int64{}
	for _, h := range hits {
		prices[h.CategoryID] = append(prices[h.CategoryID], h.Landed)
	}
	out := map[string]int64{}
	for id, list := range prices {
		if slices.Sort(list); len(list) > 1 {
			out[id] = list[(len(list)-1)/2]
		}
	}
	return out
}
