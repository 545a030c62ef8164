package searchrelevance

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Shown is how often a product stood at a place of a query's answers, and how often it was clicked there.
type Shown struct {
	Query, Product string
	Position       int // from 1
	Times, Clicks  float64
}

// Clicks is what clicks say of products, by the position-based model: a product is clicked if its place is looked at, which
// depends on the place alone, and if it attracts, which depends on the query and the product alone (Richardson, Dominowska and
// Ragno, 2007; Chuklin, Markov and de Rijke, 2015, 3.3).
type Clicks struct {
	Examined   map[int]float64 // by position; the first is 1, since only ratios can be known
	Attractive map[string]map[string]float64
	times      map[string]map[string]float64
}

const (
	// learning is how often the two are reckoned from each other.
	learning = 200
	// A product is taken to have been shown so often more, and clicked in one of ten of those: what was shown once or twice says little.
	priorTimes, priorClicks = 2.0, 0.2
	// leastShown is how often a product must have been shown for a query to be judged by clicks.
	leastShown = 10
	// relevantShare of the attraction of a query's best makes a product relevant.
	relevantShare = 0.5
	maxPosition   = 10_000
)

// pair is a query and a product.
type pair struct{ query, product string }

// LearnClicks finds by expectation maximization how likely each place is looked at and how much each product attracts. A product that
// always stood at the same place is told apart from its place by the others that stood there.
func LearnClicks(list []Shown) Clicks {
	examined, attractive := map[int]float64{}, map[pair]float64{}
	for _, s := range list {
		examined[s.Position], attractive[pair{s.Query, s.Product}] = 0.5, 0.5
	}
	examined[1] = 1
	for range learning {
		looks, shown := map[int]float64{}, map[int]float64{}
		likes, times := map[pair]float64{}, map[pair]float64{}
		for _, s := range list {
			of := pair{s.Query, s.Product}
			e, a := examined[s.Position], attractive[of]
			missed, not := s.Times-s.Clicks, 1-e*a // what was not clicked was not looked at, or did not attract
			if not <= 0 {
				not = math.SmallestNonzeroFloat64
			}
			looks[s.Position] += s.Clicks + missed*e*(1-a)/not
			shown[s.Position] += s.Times
			likes[of] += s.Clicks + missed*a*(1-e)/not
			times[of] += s.Times
		}
		for position := range examined {
			if position > 1 && shown[position] > 0 {
				examined[position] = looks[position] / shown[position]
			}
		}
		for of := range attractive {
			attractive[of] = (likes[of] + priorClicks) / (times[of] + priorTimes)
		}
	}
	c := Clicks{examined, map[string]map[string]float64{}, map[string]map[string]float64{}}
	for _, s := range list {
		if c.Attractive[s.Query] == nil {
			c.Attractive[s.Query], c.times[s.Query] = map[string]float64{}, map[string]float64{}
		}
		c.Attractive[s.Query][s.Product] = attractive[pair{s.Query, s.Product}]
		c.times[s.Query][s.Product] += s.Times
	}
	return c
}

// Judgments are those of products that were shown often enough: the gain is a product's attraction over that of its query's best.
func (c Clicks) Judgments() Set {
	set := Set{}
	for query, products := range c.Attractive {
		best := 0.0
		for product, a := range products {
			if c.times[query][product] >= leastShown {
				best = max(best, a)
			}
		}
		for product, a := range products {
			if c.times[query][product] >= leastShown {
				set.add(query, product, Judgment{a / best, a >= relevantShare*best})
			}
		}
	}
	return set
}

// places says how likely the first places are looked at.
func (c Clicks) places() string {
	var list []string
	for position := 1; position <= 10 && c.Examined[position] > 0; position++ {
		list = append(list, fmt.Sprintf("%.2f", c.Examined[position]))
	}
	return strings.Join(list, " ")
}

// ShownRows reads rows of query, product_id, position, shown and clicked, as make clicks writes them, from CSV with a header, a JSON list
// or JSON lines.
func ShownRows(text []byte) (list []Shown, err error) {
	of, err := rows(text)
	if err != nil {
		return nil, err
	}
	for i, r := range of {
		s := Shown{Query: r.get("query"), Product: r.get("product_id", "id")}
		position, wrong := strconv.Atoi(r.get("position"))
		times, none := strconv.ParseFloat(r.get("shown"), 64)
		clicks, neither := strconv.ParseFloat(r.get("clicked"), 64)
		if wrong != nil || none != nil || neither != nil || s.Query == "" || s.Product == "" || position < 1 || position > maxPosition ||
			!(clicks >= 0 && clicks <= times && times <= 1e12) {
			return nil, fmt.Errorf("row %d has no query, product_id, position from 1, shown, or clicked of those", i+1)
		}
		s.Position, s.Times, s.Clicks = position, times, clicks
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("there are no clicks")
	}
	return list, nil
}
