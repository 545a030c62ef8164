package search

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/catalog"
	"rialto/functions/marketplaces"
)

func TestWhatIsAskedByMeaning(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"something warm for my neck": true, "boots": true, "6 string guitar": true, "28l pack": true, "set of 2 glasses": true,
		"": false, `"red boots"`: false, `boots "in red"`: false, "WH-1000XM4": false, "sony wh1000xm4 headphones": false,
		"prd_a1b2c3": false, "4006381333931": false, "pen 4006381333931": false, "HX-200-B": false,
	} {
		if got := (Query{Text: text, Sort: Relevance}).byMeaning(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if (Query{Text: "boots", Sort: PriceAsc}).byMeaning() || (Query{Text: "boots", Sort: Relevance, Ranker: Rescored}).byMeaning() {
		t.Error("what is not ordered by relevance, or by another ranker, is asked by meaning")
	}
}

func TestOtherWordsHaveAnotherVector(t *testing.T) {
	t.Parallel()
	p := catalog.Product{ID: "prd_a", Title: "Wool scarf", Brand: "Alba", CategoryPath: []string{"winter-wear"},
		Attributes: map[string]string{"colour": "red"},
		Images:     []string{"a.jpg"}, Version: 1}
	if got := TextOf(p); got != "Wool scarf. Alba. winter wear red" {
		t.Error(got)
	}
	same := p
	same.Images, same.Version, same.OwnerID = nil, 2, "sel_a"
	other := p
	other.Attributes = map[string]string{"colour": "blue"}
	if WordsOf(p) != WordsOf(same) || WordsOf(p) == WordsOf(other) {
		t.Error(WordsOf(p), WordsOf(same), WordsOf(other))
	}
	m := Meant{ProductID: p.ID, Words: WordsOf(p), Vector: Vector{1}}
	for name, c := range map[string]struct {
		d    Document
		p    catalog.Product
		in   string
		want bool
	}{"its own": {Document{}, p, "en-GB", true},
		"of other words": {Document{}, other, "en-GB", false}, "of another language": {Document{}, p, "de-DE", false},
		"a tombstone": {Document{Deleted: true}, p, "en-GB", false}} {
		if got := c.d.meaning(c.p, m, c.in).Vector != nil; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestVectorsAreRounded(t *testing.T) {
	t.Parallel()
	if d := gocmp.Diff(Vector{127, -64, 0, 32}, NewVector([]float32{0.5, -0.25, 0, 0.125})); d != "" {
		t.Error(d)
	}
	if NewVector([]float32{0, 0}) != nil {
		t.Error("a vector that points nowhere is one")
	}
	v := Vector{127, -127, 0, -1}
	if d := gocmp.Diff(v, VectorFrom(v.Bytes())); d != "" {
		t.Error(d)
	}
}

// meaningIndex finds by words what hits says, and by meaning what near says.
type meaningIndex struct {
	Index
	strict, fewer, near []string
	refuse              bool
	asked               *[]string
}

func (x meaningIndex) Search(_ context.Context, _ marketplaces.Marketplace, queries ...IndexQuery) (list []Found, err error) {
	call := ""
	for _, a := range queries {
		call += fmt.Sprintf(" %s%s", cmp.Or(string(a.By), "words"), cmp.Or("/"+string(a.Relaxed), ""))
		if a.By != ByWords && x.refuse {
			*x.asked = append(*x.asked, strings.TrimSpace(call))
			return nil, errors.New("400")
		}
		list = append(list, x.find(a))
	}
	*x.asked = append(*x.asked, strings.TrimSpace(call))
	return list, nil
}

func (x meaningIndex) find(a IndexQuery) Found {
	words := x.strict
	if a.Relaxed == FewerTerms {
		words = x.fewer
	}
	var hits []Hit
	add := func(id string, r Ranking) {
		hits = append(hits, Hit{Document: Document{ProductID: id, InStock: true}, Ranking: r,
			At: []json.RawMessage{json.RawMessage(fmt.Sprint(len(hits)))}})
	}
	if a.By == Near {
		for i, id := range x.near {
			add(id, Ranking{Near: 0.9 - float64(i)/1000})
		}
		return Found{Hits: hits}
	}
	for i, id := range words {
		add(id, Ranking{Words: float64(len(words)-i) / 10})
	}
	total := len(words)
	if a.By != ByWords {
		for _, id := range x.near {
			if !slices.Contains(words, id) {
				add(id, Ranking{})
				total++
			}
		}
	}
	from := a.From
	if a.After != nil {
		_, _ = fmt.Sscan(string(a.After[0]), &from)
		from++
	}
	hits = hits[min(from, len(hits)):]
	return Found{Hits: hits[:min(a.Want, len(hits))], Total: int64(total), Matched: int64(total)}
}

// stubEncoder points everything the same way, unless it is away.
type stubEncoder struct {
	away  bool
	texts *[]string
}

func (e stubEncoder) Encode(_ context.Context, texts ...string) ([]Vector, error) {
	*e.texts = append(*e.texts, texts...)
	if e.away {
		return nil, errors.New("away")
	}
	return []Vector{{1}}, nil
}

func named3(prefix string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s%03d", prefix, i))
	}
	return list
}

func TestWhenMeaningIsAsked(t *testing.T) {
	t.Parallel()
	few := meaningIndex{strict: []string{"a"}, fewer: []string{"a", "b"}, near: []string{"c", "a"}}
	many := meaningIndex{strict: named3("p", 100), near: []string{"c"}}
	for name, c := range map[string]struct {
		index  meaningIndex
		text   string
		market string
		away   bool
		asked  []string
		texts  []string
		want   Meaning
		total  int64
	}{
		"few have all words": {few, "red boots", "US", false, []string{"words/", "either/fewer_terms near/fewer_terms"}, []string{"red boots"}, Used, 3},
		"of one word":        {few, "Boots", "US", false, []string{"words/", "either/ near/"}, []string{"boots"}, Used, 2},
		"many have":          {many, "red boots", "US", false, []string{"words/"}, nil, Settled, 100},
		"a long question": {many, "red boots for my old mother", "US", false, []string{"words/", "either/ near/"},
			[]string{"red boots for my old mother"}, Used, 101},
		"the encoder is away": {few, "red boots", "US", true, []string{"words/", "words/fewer_terms"}, []string{"red boots"}, Away, 2},
		"another language":    {few, "rote stiefel", "DE", false, []string{"words/", "words/fewer_terms"}, nil, NoEncoder, 2},
		"a model":             {few, "boots hx200b", "US", false, []string{"words/", "words/fewer_terms"}, nil, Settled, 2},
		"a quote":             {few, `"red boots"`, "US", false, []string{"words/"}, nil, Settled, 1},
		"an index without vectors": {meaningIndex{strict: few.strict, fewer: few.fewer, refuse: true}, "red boots", "US", false,
			[]string{"words/", "either/fewer_terms", "words/fewer_terms"}, []string{"red boots"}, Away, 2},
	} {
		var asked, texts []string
		c.index.asked = &asked
		s := &Searcher{Index: c.index, Encoder: stubEncoder{c.away, &texts}}
		r, err := s.Search(t.Context(), c.market, Query{Text: c.text, Page: 1, Size: 20, Sort: Relevance})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := gocmp.Diff(c.asked, asked) + gocmp.Diff(c.texts, texts) + gocmp.Diff(c.want, r.Meaning) + gocmp.Diff(c.total, r.Total); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// What has all words, some of them with typos, stands before what is only near, each once.
//
// Seen to catch: the lists fused without regard to it, and the lead left among the others.
func TestWhatHasAllWordsWithTyposStandsFirst(t *testing.T) {
	t.Parallel()
	hit := func(id string, words, near float64) Hit {
		return Hit{Document: Document{ProductID: id}, Ranking: Ranking{Words: words, Near: near}}
	}
	f := finding{Found: Found{Hits: []Hit{hit("a", 9, 0), hit("b", 8, 0), hit("c", 1, 0)}}, near: []Hit{hit("d", 0, 0.9), hit("b", 0, 0.8)},
		lead: []Hit{hit("c", 2, 0)}, meaning: Used}
	var ids []string
	for _, h := range f.ordered(Weights{}) {
		ids = append(ids, h.ProductID)
	}
	if d := gocmp.Diff([]string{"c", "b", "a", "d"}, ids); d != "" {
		t.Error(d)
	}
}

// misspeltIndex has one product, which is found with typos alone.
type misspeltIndex struct{ Index }

func (misspeltIndex) Search(_ context.Context, _ marketplaces.Marketplace, queries ...IndexQuery) ([]Found, error) {
	list := make([]Found, len(queries))
	for i, a := range queries {
		if a.Relaxed != Strict && a.By != Near {
			list[i] = Found{Hits: []Hit{{Document: Document{ProductID: "p"}, Ranking: Ranking{Words: 1}}}, Total: 1, Matched: 1, Suggestion: "red boots"}
		}
	}
	return list, nil
}

func TestATypoIsSaidToBeOneWhereMeaningIsAskedToo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Relaxed{"bosts": Fuzzy, "red bosts": FewerTerms} {
		var texts []string
		s := &Searcher{Index: misspeltIndex{}, Encoder: stubEncoder{texts: &texts}}
		r, err := s.Search(t.Context(), "US", Query{Text: text, Page: 1, Size: 20, Sort: Relevance})
		if err != nil || r.Relaxed != want || r.Meaning != Used || len(r.Hits) != 1 || r.Suggestion != "red boots" {
			t.Errorf("%s: %v %+v", text, err, r)
		}
	}
}

// By numbers and by cursors the pages give one list, of everything that is found either way, each once.
func TestPagesByMeaningGiveOneList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := named3("p", 200)
		words := rapid.Permutation(all).Draw(t, "words")[:rapid.IntRange(0, 150).Draw(t, "of words")]
		near := rapid.Permutation(all).Draw(t, "near")[:rapid.IntRange(0, NearestHits).Draw(t, "of near")]
		var asked, texts []string
		s := &Searcher{Index: meaningIndex{strict: words, fewer: words, near: near, asked: &asked}, Encoder: stubEncoder{texts: &texts}}
		if rapid.Bool().Draw(t, "learned") {
			s.Learned = backwards{}
		}
		q := Query{Text: "red boots for my old mother", Page: 1, Size: rapid.IntRange(1, MaxSize).Draw(t, "size"), Sort: Relevance}
		list := func(next func(*Query, Result) bool) (ids []string) {
			for p := q; ; {
				r, err := s.Search(context.Background(), "US", p)
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range r.Hits {
					ids = append(ids, h.ProductID)
				}
				if !next(&p, r) {
					return ids
				}
			}
		}
		numbered := list(func(p *Query, r Result) bool { p.Page++; return len(r.Hits) > 0 })
		followed := list(func(p *Query, r Result) bool { p.Position = r.Next; return r.Next != nil })
		if d := gocmp.Diff(numbered, followed); d != "" {
			t.Fatal(d)
		}
		want := slices.Concat(words, near)
		slices.Sort(want)
		slices.Sort(numbered)
		if d := gocmp.Diff(slices.Compact(want), numbered); d != "" {
			t.Fatal(d)
		}
	})
}
