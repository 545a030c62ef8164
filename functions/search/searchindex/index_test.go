package searchindex

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// address names the variable that holds the address of an OpenSearch to run the tests on. make test sets it.
const address = "RIALTO_TEST_OPENSEARCH"

var us, de = market("US"), market("DE")

func market(code string) marketplaces.Marketplace {
	m, err := marketplaces.Lookup(code)
	if err != nil {
		panic(err)
	}
	return m
}

// openSearch returns empty indexes of the test's own.
func openSearch(t *testing.T) *Index {
	t.Helper()
	url := os.Getenv(address)
	if url == "" {
		t.Skip("needs the local cloud: make test starts it and sets " + address)
	}
	x, err := New(Config{URL: url, Prefix: "test-" + strings.ToLower(rand.Text()[:12]) + "-"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, m := range []marketplaces.Marketplace{us, de} {
			if err := x.Drop(context.Background(), m); err != nil {
				t.Error(err)
			}
		}
	})
	return x
}

// put writes documents and makes them visible to searches.
func put(t *testing.T, x *Index, m marketplaces.Marketplace, docs ...search.Document) {
	t.Helper()
	for i, d := range docs {
		d.Version = cmp.Or(d.Version, int64(i+1))
		if err := x.Write(t.Context(), m, d); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.call(t.Context(), writing, http.MethodPost, "/"+x.alias(m)+"/_refresh", nil, nil); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, x *Index, q search.Query) search.Result {
	t.Helper()
	q.Page, q.Size = cmp.Or(q.Page, 1), cmp.Or(q.Size, 20)
	r, err := (&search.Searcher{Index: x}).Search(t.Context(), "US", q)
	if err != nil {
		t.Fatalf("%.60q: %v", q.Text, err)
	}
	return r
}

func ids(r search.Result) string {
	var list []string
	for _, h := range r.Hits {
		list = append(list, h.ProductID)
	}
	return strings.Join(list, " ")
}

func doc(id, title, brand, category string, price int64) search.Document {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	return search.Document{ProductID: id, Title: title, Brand: brand, CategoryID: category, CategoryPath: []string{"outdoor", category},
		CategoryWords: []string{"outdoor", category}, Price: price, Landed: price + 100,
		Currency: "USD", InStock: true, OfferCount: 1, UpdatedAt: &at, Description: "For long days in the mountains.",
		Attributes:      map[string]string{"colour": "crimson"},
		AttributeValues: []string{"crimson"}}
}

func TestAnIndexIsMadeByTheFirstWriteWhoeverMakesIt(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	if r := find(t, x, search.Query{Text: "boots"}); r.Total != 0 || len(r.Facets.Price) == 0 {
		t.Errorf("without an index: %+v", r)
	}
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			return x.Write(t.Context(), us, doc(fmt.Sprint("p", i), "Boots", "Alba", "boots", 100+int64(i)))
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if exists, current, err := x.State(t.Context(), us); !exists || !current || err != nil {
		t.Errorf("an index of this release: exists %v, current %v, %v", exists, current, err)
	}
	for range 2 {
		if err := x.Ensure(t.Context(), us); err != nil {
			t.Fatal(err)
		}
	}
	put(t, x, us)
	if r := find(t, x, search.Query{}); r.Total != 8 {
		t.Errorf("%d of 8", r.Total)
	}
	// An index that lost its alias gets it back; one is never guessed.
	if err := x.call(t.Context(), writing, http.MethodDelete, "/"+x.alias(us)+"-000001/_alias/"+x.alias(us), nil, nil); err != nil {
		t.Fatal(err)
	}
	put(t, x, us, doc("p8", "Boots", "Alba", "boots", 1))
	if r := find(t, x, search.Query{}); r.Total != 9 {
		t.Errorf("%d of 9", r.Total)
	}
}

// An index that an earlier release made has fewer fields.
func TestAnOldIndexLearnsNewFields(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	old := definition(us.Language, 1)
	delete(old["mappings"].(object)["properties"].(object), "category_words")
	old["aliases"] = object{x.alias(us): object{"is_write_index": true}}
	if err := x.call(t.Context(), writing, http.MethodPut, "/"+x.alias(us)+"-000001", old, nil); err != nil {
		t.Fatal(err)
	}
	put(t, x, us, doc("p1", "Ridge", "Alba", "boots", 100))
	if r := find(t, x, search.Query{Text: "boots"}); r.Total != 1 {
		t.Errorf("%+v", r)
	}
}

func TestTheHighestNumberStays(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	d := doc("p1", "Boots", "Alba", "boots", 100)
	for _, w := range []struct {
		n       int64
		title   string
		deleted bool
		want    string // the titles that a search then finds
	}{
		{2, "Second", false, "Second"},
		{1, "First", false, "Second"},
		{2, "Again", false, "Second"},
		{5, "", true, ""},
		{4, "Late", false, ""},
		{6, "Back", false, "Back"},
	} {
		next := d
		if next.Title = w.title; w.deleted {
			next = search.Document{ProductID: d.ProductID, Deleted: true}
		}
		next.Version = w.n
		put(t, x, us, next)
		r := find(t, x, search.Query{})
		var got string
		if len(r.Hits) > 0 {
			got = r.Hits[0].Title
		}
		if got != w.want || r.Total != int64(len(r.Hits)) || len(r.Facets.Brand) != len(r.Hits) {
			t.Fatalf("after %d %q: %q, total %d", w.n, w.title, got, r.Total)
		}
	}
}

func TestAMarketplaceHasItsLanguage(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	put(t, x, de, doc("p1", "Wasserdichte Wanderschuhe für große Füße", "Köhlbrand", "boots", 100))
	for q, want := range map[string]int64{"wasserdichter": 1, "wanderschuh": 1, "fuesse": 1, "FÜSSE": 1, "Kohlbrand": 1, "hiking": 0} {
		found, err := x.Search(t.Context(), de, search.IndexQuery{Query: search.Query{Text: q, Sort: search.Relevance}, Want: 5})
		if err != nil || found[0].Total != want {
			t.Errorf("%q: %+v, want %d (%v)", q, found, want, err)
		}
	}
	if r := find(t, x, search.Query{}); r.Total != 0 {
		t.Error("a product of DE is found in US")
	}
}

// Every language's definition is one that OpenSearch accepts.
func TestEveryMarketplaceCanBeIndexed(t *testing.T) {
	t.Parallel()
	x := openSearch(t)
	seen := map[string]bool{}
	for _, m := range marketplaces.All() {
		if l := m.Language[:2]; !seen[l] {
			seen[l] = true
			if err := x.Ensure(t.Context(), m); err != nil {
				t.Errorf("%s: %v", m.Code, err)
			}
			for _, step := range []search.Relaxed{search.Strict, search.Fuzzy, search.FewerTerms} {
				if _, err := x.Search(t.Context(), m,
					search.IndexQuery{Query: search.Query{Text: "été ürün 登山靴 أحذية", Sort: search.Relevance}, Relaxed: step, Want: 1}); err != nil {
					t.Errorf("%s %s: %v", m.Code, step, err)
				}
			}
			for _, typos := range []bool{false, true} {
				if _, err := x.Complete(t.Context(), m, "登山 ür", typos); err != nil {
					t.Errorf("%s: %v", m.Code, err)
				}
			}
			if err := x.call(t.Context(), writing, http.MethodDelete, "/"+x.alias(m)+"-000001", nil, nil); err != nil {
				t.Error(err)
			}
		}
	}
}
