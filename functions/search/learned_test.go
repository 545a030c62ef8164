package search

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/internal/xgboost"
)

// backwards is a scorer by which the last is the best.
type backwards struct{}

func (backwards) Score(rows [][]float32) (scores []float32) {
	for i := range rows {
		scores = append(scores, float32(i))
	}
	return scores
}

// scores are a scorer that says those whatever it is asked.
type scores []float32

func (s scores) Score([][]float32) []float32 { return s }

// Seen to catch: shares of the text's words in place of the query's, and a run that goes on over other words.
func TestWhatFeaturesSay(t *testing.T) {
	t.Parallel()
	hits := []Hit{
		{Document: Document{Title: "Red Leather Boots for hiking", Brand: "Alba", Kind: "Boots", CategoryWords: []string{"hiking boots"},
			AttributeValues: []string{"red"}, Rating: 450, ReviewCount: 9},
			Ranking: Ranking{Words: 4, Fused: 0.02, Factors: []Factor{{"in_stock", 1, 0}, {"price", 0.5, 0}, {"seller", 0, 0}, {"delivery", -1, 0}}}},
		{Document: Document{Title: "Boot of red", Kind: "red", Description: "Of leather"}, Ranking: Ranking{Near: 0.5, Fused: 0.01}},
	}
	want := []map[string]float32{
		{"place": 0, "words": 1, "fused": 1, "in_title": 1, "in_category": 1. / 3, "in_attributes": 1. / 3, "in_brand": 0, "in_text": 1, "run": 1,
			"of_title": 0.6, "kind": 1, "in_stock": 1, "price": 0.5, "seller": 0, "delivery": -1, "stars": 4.5, "reviews": float32(math.Log(10)),
			"query_words": 3, "hits_by_meaning": 0.5},
		{"place": float32(math.Log(2)), "near": 0.5, "fused": 0.5, "in_title": 2. / 3, "in_category": 0, "in_attributes": 0, "in_brand": 0,
			"in_text": 1, "run": 1. / 3, "of_title": 2. / 3, "kind": 0, "reviews": 0, "query_words": 3, "hits_by_meaning": 0.5},
	}
	for i, row := range Rows("red leather boot", "en-US", hits) {
		got := map[string]float32{}
		for k, v := range row {
			if v == v {
				got[Features[k]] = v
			}
		}
		if d := gocmp.Diff(want[i], got); d != "" || len(row) != len(Features) {
			t.Errorf("%d: %s", i, d)
		}
	}
}

func TestWhatIsLearnedOrdersTheBestHits(t *testing.T) {
	t.Parallel()
	hits := named3("p", Window+10)
	reversed := append(slices.Clone(hits[:Window]), hits[Window:]...)
	slices.Reverse(reversed[:Window])
	nan := make(scores, Window)
	nan[3] = float32(math.NaN())
	for name, c := range map[string]struct {
		by   Scorer
		text string
		want []string
	}{
		"by hand":                   {nil, "boots", hits},
		"all but what is behind":    {backwards{}, "boots", reversed},
		"all alike":                 {make(scores, Window), "boots", hits},
		"a score that is no number": {nan, "boots", hits},
		"a score too few":           {make(scores, Window-1), "boots", hits},
		"a quote":                   {backwards{}, `"boots"`, hits},
		"a model":                   {backwards{}, "hx200b", hits},
		"its own name stands where it did": {backwards{}, "p 000", append([]string{"p000"}, slices.DeleteFunc(slices.Clone(reversed),
			func(id string) bool { return id == "p000" })...)},
	} {
		var list []Hit
		for i, id := range hits {
			list = append(list, Hit{Document: Document{ProductID: id, Identifiers: []string{id}}, Ranking: Ranking{Words: float64(len(hits) - i)}})
		}
		r, err := (&Searcher{Index: fakeIndex{hits: list}, Learned: c.by}).Search(t.Context(), "US", Query{Text: c.text, Page: 1, Size: MaxSize})
		var got []string
		for _, h := range r.Hits {
			got = append(got, h.ProductID)
		}
		if d := gocmp.Diff(c.want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}

// candidates are hits as a search finds them, of which each text has some of the words.
func candidates(n int) []Hit {
	hits := make([]Hit, n)
	for i := range hits {
		hits[i] = Hit{Document: Document{ProductID: fmt.Sprint(i), Title: fmt.Sprintf("Alba waterproof hiking boots for winter %d", i), Brand: "Alba",
			Kind: "boots", Description: strings.Repeat("Made of leather, with a sole of rubber that holds on wet rock. ", 6),
			Bullets: []string{"Warm", "Light"}, CategoryWords: []string{"outdoor", "hiking boots"}, AttributeValues: []string{"brown", "44"}},
			Ranking: Ranking{Words: float64(n - i)}}
	}
	return hits
}

const manyWords = "warm leather boots for winter"

func TestRowsAreMadeWithoutAnythingPerHit(t *testing.T) {
	few, many := candidates(10), candidates(100)
	allocations := func(hits []Hit) float64 { return testing.AllocsPerRun(20, func() { Rows(manyWords, "en-US", hits) }) }
	if a, b := allocations(few), allocations(many); b > a {
		t.Errorf("%v allocations for 10 hits, %v for 100", a, b)
	}
}

// What 100 candidates take is to be a millisecond at most, features and trees.
func BenchmarkLearned100(b *testing.B) {
	text, err := os.ReadFile("../internal/xgboost/testdata/ranker.json.gz")
	if err != nil {
		b.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	if text, err = io.ReadAll(z); err != nil {
		b.Fatal(err)
	}
	// Trees of the same size as one would have, with the names of the first features.
	_, list, _ := strings.Cut(string(text), `"feature_names":[`)
	list, _, _ = strings.Cut(list, "]")
	names := Features[:strings.Count(list, ",")+1]
	trees, err := xgboost.Read(bytes.Replace(text, []byte(list), []byte(`"`+strings.Join(names, `","`)+`"`), 1), Features)
	if err != nil {
		b.Fatal(err)
	}
	hits := candidates(100)
	b.ReportAllocs()
	for b.Loop() {
		learned(trees, manyWords, "en-US", hits)
	}
}
