package searchindex

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/search"
)

func fixtures() []search.Document {
	list := []search.Document{
		doc("p1", "Ridge Hiking Boots", "Alba", "boots", 12_999),
		doc("p2", "Valley Trekking Shoes", "Corvex", "boots", 8_999),
		doc("p3", "Summit Down Jacket", "Alba", "jackets", 24_999),
		doc("p4", "Rain Jacket", "Dunmore", "jackets", 8_999),
		doc("p5", "Café Press", "Corvex", "kitchen", 2_499),
	}
	list[1].Bullets = []string{"Pairs well with gaiters"}
	list[3].Description = "Keeps the rain off on hiking trips; fits over boots."
	list[3].InStock = false
	for i, d := range list {
		list[i].AttributePairs = []string{"colour=crimson"}
		if d.CategoryID == "boots" {
			list[i].AttributePairs = []string{"colour=black"}
		}
	}
	list[0].AttributePairs = append(list[0].AttributePairs, "size=42")
	list[1].Rating, list[2].Rating, list[0].Fulfillment = 450, 310, "rialto"
	list[1].RatingRank, list[2].RatingRank = 360, 340
	for i := range list {
		at := time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)
		list[i].UpdatedAt = &at
	}
	return append(list, search.Document{ProductID: "p0", Deleted: true})
}

func TestWhatIsFound(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	for _, c := range []struct {
		name string
		q    search.Query
		want string
	}{
		{"everything, in stock first", search.Query{}, "p1 p2 p3 p5 p4"},
		{"title before description", search.Query{Text: "hiking boots"}, "p1 p4 p2"},
		{"stems", search.Query{Text: "HIKE boot"}, "p1 p4 p2"},
		{"words over several fields, then some of them", search.Query{Text: "alba crimson summit"}, "p3 p1 p2 p5 p4"},
		{"brand", search.Query{Text: "dunmore"}, "p4"},
		{"bullets", search.Query{Text: "gaiter"}, "p2"},
		{"attributes", search.Query{Text: "crimson press"}, "p5 p2 p1 p3 p4"},
		{"category", search.Query{Text: "kitchens"}, "p5"},
		{"typo, in stock first", search.Query{Text: "jackt"}, "p3 p4"},
		{"two typos", search.Query{Text: "trekkin shos"}, "p2"},
		{"folded", search.Query{Text: "cafe"}, "p5"},
		{"folded the other way", search.Query{Text: "jàcket summit"}, "p3 p4"},
		{"half of three words", search.Query{Text: "ridge hiking sandals"}, "p1 p4"},
		{"half of two", search.Query{Text: "ridge sandals"}, "p1"},
		{"synonym", search.Query{Text: "coats"}, "p3 p4"},
		{"no typo in a number", search.Query{Text: "jacket 43"}, "p3 p4"},
		{"words that say nothing", search.Query{Text: "the press"}, "p5"},
		{"category below", search.Query{Category: "jackets"}, "p3 p4"},
		{"category above", search.Query{Category: "outdoor", Sort: search.PriceAsc}, "p5 p2 p4 p1 p3"},
		{"no such category", search.Query{Category: "toys"}, ""},
		{"brands", search.Query{Brands: []string{"Alba", "Dunmore"}}, "p1 p3 p4"},
		{"brands are exact", search.Query{Brands: []string{"alba"}}, ""},
		{"price bounds are inclusive", search.Query{PriceMin: 8_999, PriceMax: 12_999}, "p1 p2 p4"},
		{"all filters", search.Query{Text: "jacket", Category: "jackets", Brands: []string{"Alba"}, PriceMin: 20_000}, "p3"},
		{"cheapest first, ties by id", search.Query{Sort: search.PriceAsc}, "p5 p2 p4 p1 p3"},
		{"dearest first, ties by id", search.Query{Sort: search.PriceDesc}, "p3 p1 p2 p4 p5"},
		{"newest first", search.Query{Sort: search.Newest}, "p5 p4 p3 p2 p1"},
		{"best rated first, then the unrated", search.Query{Sort: search.Rating}, "p2 p3 p1 p4 p5"},
		{"rated at least", search.Query{RatingMin: 4}, "p2"},
		{"in stock", search.Query{InStock: true, Text: "jacket"}, "p3"},
		{"by whom", search.Query{Fulfillment: "rialto"}, "p1"},
		{"an attribute", search.Query{Attributes: []search.Value{{Name: "colour", Value: "black"}}}, "p1 p2"},
		{"any value of one, and another", search.Query{Attributes: []search.Value{{Name: "colour", Value: "black"}, {Name: "colour", Value: "red"},
			{Name: "size", Value: "42"}}}, "p1"},
		{"a filter is no reason to take words less exactly", search.Query{Text: "jacket", PriceMax: 1}, ""},
		{"second page", search.Query{Sort: search.PriceAsc, Page: 2, Size: 2}, "p4 p1"},
		{"beyond the end", search.Query{Page: 9, Size: 2}, ""},
	} {
		if got := ids(find(t, x, c.q)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAFacetCountsWithoutItsOwnFilter(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	all := find(t, x, search.Query{}).Facets
	want := search.Facets{
		Category: []search.Bucket{{Value: "outdoor", Count: 5}, {Value: "boots", Count: 2}, {Value: "jackets", Count: 2}, {Value: "kitchen", Count: 1}},
		Brand:    []search.Bucket{{Value: "Alba", Count: 2}, {Value: "Corvex", Count: 2}, {Value: "Dunmore", Count: 1}},
		Rating:   []search.Stars{{Least: 4, Count: 1}, {Least: 3, Count: 2}, {Least: 2, Count: 2}, {Least: 1, Count: 2}}, InStock: 4,
		Fulfillment: []search.Bucket{{Value: "rialto", Count: 1}},
		Attributes: []search.Attribute{{Name: "colour", Values: []search.Bucket{{Value: "crimson", Count: 3}, {Value: "black", Count: 2}}},
			{Name: "size", Values: []search.Bucket{{Value: "42", Count: 1}}}},
		Price: []search.Range{{Min: 0, Max: 2_499, Count: 1}, {Min: 2_500, Max: 4_999}, {Min: 5_000, Max: 9_999, Count: 2},
			{Min: 10_000, Max: 19_999, Count: 1},
			{Min: 20_000, Max: 49_999, Count: 1}, {Min: 50_000}},
	}
	if d := gocmp.Diff(want, all); d != "" {
		t.Error(d)
	}
	r := find(t, x, search.Query{Brands: []string{"Alba"}, Category: "jackets"})
	if r.Total != 1 || ids(r) != "p3" {
		t.Errorf("%d: %s", r.Total, ids(r))
	}
	if d := gocmp.Diff([]search.Bucket{{Value: "Alba", Count: 1}, {Value: "Dunmore", Count: 1}}, r.Facets.Brand); d != "" {
		t.Error("brands of jackets:", d)
	}
	if d := gocmp.Diff([]search.Bucket{{Value: "outdoor", Count: 2}, {Value: "boots", Count: 1}, {Value: "jackets", Count: 1}},
		r.Facets.Category); d != "" {
		t.Error("categories of Alba:", d)
	}
	if n := r.Facets.Price[4].Count; n != 1 || r.Facets.Price[3].Count != 0 {
		t.Errorf("prices of Alba's jackets: %v", r.Facets.Price)
	}
}

func TestPagesDoNotOverlap(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	var docs []search.Document
	for i := range 30 {
		docs = append(docs, doc(fmt.Sprintf("p%02d", i), "Boots", "Alba", "boots", int64(1+i%3)))
	}
	put(t, x, us, docs...)
	for _, sort := range search.Sorts {
		seen := map[string]bool{}
		for page := 1; page <= 8; page++ {
			for _, h := range find(t, x, search.Query{Text: "boots", Sort: sort, Page: page, Size: 4}).Hits {
				if seen[h.ProductID] {
					t.Errorf("%s: %s is on two pages", sort, h.ProductID)
				}
				seen[h.ProductID] = true
			}
		}
		if len(seen) != 30 {
			t.Errorf("%s: %d of 30", sort, len(seen))
		}
	}
}

// What looks like a query is words, and nothing that can be typed makes OpenSearch refuse.
func TestAnyTextIsWords(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	for text, want := range map[string]int64{
		`title:jacket`: 0, `*`: 0, `jack*`: 0, `(jacket`: 2, `"jacket" ~2`: -1, `jacket AND NOT rain`: -1, `jacket && !rain || x`: -1,
		`{"match_all":{}}`: 0,
		`<script>`:         0, `\`: 0, `/.*/`: 0, `\u0000`: 0, `_exists_:brand`: 0, `%25`: 0, `' OR 1=1 --`: 0, "jacket\x00\x1b[31m\u202e": -1, "!!!": 0,
		"the": 0, "👟": 0,
	} {
		if r := find(t, x, search.Query{Text: text}); want >= 0 && r.Total != want {
			t.Errorf("%q: %d, want %d", text, r.Total, want)
		}
	}
	// Many words that are all there, each near many others: what a query may cost is bounded.
	var crowd, han []string
	for i := range 26 * 26 {
		crowd = append(crowd, fmt.Sprintf("zz%c%cz", 'a'+i/26, 'a'+i%26))
		han = append(han, string(rune(0x4e00+i)))
	}
	dense := doc("p9", strings.Join(crowd, " ")+strings.Join(han, ""), "Alba", "boots", 1)
	put(t, x, us, dense)
	find(t, x, search.Query{Text: strings.Join(crowd[:33], " ")})
	find(t, x, search.Query{Text: strings.Join(crowd[:6], " ")})
	find(t, x, search.Query{Text: strings.Join(crowd[:33], "-")})
	find(t, x, search.Query{Text: strings.Join(han[:search.MaxText], "")})
	for _, part := range []string{"a ", "a-", "abcdef ", "登", "靴 ", "กา", "👟", "a👟", "1.", "é", "a'b.c,d;", "ﷺ", "한글", "\u0301a",
		"🇩🇪", "x_y ", "İ "} {
		text := strings.Repeat(part, search.MaxText)
		find(t, x, search.Query{Text: string([]rune(text)[:search.MaxText])})
		if _, words := firstWords(text); words > maxWords {
			t.Errorf("%q has %d words", part, words)
		}
	}
}

func TestWordsAreTakenLessExactlyStepByStep(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	for text, want := range map[string]search.Result{
		"jacket":            {Total: 2, Exact: 2},
		"summit jacket":     {Total: 2, Exact: 1, Relaxed: search.FewerTerms},
		"jakcet":            {Total: 2, Relaxed: search.Fuzzy, Suggestion: "jacket"},
		"Trekkin shos":      {Total: 1, Relaxed: search.FewerTerms, Suggestion: "trekking shoes"},
		"down jacket 99":    {Total: 2, Relaxed: search.FewerTerms}, // 99 is not 9 nor 999
		"summit sandals":    {Total: 1, Relaxed: search.FewerTerms},
		"sumit sandals":     {Total: 1, Relaxed: search.FewerTerms}, // nothing has summit sandals either
		"quartz oscillator": {},
	} {
		r := find(t, x, search.Query{Text: text})
		if r.Total != want.Total || r.Exact != want.Exact || r.Relaxed != want.Relaxed || r.Suggestion != want.Suggestion {
			t.Errorf("%q: %d of %d %q %q", text, r.Exact, r.Total, r.Relaxed, r.Suggestion)
		}
	}
}

// A German compound is found by its parts, and a search for one that nothing has finds what has its parts.
func TestCompounds(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, de, doc("p1", "Wasserdichte Wanderschuhe", "Alba", "boots", 100), doc("p2", "Kochtopf mit Deckel", "Corvex", "kitchen", 100),
		doc("p3", "Schreibtischlampe", "Alba", "lamps", 100))
	for text, want := range map[string]string{"schuh": "p1", "Wanderschuh": "p1", "Schuhe": "p1", "Töpfe": "p2", "Lampen": "p3", "Tisch": "p3",
		"Tischlampe": "p3 fewer_terms", "Sportschuhe": "p1 fewer_terms", "Handschuhe": "p1 fewer_terms"} {
		r, err := (&search.Searcher{Index: x}).Search(t.Context(), "DE", search.Query{Text: text, Page: 1, Size: 5})
		if got := strings.TrimSpace(ids(r) + " " + string(r.Relaxed)); err != nil || got != want {
			t.Errorf("%s: %q, want %q (%v)", text, got, want, err)
		}
	}
}

func TestSynonyms(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, doc("p1", "Night torch", "Alba", "lamps", 100), doc("p2", "Hip pack", "Alba", "bags", 100),
		doc("p3", "Press for coffee", "Alba", "kitchen", 100), doc("p4", "French press, 28 l", "Corvex", "kitchen", 100))
	for text, want := range map[string]string{"flashlights": "p1", "alba flashlight": "p1 p2 p3", "fanny pack": "p2", "coffee press": "p4 p3",
		"corvex coffee press": "p4 p3", "press 28l": "p4 p3"} {
		if got := ids(find(t, x, search.Query{Text: text})); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestAnUnknownFacetIsRefused(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	s := &search.Searcher{Index: x}
	for name, want := range map[string]string{"colour": "", "size": "", "voltage": "unknown_facet", "colou": "unknown_facet"} {
		_, err := s.Search(t.Context(), "US", search.Query{Text: "jacket", Attributes: []search.Value{{Name: name, Value: "x"}}, Page: 1, Size: 5})
		if fault.Code(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := find(t, x, search.Query{Attributes: []search.Value{{Name: "colour", Value: "black"}}})
	want := []search.Attribute{{Name: "colour", Values: []search.Bucket{{Value: "crimson", Count: 3}, {Value: "black", Count: 2}}},
		{Name: "size", Values: []search.Bucket{{Value: "42", Count: 1}}}}
	if d := gocmp.Diff(want, r.Facets.Attributes); d != "" {
		t.Error("a filtered attribute counts without its own filter:", d)
	}
}

func TestCursorsGoThroughTheWholeIndex(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	var docs []search.Document
	for i := range 95 {
		d := doc(fmt.Sprintf("p%02d", i), "Boots"+strings.Repeat(" more", i%4), "Alba", "boots", int64(1+i%3))
		d.InStock, d.Rating = i%3 > 0, int64(i%2*400)
		docs = append(docs, d)
	}
	put(t, x, us, docs...)
	for _, sort := range search.Sorts {
		q, seen := search.Query{Text: "boots", Sort: sort, Size: 7}, map[string]bool{}
		for {
			r := find(t, x, q)
			for _, h := range r.Hits {
				if seen[h.ProductID] {
					t.Errorf("%s: %s comes twice", sort, h.ProductID)
				}
				seen[h.ProductID] = true
			}
			if q.Position = r.Next; r.Next == nil {
				break
			}
		}
		if len(seen) != len(docs) {
			t.Errorf("%s: %d of %d", sort, len(seen), len(docs))
		}
	}
	q := search.Query{Text: "boots", Sort: search.PriceAsc, Size: 7}
	q.Position = find(t, x, q).Next
	q.Position.After = []json.RawMessage{[]byte(`"no price"`), []byte(`{"x":[]}`)}
	q.Page = 1
	if _, err := (&search.Searcher{Index: x}).Search(t.Context(), "US", q); fault.Code(err) != "invalid_cursor" {
		t.Error(err)
	}
}

func TestWhatIsTypedIsCompleted(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, fixtures()...)
	for text, want := range map[string]string{"jac": "jackets (category), Summit Down Jacket (product), Rain Jacket (product)",
		"al":     "Alba (brand), Ridge Hiking Boots (product), Summit Down Jacket (product)",
		"rain j": "Rain Jacket (product)", "caf": "Café Press (product)", "zz": "", "*": "", "j* OR": "",
		"jakc":            "jackets (category), Summit Down Jacket (product), Rain Jacket (product)",
		"summti down jac": "Summit Down Jacket (product)", "trekin": "Valley Trekking Shoes (product)",
		"dunmroe": "Dunmore (brand), Rain Jacket (product)",
		"rdge":    "Ridge Hiking Boots (product)", "racket": "", "pres": "Café Press (product)", "prws": "Café Press (product)"} {
		list, err := (&search.Searcher{Index: x}).Complete(t.Context(), "US", text)
		var got []string
		for _, c := range list {
			got = append(got, c.Text+" ("+c.Kind+")")
		}
		if s := strings.Join(got, ", "); err != nil || s != want {
			t.Errorf("%q: %s, want %s (%v)", text, s, want, err)
		}
	}
}
