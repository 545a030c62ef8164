package recommendationsindex

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/opensearch"
	"rialto/functions/marketplaces"
	"rialto/functions/recommendations"
	"rialto/functions/search"
)

// address names the variable that holds the address of an OpenSearch to run the tests on. make test sets it.
const address = "RIALTO_TEST_OPENSEARCH"

// stocked is a search's index in which everything is in stock but what is named, and one thing is best rated.
type stocked struct{ sold string }

func (s stocked) Described(_ context.Context, _ marketplaces.Marketplace, ids ...string) (map[string]search.Document, error) {
	out := map[string]search.Document{}
	for _, id := range ids {
		out[id] = search.Document{ProductID: id, Brand: "B", InStock: id != s.sold}
	}
	return out, nil
}

func (s stocked) Search(context.Context, string, search.Query) (search.Result, error) {
	return search.Result{Hits: []search.Hit{{Document: search.Document{ProductID: "best", InStock: true}}}}, nil
}

func client(t *testing.T, url string) *opensearch.Client {
	t.Helper()
	c, err := opensearch.New(opensearch.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Of 500 that exact search finds nearest, 95 of 100 are found at least; and what is found is told with its dot product.
func TestTheNearestAreFound(t *testing.T) {
	t.Parallel()
	url := os.Getenv(address)
	if url == "" {
		t.Skip("needs the local cloud: make test starts it and sets " + address)
	}
	random := rand.New(rand.NewPCG(1, 2))
	vector := func() (v recommendations.Vector) {
		for i := range v {
			v[i] = float32(random.NormFloat64())
		}
		return v
	}
	x := Index{Client: client(t, url), Products: stocked{}, Searcher: stocked{}, Prefix: fmt.Sprintf("test-%d-", rand.Uint32())}
	t.Cleanup(func() {
		if err := x.Client.Call(context.Background(), writing, http.MethodDelete, "/"+x.Prefix+prefix+"*", nil, nil); err != nil {
			t.Error(err)
		}
	})
	const version = "V1"
	all := fill(t, x, version, vector)
	found, of := 0, 0
	for range 5 {
		q := vector()
		f, err := x.Find(t.Context(), recommendations.Question{Marketplace: "US", Version: version, Vector: &q})
		if err != nil || len(f.Near) != taken {
			t.Fatal(len(f.Near), err)
		}
		got := map[string]float32{}
		for _, n := range f.Near {
			got[n.ProductID] = n.Score
		}
		slices.SortFunc(all, func(a, b recommendations.ProductVector) int { return cmp.Compare(dot(*b.Vector, q), dot(*a.Vector, q)) })
		for _, v := range all[:taken] {
			of++
			if score, there := got[v.ProductID]; there {
				found++
				if d := score - dot(*v.Vector, q); d > 0.01 || d < -0.01 {
					t.Fatalf("%v is told for %v", score, dot(*v.Vector, q))
				}
			}
		}
	}
	recall := float64(found) / float64(of)
	t.Logf("recall@%d of exact search: %.4f", taken, recall)
	if recall < 0.95 {
		t.Error(recall)
	}
}

// fill loads 5,000 products into a version's index.
func fill(t *testing.T, x Index, version string, vector func() recommendations.Vector) (all []recommendations.ProductVector) {
	t.Helper()
	for n := range 5_000 {
		v := vector()
		all = append(all, recommendations.ProductVector{ProductID: fmt.Sprint("prd_", n), Vector: &v})
	}
	for range 2 { // again changes nothing
		if err := x.Prepare(t.Context(), version); err != nil {
			t.Fatal(err)
		}
	}
	for part := range slices.Chunk(all, 500) {
		if err := x.Put(t.Context(), version, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Client.Call(t.Context(), writing, http.MethodPost, "/"+x.name(version)+"/_refresh", nil, nil); err != nil {
		t.Fatal(err)
	}
	return all
}

func dot(a, b recommendations.Vector) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// Seen to catch: what is being loaded deleted; what serves deleted.
func TestVectorsOfBeforeAreDeleted(t *testing.T) {
	t.Parallel()
	var deleted []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			deleted = append(deleted, r.URL.Path)
			fmt.Fprint(w, `{}`)
			return
		}
		fmt.Fprint(w, `{"recommendations-20261128t1":{},"recommendations-20261129t1":{},"recommendations-20261130t1":{},"recommendations-20261130t2":{}}`)
	}))
	defer s.Close()
	if err := (Index{Client: client(t, s.URL)}).Keep(t.Context(), "20261130T1", "20261129T1"); err != nil ||
		!slices.Equal(deleted, []string{"/recommendations-20261128t1"}) {
		t.Error(deleted, err)
	}
}

func TestWhatIsFound(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/recommendations-v1/_search" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"status":404,"error":{"type":"index_not_found_exception"}}`)
			return
		}
		fmt.Fprint(w, `{"hits":{"hits":[{"_id":"a","_score":3},{"_id":"sold","_score":2},{"_id":"b","_score":0.25}]}}`)
	}))
	defer s.Close()
	x := Index{Client: client(t, s.URL), Products: stocked{"sold"}, Searcher: stocked{}}
	f, err := x.Find(t.Context(), recommendations.Question{Marketplace: "US", Version: "V1", Vector: &recommendations.Vector{1},
		Describe: []string{"c"}, Best: true})
	if err != nil || !slices.Equal(f.Near, []recommendations.Scored{{ProductID: "a", Score: 2}, {ProductID: "b", Score: -3}}) ||
		!slices.Equal(f.Best, []string{"best"}) || f.Facts["c"].Brand != "B" || !f.Facts["best"].InStock {
		t.Error(f, err)
	}
	f, err = x.Find(t.Context(), recommendations.Question{Marketplace: "US", Version: "V2", Vector: &recommendations.Vector{1}})
	if err != nil || f.Near != nil {
		t.Error("of a version without an index", f, err)
	}
	s.Close()
	_, err = x.Find(t.Context(), recommendations.Question{Marketplace: "US", Version: "V1", Vector: &recommendations.Vector{1}})
	if fault.Of(err).Kind != fault.Unavailable {
		t.Error(err)
	}
	if !strings.HasSuffix(x.name("20261130T160000Z-1A"), "20261130t160000z-1a") {
		t.Error("OpenSearch takes small letters only")
	}
}
