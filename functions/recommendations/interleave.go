package recommendations

import (
	"context"
	"crypto/sha256"

	"rialto/functions/internal/xgboost"
)

// Interleaved names what all units of an interleaved experiment are shown: both rankers in one list.
const Interleaved = "interleaved"

// draft puts two rankings into one, as two captains choose teams (Radlinski, Kurup and Joachims, 2008): in each round a coin says
// who chooses first, and each takes its best that is not taken yet. second holds those that b chose. What clicks say of two rankers is
// so told by far fewer shoppers than by showing each its own half, since each compares both.
func draft(a, b []Candidate, coin func() bool) (list []Candidate, second map[string]bool) {
	taken := map[string]bool{}
	second = map[string]bool{}
	choose := func(from *[]Candidate, isSecond bool) {
		for len(*from) > 0 {
			x := (*from)[0]
			*from = (*from)[1:]
			if taken[x.ID] {
				continue
			}
			taken[x.ID] = true
			if list = append(list, x); isSecond {
				second[x.ID] = true
			}
			return
		}
	}
	for len(a) > 0 || len(b) > 0 {
		if coin() {
			choose(&b, true)
			choose(&a, false)
		} else {
			choose(&a, false)
			choose(&b, true)
		}
	}
	return list, second
}

// coin of a unit: the same list each time a shopper looks at it again.
func (e Experiment) coin(unit string) func() bool {
	sum, bit := sha256.Sum256([]byte("interleave\n"+e.ID+"\n"+unit)), 0
	return func() bool {
		if bit == 8*len(sum) {
			sum, bit = sha256.Sum256(sum[:]), 0
		}
		bit++
		return sum[(bit-1)/8]>>((bit-1)%8)&1 == 1
	}
}

// order puts candidates in order, the best first: by the ranker, or by the two that an experiment interleaves.
func (c *call) order(ctx context.Context, list []Candidate) []Candidate {
	rank(c.trees, list)
	if c.between == "" {
		return list
	}
	var rankings [2][]Candidate
	for i, v := range c.experiment.Variants {
		trees, ok := c.ranker(ctx, v)
		if !ok { // one alone compares nothing
			c.second = nil
			return list
		}
		rankings[i] = append(rankings[i], list...)
		rank(trees, rankings[i])
	}
	list, c.second = draft(rankings[0], rankings[1], c.experiment.coin(c.between))
	return list
}

// ranker of a variant, nil for Blend; none where it is away.
func (c *call) ranker(ctx context.Context, v Variant) (trees *xgboost.Trees, ok bool) {
	switch {
	case v.Blended:
		return nil, true
	case v.Version == "" || v.Version == c.version:
		return c.trees, c.trees != nil
	}
	trees, err := c.Rankers.Ranker(ctx, v.Version)
	if err != nil {
		c.away(ctx, noRanker, err)
	}
	return trees, err == nil
}
