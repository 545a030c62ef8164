package searchindex

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/search"
)

// shirts are three variants of one parent, two of another, and a product of its own; the first parent's smallest is sold out.
func shirts() []search.Document {
	var docs []search.Document
	add := func(id, parent, title string, price int64, options ...string) {
		d := doc(id, title, "Alba", "shirts", price)
		if d.Group = id; parent != "" {
			d.Group, d.Family = parent, parent
		}
		for i, o := range options {
			name, value, _ := strings.Cut(o, "=")
			d.Options = append(d.Options, search.OptionKey(i, catalog.Option{Name: name, Value: value}))
			d.AttributePairs, d.AttributeValues = append(d.AttributePairs, o), append(d.AttributeValues, value)
		}
		docs = append(docs, d)
	}
	add("s1", "tee", "Cotton shirt", 1_000, "colour=red", "size=S")
	add("s2", "tee", "Cotton shirt", 1_200, "colour=red", "size=M")
	add("s3", "tee", "Cotton shirt", 900, "colour=blue", "size=M")
	add("s4", "polo", "Polo shirt", 2_000, "colour=blue")
	add("s5", "polo", "Polo shirt", 2_500, "colour=green")
	add("s6", "", "Linen shirt", 3_000)
	docs[0].InStock = false
	docs[2].Identifiers, docs[1].Image = []string{"tee3blue"}, "https://a.example/s2"
	return docs
}

// All variants of a product are one hit, the one that fits best, and count once wherever they are counted. Seen to catch: a hit a
// variant; totals and facets of documents; a facet that counts a product less once for each of its values.
func TestVariantsAreOneHit(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, shirts()...)
	value := func(name, value string) []search.Value { return []search.Value{{Name: name, Value: value}} }
	for name, c := range map[string]struct {
		q     search.Query
		want  string
		total int64
	}{
		"one each":                     {search.Query{Text: "shirt", Sort: search.PriceAsc}, "s3 s4 s6", 3},
		"the one that is asked for":    {search.Query{Text: "cotton shirt red m"}, "s2 s4 s6", 3},
		"the one that is named":        {search.Query{Text: "TEE-3-BLUE"}, "s3", 1},
		"the one that the filter asks": {search.Query{Sort: search.PriceAsc, Attributes: value("colour", "red")}, "s1", 1},
		"in stock":                     {search.Query{Sort: search.PriceAsc, Attributes: value("colour", "red"), InStock: true}, "s2", 1},
		"dearest first":                {search.Query{Sort: search.PriceDesc}, "s6 s5 s2", 3},
		"a price that few have":        {search.Query{Sort: search.PriceAsc, PriceMin: 1_100, PriceMax: 2_600}, "s2 s4", 2},
	} {
		if r := find(t, x, c.q); ids(r) != c.want || r.Total != c.total {
			t.Errorf("%s: %q, %d; want %q, %d", name, ids(r), r.Total, c.want, c.total)
		}
	}
	f := find(t, x, search.Query{Text: "shirt"}).Facets
	want := search.Facets{Category: []search.Bucket{{Value: "outdoor", Count: 3}, {Value: "shirts", Count: 3}},
		Brand:   []search.Bucket{{Value: "Alba", Count: 3}},
		InStock: 3, Attributes: []search.Attribute{
			{Name: "colour", Values: []search.Bucket{{Value: "blue", Count: 2}, {Value: "green", Count: 1}, {Value: "red", Count: 1}}},
			{Name: "size", Values: []search.Bucket{{Value: "M", Count: 1}, {Value: "S", Count: 1}}}},
		Price: []search.Range{{Min: 0, Max: 2_499, Count: 2}, {Min: 2_500, Max: 4_999, Count: 2}, {Min: 5_000, Max: 9_999}, {Min: 10_000, Max: 19_999},
			{Min: 20_000, Max: 49_999}, {Min: 50_000}},
		Rating: []search.Stars{{Least: 4}, {Least: 3}, {Least: 2}, {Least: 1}}}
	if d := gocmp.Diff(want, f); d != "" {
		t.Error(d)
	}
}

func TestAHitShowsItsVariants(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, us, shirts()...)
	got := find(t, x, search.Query{Text: "cotton", Attributes: []search.Value{{Name: "size", Value: "M"}}}).Families
	want := map[string]search.Family{"tee": {ParentID: "tee", Count: 3, Options: []search.FamilyOption{
		{Name: "colour", Values: []search.Swatch{{Value: "red", Count: 2, ProductID: "s2", Image: "https://a.example/s2", InStock: true},
			{Value: "blue", Count: 1, ProductID: "s3", InStock: true}}},
		{Name: "size", Values: []search.Swatch{{Value: "M", Count: 2, ProductID: "s3", InStock: true}, {Value: "S", Count: 1, ProductID: "s1"}}}}}}
	if d := gocmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Pages go on where the one before ended, whatever the order, and no product comes twice as another of its variants.
func TestPagesOfVariants(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	var docs []search.Document
	for n := range 90 {
		for _, size := range []string{"S", "M"} {
			d := doc(fmt.Sprintf("p%02d%s", n, size), "Shirt", "Alba", "shirts", int64(100+n*7%50))
			d.Group, d.Family = fmt.Sprint("f", n), fmt.Sprint("f", n)
			docs = append(docs, d)
		}
	}
	put(t, x, us, docs...)
	for _, sort := range search.Sorts {
		q := search.Query{Text: "shirt", Sort: sort, Size: 25}
		var seen []string
		for {
			r := find(t, x, q)
			for _, h := range r.Hits {
				if slices.Contains(seen, h.Family) {
					t.Errorf("%s: %s comes twice", sort, h.Family)
				}
				seen = append(seen, h.Family)
			}
			if q.Position = r.Next; r.Next == nil {
				break
			}
		}
		if len(seen) != 90 {
			t.Errorf("%s: %d of 90", sort, len(seen))
		}
	}
}
