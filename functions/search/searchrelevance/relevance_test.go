package searchrelevance

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/search"
	"rialto/functions/search/searchindex"
)

// rankers are compared in this order.
var rankers = []struct {
	name   string
	ranker search.Ranker
}{{"plain BM25", search.Plain}, {"boosts", search.Boosted}, {"boosts + rescore", search.Rescored}}

// rounds is how often each query is timed.
const rounds = 5

// TestRelevance is make relevance: it prints the table, and fails only if it cannot measure.
func TestRelevance(t *testing.T) {
	if os.Getenv("RIALTO_RELEVANCE") == "" {
		t.Skip("make relevance runs it")
	}
	market, err := marketplaces.Lookup(cmp.Or(os.Getenv("MARKETPLACE"), "US"))
	if err != nil {
		t.Fatal(err)
	}
	docs, sets := bundledRun(t)
	if file := os.Getenv("CATALOG"); file != "" {
		docs, sets = broughtRun(t, file, os.Getenv("JUDGMENTS"), market)
	}
	s := scratch(t, market, docs)
	fmt.Printf("%d products, marketplace %s; NDCG@%d, MRR, recall@%d\n\n", len(docs), market.Code, NDCGDepth, Depth)
	fmt.Printf("%-26s %7s", "set", "queries")
	for _, r := range rankers {
		fmt.Printf("   %-20s", r.name)
	}
	fmt.Println()
	for _, set := range sets {
		fmt.Printf("%-26s %7d", set.name, len(set.judgments))
		for _, r := range rankers {
			m := measure(t, s, market, set.judgments, r.ranker)
			fmt.Printf("   %.3f  %.3f  %.3f ", m.NDCG, m.MRR, m.Recall)
		}
		fmt.Println()
	}
	timed(t, s, market, slices.Sorted(maps.Keys(sets[0].judgments)))
}

type named struct {
	name      string
	judgments Set
}

func bundledRun(t *testing.T) ([]search.Document, []named) {
	list := pieces()
	qs := queries(list)
	var docs []search.Document
	for i, p := range list {
		d, err := search.Compose(p.ID, p.Product, p.winner, int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	sets := []named{{"all", judge(list, qs, "", false)}, {"all, as far as in stock", judge(list, qs, "", true)}}
	kinds := map[string]bool{}
	for _, q := range qs {
		kinds[q.kind] = true
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		sets = append(sets, named{"  " + kind, judge(list, qs, kind, false)})
	}
	return docs, sets
}

// broughtRun takes a catalog and judgments of one's own. Everything is in stock, from one seller.
func broughtRun(t *testing.T, products, judgments string, m marketplaces.Marketplace) ([]search.Document, []named) {
	read := func(file string) []byte {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	entries, err := Products(read(products))
	if err != nil {
		t.Fatalf("%s: %v", products, err)
	}
	if judgments == "" {
		t.Fatal("JUDGMENTS=file says which products are right for which queries")
	}
	set, skipped, err := Judgments(read(judgments), strings.ToLower(m.Code))
	if err != nil {
		t.Fatalf("%s: %v", judgments, err)
	}
	known := map[string]bool{}
	var docs []search.Document
	for i, e := range entries {
		known[e.ID] = true
		d, err := search.Compose(e.ID, e.Product, offers.Winner{ProductID: e.ID, Marketplace: m.Code, InStock: true, Offers: 1, Version: 1,
			Offer: offers.Offer{ID: "off_" + e.ID, ProductID: e.ID, SellerID: "sel_a", Marketplace: m.Code, Price: money.Of(cmp.Or(e.Price, 1_000), m.Currency), Shipping: money.Of(0, m.Currency)}}, int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	missing := 0
	for _, j := range set {
		for id := range j {
			if !known[id] {
				missing++
			}
		}
	}
	if skipped+missing > 0 {
		fmt.Printf("%d judgments are of another locale and left out; %d are of products that the catalog has not\n", skipped, missing)
	}
	return docs, []named{{"judgments brought", set}}
}

// scratch indexes the documents as what is deployed would.
func scratch(t *testing.T, m marketplaces.Marketplace, docs []search.Document) *search.Service {
	t.Helper()
	url := os.Getenv("RIALTO_TEST_OPENSEARCH")
	x, err := searchindex.New(searchindex.Config{URL: url, Prefix: "relevance-" + strings.ToLower(rand.Text()[:12]) + "-"})
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Ensure(t.Context(), m); err != nil {
		t.Fatalf("the scratch index cannot be made, is the local cloud up (make up)? %v", err)
	}
	t.Cleanup(func() {
		if err := x.Drop(context.Background(), m); err != nil {
			t.Error(err)
		}
	})
	for part := range slices.Chunk(docs, 500) {
		if err := x.Fill(t.Context(), x.Live(m), part); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Seen(t.Context(), m, ""); err != nil {
		t.Fatal(err)
	}
	return &search.Service{Index: x}
}

func measure(t *testing.T, s *search.Service, m marketplaces.Marketplace, set Set, r search.Ranker) Scores {
	t.Helper()
	var all []Scores
	for _, q := range slices.Sorted(maps.Keys(set)) {
		found, err := s.Search(t.Context(), m.Code, search.Query{Text: q, Page: 1, Size: Depth, Ranker: r})
		if err != nil {
			t.Fatalf("%q: %v", q, err)
		}
		var ids []string
		for _, h := range found.Hits {
			ids = append(ids, h.ProductID)
		}
		all = append(all, Judge(ids, set[q]))
	}
	return Mean(all)
}

// timed compares how long pages of 20 take, in one run, side by side: the queries as they come, and those of them
// that find something at once.
func timed(t *testing.T, s *search.Service, m marketplaces.Marketplace, queries []string) {
	t.Helper()
	relaxed := map[string]bool{}
	took := map[search.Ranker]map[bool][]float64{search.Plain: {}, search.Rescored: {}}
	for round := range rounds + 2 {
		for _, q := range queries {
			for _, r := range []search.Ranker{search.Plain, search.Rescored} {
				began := time.Now()
				found, err := s.Search(t.Context(), m.Code, search.Query{Text: q, Page: 1, Size: 20, Ranker: r})
				if err != nil {
					t.Fatalf("%q: %v", q, err)
				}
				if r == search.Rescored {
					relaxed[q] = found.Relaxed != search.Strict
				}
				if round < 2 {
					continue // the first rounds warm up
				}
				took[r][false] = append(took[r][false], float64(time.Since(began).Microseconds())/1_000)
				if !relaxed[q] {
					took[r][true] = append(took[r][true], float64(time.Since(began).Microseconds())/1_000)
				}
			}
		}
	}
	fmt.Printf("\npages of 20, ms          p50 plain   rescored   ratio   p99 plain   rescored   ratio\n")
	for _, asTyped := range []bool{true, false} {
		plain, rescored := took[search.Plain][asTyped], took[search.Rescored][asTyped]
		slices.Sort(plain)
		slices.Sort(rescored)
		what := "all queries"
		if asTyped {
			what = "found as typed"
		}
		fmt.Printf("%-24s", what)
		for _, p := range []float64{0.5, 0.99} {
			a, b := Percentile(plain, p), Percentile(rescored, p)
			fmt.Printf(" %9.1f  %9.1f  %6.2f", a, b, b/a)
		}
		fmt.Println()
	}
	fmt.Println("aim: p99 of rescored at most 1.30 times that of plain; a query that finds little as typed is asked again, less exactly")
}
