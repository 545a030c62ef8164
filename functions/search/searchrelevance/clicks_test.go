package searchrelevance

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// looked is how likely places are looked at in what is made up.
func looked(position int) float64 { return math.Pow(float64(position), -0.8) }

// madeUpClicks are those of 30 queries with 12 products each, of an attraction that is known, by a search that finds what attracts better
// than chance does, and so shows it above what does not.
func madeUpClicks(dice *rand.Rand) (list []Shown, attraction map[string]map[string]float64) {
	counts, attraction := map[Shown][2]float64{}, map[string]map[string]float64{}
	for q := range 30 {
		query := fmt.Sprint("query ", q)
		attraction[query] = map[string]float64{}
		var products []string
		for p := range 12 {
			product := fmt.Sprintf("prd_%02d", p)
			products = append(products, product)
			attraction[query][product] = 0.05 + 0.85*dice.Float64()*dice.Float64()
		}
		for range 2_000 {
			noise := map[string]float64{}
			for _, p := range products {
				noise[p] = attraction[query][p] + 0.35*dice.NormFloat64()
			}
			slices.SortFunc(products, func(a, b string) int { return cmp.Compare(noise[b], noise[a]) })
			for i, p := range products {
				at := Shown{Query: query, Product: p, Position: i + 1}
				c := counts[at]
				c[0]++
				if dice.Float64() < looked(i+1)*attraction[query][p] {
					c[1]++
				}
				counts[at] = c
			}
		}
	}
	for at, c := range counts {
		at.Times, at.Clicks = c[0], c[1]
		list = append(list, at)
	}
	return list, attraction
}

// Where it is known what attracts and which places are looked at, both are found again, which counting clicks does not do: there
// the first place makes the product. Seen to catch: shares of clicks for attraction; places that are all looked at alike.
func TestWhatAttractsIsToldApartFromWhereItStood(t *testing.T) {
	t.Parallel()
	list, truth := madeUpClicks(rand.New(rand.NewPCG(1, 2)))
	c := LearnClicks(list)
	for position := 1; position <= 12; position++ {
		if got, want := c.Examined[position], looked(position); math.Abs(got-want) > 0.04 {
			t.Errorf("place %d is looked at %.3f of the times, not %.3f", position, got, want)
		}
	}
	clicks, times := map[pair]float64{}, map[pair]float64{}
	for _, s := range list {
		clicks[pair{s.Query, s.Product}] += s.Clicks
		times[pair{s.Query, s.Product}] += s.Times
	}
	model, counted := 0.0, 0.0
	for query, products := range truth {
		for product, want := range products {
			of := pair{query, product}
			model += math.Abs(c.Attractive[query][product] - want)
			counted += math.Abs(clicks[of]/times[of] - want)
		}
	}
	model, counted = model/360, counted/360
	if model > 0.03 || counted < 3*model {
		t.Errorf("attraction is missed by %.3f, and by %.3f where clicks are counted", model, counted)
	}
}

func TestClicksJudge(t *testing.T) {
	t.Parallel()
	list := []Shown{{"boots", "a", 1, 1_000, 400}, {"boots", "b", 1, 1_000, 100}, {"boots", "c", 1, 9, 9}, {"tents", "d", 1, 100, 0}}
	set := LearnClicks(list).Judgments()
	if j := set["boots"]["a"]; j != (Judgment{1, true}) {
		t.Errorf("the best is %+v", j)
	}
	if j := set["boots"]["b"]; j.Relevant || math.Abs(j.Gain-0.25) > 0.01 {
		t.Errorf("what is clicked a quarter as often is %+v", j)
	}
	if _, judged := set["boots"]["c"]; judged {
		t.Error("what was shown nine times is judged")
	}
	if c := LearnClicks(list); c.Attractive["tents"]["d"] > 0.01 || c.Attractive["boots"]["a"] < 0.39 || c.Attractive["boots"]["a"] > 0.4 {
		t.Errorf("%+v", c.Attractive)
	}
}

func TestRowsOfClicks(t *testing.T) {
	t.Parallel()
	list, err := ShownRows([]byte(`{"query":"boots","product_id":"a","position":2,"shown":10,"clicked":3}` + "\n"))
	if err != nil || !slices.Equal(list, []Shown{{"boots", "a", 2, 10, 3}}) {
		t.Error(list, err)
	}
	if list, err := ShownRows([]byte("query,product_id,position,shown,clicked\nboots,a,2,10,3\n")); err != nil || len(list) != 1 || list[0].Clicks != 3 {
		t.Error(list, err)
	}
	for _, bad := range []string{``, `[]`, `{"query":"","product_id":"a","position":1,"shown":1,"clicked":1}`,
		`{"query":"q","product_id":"a","position":0,"shown":1,"clicked":1}`,
		`{"query":"q","product_id":"a","position":1,"shown":1,"clicked":2}`, `{"query":"q","product_id":"a","position":1,"shown":1,"clicked":-1}`,
		`{"query":"q","product_id":"a","position":1,"shown":"many","clicked":1}`, `{"query":"q","product_id":"a","position":1,"shown":1}`,
		`{"query":"q","product_id":"a","position":1,"shown":"NaN","clicked":"NaN"}`} {
		if list, err := ShownRows([]byte(bad)); err == nil {
			t.Errorf("%s: %v", bad, list)
		}
	}
}
