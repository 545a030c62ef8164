package searchrelevance

import (
	"cmp"
	"math"
	"slices"
)

// Depth is how many hits of a query recall looks at; NDCG looks at the first NDCGDepth.
const (
	Depth     = 100
	NDCGDepth = 10
)

// Scores are of one query, or the means over several; each from 0 to 1.
type Scores struct{ NDCG, MRR, Recall float64 }

// Judge scores a ranking, the best hit first, by the judgments of its query. A product without a judgment counts as
// irrelevant.
func Judge(ranking []string, judged map[string]Judgment) Scores {
	return Scores{ndcg(ranking, judged), reciprocal(ranking, judged), recall(ranking, judged)}
}

// ndcg is the discounted gain of the first hits over the best that could be (Järvelin and Kekäläinen, 2002):
// a gain at place i, from 1, counts over log2(i+1).
func ndcg(ranking []string, judged map[string]Judgment) float64 {
	var ideal []float64
	for _, j := range judged {
		ideal = append(ideal, j.Gain)
	}
	slices.SortFunc(ideal, func(a, b float64) int { return cmp.Compare(b, a) })
	var gains []float64
	for _, id := range ranking {
		gains = append(gains, judged[id].Gain)
	}
	best := discounted(ideal)
	if best == 0 {
		return 0
	}
	return discounted(gains) / best
}

func discounted(gains []float64) (sum float64) {
	for i, g := range gains[:min(len(gains), NDCGDepth)] {
		sum += g / math.Log2(float64(i+2))
	}
	return sum
}

// reciprocal is one over the place of the first relevant hit, 0 if there is none among the first Depth.
func reciprocal(ranking []string, judged map[string]Judgment) float64 {
	for i, id := range ranking[:min(len(ranking), Depth)] {
		if judged[id].Relevant {
			return 1 / float64(i+1)
		}
	}
	return 0
}

// recall is how much of what is relevant is among the first Depth hits.
func recall(ranking []string, judged map[string]Judgment) float64 {
	relevant, found := 0, 0
	for _, j := range judged {
		if j.Relevant {
			relevant++
		}
	}
	for _, id := range ranking[:min(len(ranking), Depth)] {
		if judged[id].Relevant {
			found++
		}
	}
	if relevant == 0 {
		return 0
	}
	return float64(found) / float64(relevant)
}

// Mean is of the scores of several queries; of none, all are 0.
func Mean(list []Scores) (m Scores) {
	for _, s := range list {
		m.NDCG += s.NDCG / float64(len(list))
		m.MRR += s.MRR / float64(len(list))
		m.Recall += s.Recall / float64(len(list))
	}
	return m
}

// Percentile is the value below which the share p (0 to 1) of a sorted list lies, by the nearest rank.
func Percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(p*float64(len(sorted))))-1)]
}
