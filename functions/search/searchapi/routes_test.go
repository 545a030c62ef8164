package searchapi

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/search"
)

// fakeSearcher answers as it is told, and remembers what it was asked.
type fakeSearcher struct {
	result search.Result
	err    error
	market string
	query  search.Query
}

func (s *fakeSearcher) Search(_ context.Context, market string, q search.Query) (search.Result, error) {
	s.market, s.query = market, q
	if s.err != nil {
		return s.result, s.err
	}
	_, err := q.Clean()
	return s.result, err
}

func (s *fakeSearcher) Complete(_ context.Context, market, text string) ([]search.Completion, error) {
	s.market, s.query.Text = market, text
	return []search.Completion{{Text: "hiking boots", Kind: "category", ID: "hiking-boots", Count: 3}}, s.err
}

func get(s *fakeSearcher, query, market string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/api/v1/products/search?"+query, nil)
	if market != "" {
		r.Header.Set("X-Marketplace", market)
	}
	w := httptest.NewRecorder()
	api.Handler(Routes(s)).ServeHTTP(w, r)
	return w
}

func TestTheQueryIsRead(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]search.Query{
		"":                                    {Sort: search.Relevance, Page: 1, Size: 20},
		"q=" + url.QueryEscape(`"a" AND b:*`): {Text: `"a" AND b:*`, Sort: search.Relevance, Page: 1, Size: 20},
		"q=boots&category=outdoor&brand=Alba&brand=" + url.QueryEscape("Cor, vex & Söhne") + "&price_min=1&price_max=900" +
			"&sort=price_desc&page=3&size=7&rating_min=4&in_stock=true&fulfillment=rialto&attribute=colour:red" +
			"&attribute=size:" + url.QueryEscape("a:b") + "&explain=true": {
			RatingMin: 4, InStock: true, Fulfillment: "rialto", Attributes: []search.Value{{Name: "colour", Value: "red"}, {Name: "size", Value: "a:b"}},
			Explain: true, Text: "boots", Category: "outdoor", Brands: []string{"Alba", "Cor, vex & Söhne"}, PriceMin: 1, PriceMax: 900,
			Sort: search.PriceDesc, Page: 3, Size: 7},
	} {
		s := &fakeSearcher{}
		if w := get(s, query, "DE"); w.Code != 200 || s.market != "DE" {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
		if d := cmp.Diff(want, s.query); d != "" {
			t.Errorf("%s: %s", query, d)
		}
	}
	s := &fakeSearcher{}
	if get(s, "", ""); s.market != "US" {
		t.Errorf("without a header: %q", s.market)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"q=" + strings.Repeat("a", 10_000): "422 query.q",
		"q=%00":                            "422 query.q",
		"q=%ff":                            "422 query.q",
		"q=a&q=b":                          "422 query.q",
		"category=%3Cscript%3E":            "422 query.category",
		"price_min=-1":                     "422 query.price_min",
		"price_min=1.5":                    "422 query.price_min",
		"price_max=0":                      "422 query.price_max",
		"price_min=2&price_max=1":          "422 query.price_max",
		"sort=dearest":                     "422 query.sort",
		"page=0":                           "422 query.page",
		"page=99999999999999999999":        "422 query.page",
		"page=501":                         "422 query.page",
		"size=101":                         "422 query.size",
		"size=ten":                         "422 query.size",
		"from=5":                           "422 query.from",
		"rating_min=6":                     "422 query.rating_min",
		"in_stock=maybe":                   "422 query.in_stock",
		"fulfillment=me":                   "422 query.fulfillment",
		"attribute=red":                    "422 query.attribute",
		"attribute=.*:red":                 "422 query.attribute",
		"cursor=x":                         "422 query.cursor",
		"facet=colour":                     "422 query.facet",
	} {
		w := get(&fakeSearcher{}, query, "")
		var p struct {
			Status int
			Errors []fault.Field
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 422 || len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Pointer,
			strings.TrimPrefix(want, "422 ")) {
			t.Errorf("%.40s: %d %s", query, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "script") || strings.Contains(w.Body.String(), "aaaa") {
			t.Errorf("%.40s is repeated: %s", query, w.Body)
		}
	}
}

func TestAnAbsentIndexIsToldWithAWait(t *testing.T) {
	t.Parallel()
	w := get(&fakeSearcher{err: fault.New(fault.Unavailable, "search_unavailable", "away").After(2 * time.Second)}, "q=boots", "")
	if w.Code != 503 || w.Header().Get("Retry-After") != "2" || !strings.Contains(w.Body.String(),
		`"code":"search_unavailable"`) || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestHitsAreWhole(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	s := &fakeSearcher{result: search.Result{QueryID: "qry_a", Total: 41, Took: 7 * time.Millisecond,
		Hits: []search.Hit{{Document: search.Document{ProductID: "prd_a", Title: "Boots", Brand: "Alba", CategoryID: "boots",
			OfferID: "off_a", Price: 900, Landed: 1_000, Currency: "USD", SellerID: "sel_a", SellerName: "A", InStock: true, OfferCount: 2, UpdatedAt: &at,
			Version: 4}}},
		Facets: search.Facets{Brand: []search.Bucket{{Value: "Alba", Count: 41}}, Price: []search.Range{{Min: 0, Max: 9, Count: 1}, {Min: 10}},
			Rating:     []search.Stars{{Least: 4, Count: 2}},
			Attributes: []search.Attribute{{Name: "colour", Values: []search.Bucket{{Value: "red", Count: 1}}}}}}}
	w := get(s, "page=2&size=5", "")
	want := `{"query_id":"qry_a","total":41,"page":2,"size":5,"took_ms":7,"hits":[{"product_id":"prd_a","title":"Boots","description":"","brand":"Alba",` +
		`"bullets":[],"category_id":"boots","category_path":[],"attributes":{},` +
		`"buy_box":{"offer_id":"off_a","price":{"amount":900,"currency":"USD"},` +
		`"shipping":{"amount":100,"currency":"USD"},"landed":{"amount":1000,"currency":"USD"},` +
		`"seller":{"seller_id":"sel_a","name":"A"},"in_stock":true},` +
		`"offer_count":2,"updated_at":"2026-11-27T08:00:00Z"}],"facets":{"category":[],"brand":[{"value":"Alba","count":41}],"fulfillment":[],` +
		`"price":[{"min":0,"max":9,"count":1},{"min":10,"count":0}],"rating":[{"least":4,"count":2}],"in_stock":0,` +
		`"attributes":[{"name":"colour","values":[{"value":"red","count":1}]}]}}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if w.Header().Get("Vary") != "X-Marketplace" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
		t.Error(w.Header())
	}
	if w := get(&fakeSearcher{}, "", ""); !strings.Contains(w.Body.String(),
		`"hits":[],"facets":{"category":[],"brand":[],"fulfillment":[],"price":[],"rating":[],"in_stock":0,"attributes":[]}`) {
		t.Error(w.Body)
	}
}

func TestHowItWasFoundIsTold(t *testing.T) {
	t.Parallel()
	s := &fakeSearcher{result: search.Result{Relaxed: search.Fuzzy, Suggestion: "boots", Next: &search.Position{Query: "f", From: 20},
		Hits: []search.Hit{{Ranking: search.Ranking{Words: 2, Score: 2.2,
			Factors: []search.Factor{{Name: "in_stock", Signal: 1, Effect: 0.1}}}}}}}
	w := get(s, "q=bots", "")
	var got struct {
		NextCursor string `json:"next_cursor"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.NextCursor == "" || !strings.Contains(w.Body.String(),
		`"relaxed":"fuzzy","exact":0,"did_you_mean":"boots"`) || strings.Contains(w.Body.String(), `"ranking"`) {
		t.Error(w.Body)
	}
	w = get(s, "q=bots&explain=true&cursor="+got.NextCursor, "")
	if !strings.Contains(w.Body.String(), `"ranking":{"words":2,"score":2.2,"factors":[{"name":"in_stock","signal":1,"effect":0.1}]}`) {
		t.Error(w.Body)
	}
	if d := cmp.Diff(&search.Position{Query: "f", From: 20}, s.query.Position); d != "" {
		t.Error(d)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{"q=hik": 200, "": 422, "q=": 422, "q=" + strings.Repeat("a", 101): 422, "q=a&limit=3": 422} {
		s := &fakeSearcher{}
		r := httptest.NewRequest("GET", "/api/v1/products/suggest?"+query, nil)
		w := httptest.NewRecorder()
		api.Handler(Routes(s)).ServeHTTP(w, r)
		const list = `{"suggestions":[{"text":"hiking boots","kind":"category","id":"hiking-boots","count":3}]}`
		if w.Code != want || want == 200 && strings.TrimSpace(w.Body.String()) != list {
			t.Errorf("%.30s: %d %s", query, w.Code, w.Body)
		}
	}
}
