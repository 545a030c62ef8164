package searchindex

import (
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/search"
)

func shelf() []search.Document {
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
	for i := range list {
		at := time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)
		list[i].UpdatedAt = &at
	}
	return append(list, search.Document{ProductID: "p0", Deleted: true})
}

func TestWhatIsFound(t *testing.T) {
	t.Parallel()
	x := real(t)
	put(t, x, us, shelf()...)
	for _, c := range []struct {
		name string
		q    search.Query
		want string
	}{
		{"everything, in stock first", search.Query{}, "p1 p2 p3 p5 p4"},
		{"title before description", search.Query{Text: "hiking boots"}, "p1 p4"},
		{"stems", search.Query{Text: "HIKE boot"}, "p1 p4"},
		{"words over several fields", search.Query{Text: "alba crimson summit"}, "p3"},
		{"brand", search.Query{Text: "dunmore"}, "p4"},
		{"bullets", search.Query{Text: "gaiter"}, "p2"},
		{"attributes", search.Query{Text: "crimson press"}, "p5"},
		{"category", search.Query{Text: "kitchens"}, "p5"},
		{"typo", search.Query{Text: "jackt"}, "p4 p3"},
		{"two typos", search.Query{Text: "trekkin shos"}, "p2"},
		{"folded", search.Query{Text: "cafe"}, "p5"},
		{"folded the other way", search.Query{Text: "jàcket summit"}, "p3"},
		{"most of three words", search.Query{Text: "ridge hiking sandals"}, "p1"},
		{"not one of two", search.Query{Text: "ridge sandals"}, ""},
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
		{"nobody is rated", search.Query{Sort: search.Rating}, "p1 p2 p3 p4 p5"},
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
	x := real(t)
	put(t, x, us, shelf()...)
	all := find(t, x, search.Query{}).Facets
	want := search.Facets{
		Category: []search.Bucket{{Value: "outdoor", Count: 5}, {Value: "boots", Count: 2}, {Value: "jackets", Count: 2}, {Value: "kitchen", Count: 1}},
		Brand:    []search.Bucket{{Value: "Alba", Count: 2}, {Value: "Corvex", Count: 2}, {Value: "Dunmore", Count: 1}},
		Price: []search.Range{{Min: 0, Max: 2_499, Count: 1}, {Min: 2_500, Max: 4_999}, {Min: 5_000, Max: 9_999, Count: 2}, {Min: 10_000, Max: 19_999, Count: 1},
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
	if d := gocmp.Diff([]search.Bucket{{Value: "outdoor", Count: 2}, {Value: "boots", Count: 1}, {Value: "jackets", Count: 1}}, r.Facets.Category); d != "" {
		t.Error("categories of Alba:", d)
	}
	if n := r.Facets.Price[4].Count; n != 1 || r.Facets.Price[3].Count != 0 {
		t.Errorf("prices of Alba's jackets: %v", r.Facets.Price)
	}
}

func TestPagesDoNotOverlap(t *testing.T) {
	t.Parallel()
	x := real(t)
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
	x := real(t)
	put(t, x, us, shelf()...)
	for text, want := range map[string]int64{
		`title:jacket`: 0, `*`: 0, `jack*`: 0, `(jacket`: 2, `"jacket" ~2`: -1, `jacket AND NOT rain`: -1, `jacket && !rain || x`: -1, `{"match_all":{}}`: 0,
		`<script>`: 0, `\`: 0, `/.*/`: 0, `\u0000`: 0, `_exists_:brand`: 0, `%25`: 0, `' OR 1=1 --`: 0, "jacket\x00\x1b[31m\u202e": -1, "!!!": 0, "the": 0, "👟": 0,
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
	for _, part := range []string{"a ", "a-", "abcdef ", "登", "靴 ", "กา", "👟", "a👟", "1.", "é", "a'b.c,d;", "ﷺ", "한글", "\u0301a", "🇩🇪", "x_y ", "İ "} {
		text := strings.Repeat(part, search.MaxText)
		find(t, x, search.Query{Text: string([]rune(text)[:search.MaxText])})
		if _, words := firstWords(text); words > maxWords {
			t.Errorf("%q has %d words", part, words)
		}
	}
}
