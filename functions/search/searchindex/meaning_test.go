package searchindex

import (
	"context"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rialto/functions/search"
)

// pointing is a vector between two directions: 0 is along the first, 100 along the second.
func pointing(percent int) search.Vector {
	v := make(search.Vector, search.Dimensions)
	v[0], v[1] = int8(100-percent), int8(percent)
	return v
}

// toOne points every text along the first direction.
type toOne struct{}

func (toOne) Encode(context.Context, ...string) ([]search.Vector, error) {
	return []search.Vector{pointing(0)}, nil
}

func TestWhatIsNearInMeaningIsFound(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	docs := fixtures()
	for i, percent := range []int{90, 95, 0, 50, 40} { // p1 and p2 point elsewhere
		docs[i].Vector, docs[i].VectorOf = pointing(percent), "w"
	}
	put(t, x, us, docs...)
	s := &search.Searcher{Index: x, Encoder: toOne{}}
	for _, c := range []struct {
		q     search.Query
		want  string
		total int64
	}{
		{search.Query{Text: "something for cold nights"}, "p3 p5 p4", 3},
		{search.Query{Text: "ridge"}, "p1 p3 p5 p4", 4},
		{search.Query{Text: "ridge", PriceMax: 10_000}, "p5 p4", 2},
		{search.Query{Text: "something for cold nights", Category: "jackets"}, "p3 p4", 2},
		{search.Query{Text: `"ridge"`}, "p1", 1},
		{search.Query{Text: "ridge", Sort: search.PriceAsc}, "p1", 1},
	} {
		c.q.Page, c.q.Size = 1, 20
		r, err := s.Search(t.Context(), "US", c.q)
		if err != nil || ids(r) != c.want || r.Total != c.total {
			t.Errorf("%+v: %q of %d, want %q of %d (%v)", c.q.Text, ids(r), r.Total, c.want, c.total, err)
		}
	}
	docs[1].Vector, docs[1].VectorOf, docs[1].Version = pointing(76), "w", 20
	put(t, x, us, docs[1])
	// Of a long question that finds nothing else, what is farther is found, too.
	far := search.Query{Text: "whatever quite unlike anything else here", Category: docs[1].CategoryID, Page: 1, Size: 20}
	if r, err := s.Search(t.Context(), "US", far); err != nil || !strings.Contains(ids(r), "p2") {
		t.Errorf("nothing is found that is farther: %q (%v)", ids(r), err)
	}
	far.Text = "quite unlike"
	if r, err := s.Search(t.Context(), "US", far); err != nil || strings.Contains(ids(r), "p2") {
		t.Errorf("what is farther is found for few words: %q (%v)", ids(r), err)
	}
	r, err := s.Search(t.Context(), "US", search.Query{Text: "something for cold nights", Page: 1, Size: 20})
	if err != nil || r.Meaning != search.Used || r.Hits[0].Ranking.Near < 0.99 || r.Hits[0].Ranking.Words != 0 {
		t.Errorf("%v %+v", err, r.Hits[0].Ranking)
	}
	if d := gocmp.Diff([]search.Bucket{{Value: "Alba", Count: 1}, {Value: "Corvex", Count: 1}, {Value: "Dunmore", Count: 1}}, r.Facets.Brand); d != "" {
		t.Error("what is found by meaning is not counted:", d)
	}
}

// Every product stands on one page, whatever words and meaning find of it.
func TestPagesByMeaningDoNotOverlap(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	const n = 250
	var docs []search.Document
	for i := range n {
		title := "Lamp"
		if i%3 == 0 {
			title = "Boots"
		}
		d := doc(fmt.Sprintf("p%03d", i), title, "Alba", "things", int64(1+i%7))
		if i%2 == 0 {
			d.Vector, d.VectorOf = pointing(i*30/n), "w"
		}
		docs = append(docs, d)
	}
	put(t, x, us, docs...)
	s := &search.Searcher{Index: x, Encoder: toOne{}}
	q := search.Query{Text: "boots that keep an old mother warm", Page: 1, Size: 30}
	var followed, numbered []string
	for p := q; ; {
		r, err := s.Search(t.Context(), "US", p)
		if err != nil {
			t.Fatal(err)
		}
		followed = append(followed, strings.Fields(ids(r))...)
		if len(followed) > n || r.Next == nil {
			if int64(len(followed)) != r.Total {
				t.Errorf("%d hits of %d", len(followed), r.Total)
			}
			break
		}
		p.Position = r.Next
	}
	for p := q; ; p.Page++ {
		r, err := s.Search(t.Context(), "US", p)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Hits) == 0 {
			break
		}
		numbered = append(numbered, strings.Fields(ids(r))...)
	}
	if d := gocmp.Diff(followed, numbered); d != "" {
		t.Error(d)
	}
	seen := map[string]bool{}
	for _, id := range followed {
		if seen[id] {
			t.Errorf("%s is on two pages", id)
		}
		seen[id] = true
	}
}

// An index from before there were vectors takes documents that have one, and is searched by words.
func TestAnIndexWithoutVectorsIsSearchedByWords(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	old := definition(us.Language, 1)
	delete(old["settings"].(object)["index"].(object), "knn")
	fields := old["mappings"].(object)["properties"].(object)
	delete(fields, "vector")
	delete(fields, "vector_of")
	old["aliases"] = object{x.alias(us): object{"is_write_index": true}}
	if err := x.call(t.Context(), writing, "PUT", "/"+x.alias(us)+"-000001", old, nil); err != nil {
		t.Fatal(err)
	}
	docs := fixtures()
	docs[0].Vector, docs[0].VectorOf = pointing(0), "w"
	put(t, x, us, docs...)
	r, err := (&search.Searcher{Index: x, Encoder: toOne{}}).Search(t.Context(), "US", search.Query{Text: "ridge boots", Page: 1, Size: 20})
	if err != nil || r.Meaning != search.Away || len(r.Hits) == 0 || r.Hits[0].ProductID != "p1" {
		t.Errorf("%v %s %s", err, r.Meaning, ids(r))
	}
}
