package searchrelevance

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Parts is how many parts queries are put into to learn from some and to measure on others.
const Parts = 5

// Part is the part that a query is in, by its text alone, so that another measures on the same.
func Part(query string) int {
	sum := sha256.Sum256([]byte(query))
	return int(binary.BigEndian.Uint64(sum[:]) % Parts)
}

// Comparison is by how much one ranker is better than another on the same queries: the mean difference, and the interval that it is
// in with 95 %.
type Comparison struct{ Mean, Low, High float64 }

const (
	resamples = 10_000
	tail      = 0.025
)

// Compare compares scores of the same queries, in the same order, by a paired bootstrap: queries are drawn anew, each with both
// of its scores, and the interval is that of the means (Sakai, 2006). draw is of the numbers below n.
func Compare(ours, theirs []float64, draw func(n int) int) Comparison {
	means, c := make([]float64, resamples), Comparison{}
	n := float64(len(ours))
	for i := range ours {
		c.Mean += (ours[i] - theirs[i]) / n
	}
	for r := range means {
		for range ours {
			i := draw(len(ours))
			means[r] += (ours[i] - theirs[i]) / n
		}
	}
	slices.Sort(means)
	c.Low, c.High = Percentile(means, tail), Percentile(means, 1-tail)
	return c
}

// Passes is the gate: what is learned may serve only if it is better than what serves, and not by chance.
func (c Comparison) Passes() bool { return c.Low > 0 }
