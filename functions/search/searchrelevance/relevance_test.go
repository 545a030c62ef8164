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

	"rialto/functions/catalog"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/search"
	"rialto/functions/search/searchencoder"
	"rialto/functions/search/searchindex"
)

// rankers are compared in this order.
var rankers = []struct {
	name   string
	ranker search.Ranker
}{{"plain BM25", search.Plain}, {"boosts", search.Boosted}, {"+ rescore", search.Rescored}, {"+ meaning", search.Fused}}

// rounds is how often each query is timed, after warmUp rounds that are not.
const (
	rounds = 9
	warmUp = 2
)

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
	if os.Getenv("LEARN") != "" {
		for _, set := range sets {
			if set.whole {
				learn(t, s, market, set)
			}
		}
		return
	}
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
	c := &counting{Index: s.Index}
	timed(t, &search.Searcher{Index: c}, market, c, slices.Sorted(maps.Keys(sets[0].judgments)))
}

type named struct {
	name      string
	judgments Set
	whole     bool // has queries of all kinds
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
	sets := []named{{"all", judge(list, qs, "", false), true}, {"all, as far as in stock", judge(list, qs, "", true), true}}
	kinds := map[string]bool{}
	for _, q := range qs {
		kinds[q.kind] = true
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		sets = append(sets, named{"  " + kind, judge(list, qs, kind, false), false})
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
	set, kinds, skipped := judgedBy(t, read, judgments, m)
	known := map[string]bool{}
	var docs []search.Document
	for i, e := range entries {
		known[e.ID] = true
		d, err := search.Compose(e.ID, e.Product, offers.BuyBox{ProductID: e.ID, Marketplace: m.Code, InStock: true, Offers: 1, Version: 1,
			Offer: offers.Offer{ID: "off_" + e.ID, ProductID: e.ID, SellerID: "sel_a", Marketplace: m.Code,
				Price: money.Of(cmp.Or(e.Price, 1_000), m.Currency), Shipping: money.Of(0, m.Currency)}}, int64(i+1))
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
	sets := []named{{"judgments brought", set, true}}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		sets = append(sets, named{"  " + kind, kinds[kind], false})
	}
	return docs, sets
}

// judgedBy returns the judgments of a file, or those of clicks.
func judgedBy(t *testing.T, read func(file string) []byte, judgments string, m marketplaces.Marketplace) (Set, map[string]Set, int) {
	clicks := os.Getenv("CLICKS")
	if judgments != "" {
		set, kinds, skipped, err := Judgments(read(judgments), strings.ToLower(m.Code))
		if err != nil {
			t.Fatalf("%s: %v", judgments, err)
		}
		return set, kinds, skipped
	}
	if clicks == "" {
		t.Fatal("JUDGMENTS=file says which products are right for which queries, or CLICKS=file what was clicked")
	}
	list, err := ShownRows(read(clicks))
	if err != nil {
		t.Fatalf("%s: %v", clicks, err)
	}
	learned := LearnClicks(list)
	set := learned.Judgments()
	if len(set) == 0 {
		t.Fatalf("%s: no product was shown often enough to be judged", clicks)
	}
	fmt.Printf("judged by clicks: %d queries; the places are looked at %s\n", len(set), learned.places())
	return set, nil, 0
}

// scratch indexes the documents as what is deployed would.
func scratch(t *testing.T, m marketplaces.Marketplace, docs []search.Document) *search.Searcher {
	t.Helper()
	url := os.Getenv("RIALTO_TEST_OPENSEARCH")
	x, err := searchindex.New(searchindex.Config{URL: url, Prefix: "relevance-" + strings.ToLower(rand.Text()[:12]) + "-", Now: time.Now})
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
	s := &search.Searcher{Index: x}
	if url := os.Getenv("RIALTO_TEST_ENCODER"); url != "" && search.Understood(m.Language) {
		s.Encoder = searchencoder.New(url+"/invocations", nil, time.Now)
		encode(t, s.Encoder, docs)
	}
	for part := range slices.Chunk(docs, 100) {
		if err := x.Fill(t.Context(), x.Live(m), part); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Refresh(t.Context(), m, ""); err != nil {
		t.Fatal(err)
	}
	return s
}

// encode gives documents their vectors.
func encode(t *testing.T, e search.Encoder, docs []search.Document) {
	t.Helper()
	const atOnce = 16
	for part := range slices.Chunk(docs, atOnce) {
		var texts []string
		for _, d := range part {
			texts = append(texts, search.TextOf(catalog.Product{Title: d.Title, Description: d.Description, Brand: d.Brand, Bullets: d.Bullets,
				CategoryPath: d.CategoryPath, Attributes: d.Attributes}))
		}
		list, err := e.Encode(t.Context(), texts...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range part {
			part[i].Vector = list[i]
		}
	}
}

func measure(t *testing.T, s *search.Searcher, m marketplaces.Marketplace, set Set, r search.Ranker) Scores {
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

// timed compares how long pages of 20 take, in one run, side by side, and what they ask of the index. A machine that does
// other things too is late now and then, whatever it is asked: each query's median over the rounds leaves that out, and the
// percentiles of the medians are of the queries alone. What came as it came stands beside it.
func timed(t *testing.T, s *search.Searcher, m marketplaces.Marketplace, c *counting, queries []string) {
	t.Helper()
	kinds := []string{"found as typed", "taken less exactly", "all queries"}
	medians, all := map[search.Ranker]map[string][]float64{search.Plain: {}, search.Rescored: {}},
		map[search.Ranker]map[string][]float64{search.Plain: {}, search.Rescored: {}}
	asked := map[search.Ranker]map[string]counts{search.Plain: {}, search.Rescored: {}}
	took := map[search.Ranker]map[string][]float64{search.Plain: {}, search.Rescored: {}}
	relaxed, once := map[string]bool{}, map[search.Ranker]map[string]counts{search.Plain: {}, search.Rescored: {}}
	both := []search.Ranker{search.Plain, search.Rescored}
	for round := range rounds + warmUp {
		for _, q := range queries {
			for _, r := range both {
				before, began := c.counts, time.Now()
				found, err := s.Search(t.Context(), m.Code, search.Query{Text: q, Page: 1, Size: 20, Ranker: r})
				if err != nil {
					t.Fatalf("%q: %v", q, err)
				}
				if r == search.Rescored {
					relaxed[q] = found.Relaxed != search.Strict
				}
				if once[r][q] = c.counts.less(before); round >= warmUp {
					took[r][q] = append(took[r][q], float64(time.Since(began).Microseconds())/1_000)
				}
			}
		}
		slices.Reverse(both) // neither always finds what the other has warmed
	}
	of := map[string]int{}
	for _, q := range queries {
		kind := kinds[0]
		if relaxed[q] {
			kind = kinds[1]
		}
		for _, k := range []string{kind, kinds[2]} {
			of[k]++
			for _, r := range both {
				all[r][k] = append(all[r][k], took[r][q]...)
				medians[r][k] = append(medians[r][k], percentile(took[r][q], 0.5))
				asked[r][k] = asked[r][k].plus(once[r][q])
			}
		}
	}
	fmt.Printf("\nfirst pages of 20, %d rounds   %28s   %28s   %13s\n%-24s %4s", rounds, "plain BM25", "boosts + rescore", "ratio", "ms", "")
	for range 2 {
		fmt.Printf("   %9s %8s %9s", "p50", "p99", "calls")
	}
	fmt.Printf("   %6s %6s\n", "p50", "p99")
	for _, k := range kinds {
		if of[k] > 0 {
			line(k, of[k], medians[search.Plain][k], medians[search.Rescored][k], asked[search.Plain][k].mean(of[k]), asked[search.Rescored][k].mean(of[k]))
		}
	}
	line("all, as they came", len(all[search.Plain][kinds[2]]), all[search.Plain][kinds[2]], all[search.Rescored][kinds[2]], "", "")
	fmt.Println("calls: of the index, one after the other, and the searches in them; aim: a ratio of 1.30 at p99")
}

// line prints one line of the table.
func line(what string, n int, plain, rescored []float64, calls ...string) {
	fmt.Printf("%-24s %4d", what, n)
	for i, list := range [][]float64{plain, rescored} {
		fmt.Printf("   %9.1f %8.1f %9s", percentile(list, 0.5), percentile(list, 0.99), calls[i])
	}
	fmt.Printf("   %6.2f %6.2f\n", percentile(rescored, 0.5)/percentile(plain, 0.5), percentile(rescored, 0.99)/percentile(plain, 0.99))
}

func percentile(list []float64, p float64) float64 {
	return Percentile(slices.Sorted(slices.Values(list)), p)
}

// counts are of what is asked of OpenSearch.
type counts struct{ calls, searches int }

func (a counts) plus(b counts) counts { return counts{a.calls + b.calls, a.searches + b.searches} }
func (a counts) less(b counts) counts { return counts{a.calls - b.calls, a.searches - b.searches} }

func (a counts) mean(n int) string {
	return fmt.Sprintf("%.2f, %.2f", float64(a.calls)/float64(n), float64(a.searches)/float64(n))
}

// counting is an index that counts what it is asked.
type counting struct {
	search.Index
	counts
}

func (c *counting) Search(ctx context.Context, m marketplaces.Marketplace, queries ...search.IndexQuery) ([]search.Found, error) {
	c.counts = c.plus(counts{1, len(queries)})
	return c.Index.Search(ctx, m, queries...)
}
