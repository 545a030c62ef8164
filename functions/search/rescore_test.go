package search

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/marketplaces"
)

func drawHits(t *rapid.T, most int) []Hit {
	hits := make([]Hit, rapid.IntRange(0, most).Draw(t, "hits"))
	for i := range hits {
		hits[i] = Hit{Document: Document{ProductID: fmt.Sprintf("p%03d", i), CategoryID: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "category"),
			InStock: rapid.Bool().Draw(t, "stock"),
			Landed:  rapid.Int64Range(0, 1_000).Draw(t, "landed"), SellerRating: rapid.Int64Range(0, 500).Draw(t, "rating"),
			DeliveryDays: rapid.Int64Range(0, 30).Draw(t, "days")},
			Ranking: Ranking{Words: float64(rapid.IntRange(1, 100).Draw(t, "words")) / 10}}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Ranking.Words, a.Ranking.Words) })
	for i := range hits {
		hits[i].At = []json.RawMessage{json.RawMessage(strconv.Itoa(i))}
	}
	return hits
}

// Rescoring loses nothing, is explained by what it says, and moves no hit over one whose words are so much better
// that Bound forbids it. Seen to catch: a signal that is not cut off at -1.
func TestRescoringIsBoundedAndExplained(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hits := drawHits(t, 40)
		out := Rescore(hits, Default)
		if len(out) != len(hits) {
			t.Fatal(len(out))
		}
		seen := map[string]bool{}
		for i, h := range out {
			seen[h.ProductID] = true
			sum := 1.0
			for _, f := range h.Ranking.Factors {
				sum += f.Effect
				if f.Signal < -1 || f.Signal > 1 {
					t.Fatalf("%+v", f)
				}
			}
			if h.Ranking.Score != h.Ranking.Words*sum || i > 0 && h.Ranking.Score > out[i-1].Ranking.Score {
				t.Fatalf("%d: %+v", i, h.Ranking)
			}
			for _, later := range out[i+1:] {
				if later.Ranking.Words > h.Ranking.Words*Default.Bound()*1.000001 {
					t.Fatalf("%f stands before %f", h.Ranking.Words, later.Ranking.Words)
				}
			}
		}
		if len(seen) != len(hits) {
			t.Fatal("a hit is lost")
		}
	})
}

// What is better for the shopper in one way, and alike in all others, stands first.
func TestWhatASignalDoes(t *testing.T) {
	t.Parallel()
	base := Hit{Document: Document{CategoryID: "a", InStock: true, Landed: 100, SellerRating: 400, DeliveryDays: 5}, Ranking: Ranking{Words: 5}}
	for name, worse := range map[string]func(*Hit){
		"out of stock": func(h *Hit) { h.InStock = false }, "dearer": func(h *Hit) { h.Landed = 150 },
		"worse rated": func(h *Hit) { h.SellerRating = 300 }, "slower": func(h *Hit) { h.DeliveryDays = 8 },
		"fewer words": func(h *Hit) { h.Ranking.Words = 4.9 },
	} {
		bad := base
		bad.ProductID = name
		worse(&bad)
		if out := Rescore([]Hit{bad, base}, Default); out[0].ProductID != "" {
			t.Errorf("%s stands first: %+v", name, out)
		}
	}
	unknown := base
	unknown.ProductID, unknown.SellerRating, unknown.DeliveryDays = "unknown", 0, 0
	ranking := Rescore([]Hit{unknown}, Default)[0].Ranking
	if slices.ContainsFunc(ranking.Factors[1:], func(f Factor) bool { return f.Effect != 0 }) {
		t.Errorf("what is not known counts: %+v", ranking)
	}
}

// fakeIndex is an index of hits in its own order.
type fakeIndex struct {
	Index
	hits []Hit
}

func (s fakeIndex) Search(_ context.Context, _ marketplaces.Marketplace, queries ...IndexQuery) (list []Found, err error) {
	for _, a := range queries {
		from := a.From
		if a.After != nil {
			n, err := strconv.Atoi(string(a.After[0]))
			if err != nil {
				return nil, ErrPosition
			}
			from = n + 1
		}
		from = min(from, len(s.hits))
		list = append(list, Found{Hits: s.hits[from:min(from+a.Want, len(s.hits))], Total: int64(len(s.hits)), Matched: int64(len(s.hits))})
	}
	return list, nil
}

// Pages by number and by cursor give the same list, every hit once, whatever their size; and the order beyond the
// window is the index's.
func TestPagesAndCursorsGiveOneList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &Searcher{Index: fakeIndex{hits: drawHits(t, 3*Window)}}
		if rapid.Bool().Draw(t, "learned") {
			s.Learned = backwards{}
		}
		q := Query{Text: "boots", Page: 1, Size: rapid.IntRange(1, MaxSize).Draw(t, "size"), Sort: rapid.SampledFrom(Sorts).Draw(t, "sort"),
			Ranker: rapid.SampledFrom([]Ranker{Fused, Rescored, Boosted}).Draw(t, "ranker")}
		var numbered, followed []string
		for p := q; ; p.Page++ {
			r, err := s.Search(context.Background(), "US", p)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range r.Hits {
				numbered = append(numbered, h.ProductID)
			}
			if len(r.Hits) == 0 {
				break
			}
		}
		for p := q; ; {
			r, err := s.Search(context.Background(), "US", p)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range r.Hits {
				followed = append(followed, h.ProductID)
			}
			if p.Position = r.Next; r.Next == nil {
				break
			}
		}
		if d := gocmp.Diff(numbered, followed); d != "" {
			t.Fatal(d)
		}
		slices.Sort(numbered)
		if len(slices.Compact(numbered)) != len(s.Index.(fakeIndex).hits) {
			t.Fatalf("%d of %d", len(numbered), len(s.Index.(fakeIndex).hits))
		}
	})
}

func TestACursorBelongsToItsSearch(t *testing.T) {
	t.Parallel()
	hits := make([]Hit, 50)
	for i := range hits {
		hits[i] = Hit{Document: Document{ProductID: fmt.Sprint(i)}, At: []json.RawMessage{json.RawMessage(strconv.Itoa(i))}}
	}
	s := &Searcher{Index: fakeIndex{hits: hits}}
	q := Query{Text: "boots", Page: 1, Size: 10}
	first, err := s.Search(context.Background(), "US", q)
	if err != nil || first.Next == nil {
		t.Fatal(err, first)
	}
	q.Position = first.Next
	if _, err := s.Search(context.Background(), "US", q); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(q *Query, p *Position) string{
		"other words":       func(q *Query, _ *Position) string { q.Text = "hats"; return "US" },
		"other filter":      func(q *Query, _ *Position) string { q.InStock = true; return "US" },
		"other marketplace": func(*Query, *Position) string { return "DE" },
		"made up step":      func(_ *Query, p *Position) string { p.Relaxed = "x"; return "US" },
		"before the first":  func(_ *Query, p *Position) string { p.From = -1; return "US" },
		"nowhere":           func(_ *Query, p *Position) string { p.After = []json.RawMessage{[]byte("{}")}; return "US" },
	} {
		other, p := q, *first.Next
		market := change(&other, &p)
		other.Position = &p
		if _, err := s.Search(context.Background(), market, other); !errors.Is(err, ErrPosition) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	c := Completable{Categories: []Bucket{{"outdoor", 9}, {"hiking-boots", 4}}, Brands: []Bucket{{"Hiker & Sons", 2}, {"Alba", 8}},
		Products: []Document{{ProductID: "p1", Title: "Alba hiking boot"}, {ProductID: "p2", Title: "ALBA hiking boot"},
			{ProductID: "p3", Title: "Hiking pole"}}}
	want := []Completion{{"hiking boots", "category", "hiking-boots", 4}, {"Hiker & Sons", "brand", "", 2}, {"Alba hiking boot", "product", "p1", 1},
		{"Hiking pole", "product", "p3", 1}}
	if d := gocmp.Diff(want, c.completions("HIK", false)); d != "" {
		t.Error(d)
	}
}

func TestAWordBeingTypedMayHaveTypos(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{"headp": true, "hedph": true, "haedpho": true, "headfone": true, "wireless hedph": true, "eadphones": false,
		"hip": false, "haed": true, "hedphones wirless": true, "h3adph": false, "headphones red": false, "headphonesss": true} {
		if got := begins("Wireless Headphones", typed, true); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
	if begins("Wireless Headphones", "hedph", false) {
		t.Error("a typo is taken though none was to be")
	}
}

// relaxingIndex is an index that finds so many with each step.
type relaxingIndex struct {
	Index
	finds map[Relaxed]int64
	asked *[]string // by call
}

func (x relaxingIndex) Search(_ context.Context, _ marketplaces.Marketplace, queries ...IndexQuery) ([]Found, error) {
	call, list := "", []Found(nil)
	for _, a := range queries {
		n := x.finds[a.Relaxed]
		f := Found{Matched: n, Total: n, Took: time.Duration(len(list) + 1)}
		if a.Relaxed == Fuzzy && n > 0 {
			f.Suggestion = "boots"
		}
		list, call = append(list, f), call+fmt.Sprintf(" %s known=%v", cmp.Or(a.Relaxed, "strict"), a.Known)
	}
	*x.asked = append(*x.asked, strings.TrimSpace(call))
	return list, nil
}

func TestWhenWordsAreTakenLessExactly(t *testing.T) {
	t.Parallel()
	const strict, fuzzy, fewer, known = "strict known=false", "fuzzy known=false", "fewer_terms known=false", "fewer_terms known=true"
	const again = fuzzy + " " + fewer
	price := Query{Sort: PriceAsc}
	wide := Query{Text: "red leather bots for heavy rain"}
	for name, c := range map[string]struct {
		finds map[Relaxed]int64
		q     Query
		asked []string
		want  Result
	}{
		"plenty": {map[Relaxed]int64{Strict: 20}, Query{}, []string{strict}, Result{Total: 20, Exact: 20, Took: 1}},
		"less than a page": {map[Relaxed]int64{Strict: 19, FewerTerms: 30}, Query{}, []string{strict, known},
			Result{Total: 30, Exact: 19, Relaxed: FewerTerms, Took: 2}},
		"few, one word": {map[Relaxed]int64{Strict: 3, FewerTerms: 9}, Query{Text: "boots"}, []string{strict}, Result{Total: 3, Exact: 3, Took: 1}},
		"few": {map[Relaxed]int64{Strict: 3, FewerTerms: 9}, Query{}, []string{strict, known},
			Result{Total: 9, Exact: 3, Relaxed: FewerTerms, Took: 2}},
		"few, and no more": {map[Relaxed]int64{Strict: 3, FewerTerms: 3}, Query{}, []string{strict, known}, Result{Total: 3, Exact: 3, Took: 2}},
		"few, by price":    {map[Relaxed]int64{Strict: 3, FewerTerms: 9}, price, []string{strict}, Result{Total: 3, Exact: 3, Took: 1}},
		"a typo": {map[Relaxed]int64{Fuzzy: 40, FewerTerms: 50}, Query{}, []string{strict, again},
			Result{Total: 40, Relaxed: Fuzzy, Suggestion: "boots", Took: 3}},
		"a typo, few": {map[Relaxed]int64{Fuzzy: 4, FewerTerms: 9}, Query{}, []string{strict, again},
			Result{Total: 9, Relaxed: FewerTerms, Suggestion: "boots", Took: 3}},
		"nothing":           {nil, Query{}, []string{strict, again}, Result{Took: 3}},
		"nothing, by price": {map[Relaxed]int64{FewerTerms: 1}, price, []string{strict, again}, Result{Total: 1, Relaxed: FewerTerms, Took: 3}},
		"another page of a typo": {map[Relaxed]int64{Fuzzy: 40}, Query{Position: &Position{Relaxed: Fuzzy}}, []string{fuzzy},
			Result{Total: 40, Relaxed: Fuzzy, Took: 1}},
		"another page of few": {map[Relaxed]int64{FewerTerms: 40}, Query{Position: &Position{Relaxed: FewerTerms, Exact: 3}}, []string{known},
			Result{Total: 40, Exact: 3, Relaxed: FewerTerms, Took: 1}},
		"few, many words": {map[Relaxed]int64{Strict: 3, FewerTerms: 9}, wide, []string{strict, known},
			Result{Total: 9, Exact: 3, Relaxed: FewerTerms, Took: 2}},
	} {
		var asked []string
		q := c.q
		q.Text, q.Page, q.Size, q.Sort = cmp.Or(q.Text, "red bots"), 1, 20, cmp.Or(q.Sort, Relevance)
		if q.Position != nil {
			q.Position.Query = q.fingerprint("US")
		}
		r, err := (&Searcher{Index: relaxingIndex{finds: c.finds, asked: &asked}}).Search(context.Background(), "US", q)
		if d := gocmp.Diff(c.want, r) + gocmp.Diff(c.asked, asked); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}
