package catalogapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogapi"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/laboratory/memory"
)

var (
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	sold = ids.Derive(ids.Product, "sold")
	bare = ids.Derive(ids.Product, "bare")
	shop = ids.Derive(ids.Seller, "shop")
)

func handler(t *testing.T) (http.Handler, *catalog.Service) {
	t.Helper()
	products := &catalogstore.Store{DB: memory.New()}
	box := catalog.BuyBox{ProductID: sold, Marketplace: "US", OfferID: "off_1", SellerID: shop, SellerName: "Shop", Price: money.Of(1000, "USD"),
		Landed:  money.Of(1099, "USD"),
		InStock: true, OfferCount: 3, Version: 4}
	if err := products.SaveBuyBox(context.Background(), box); err != nil {
		t.Fatal(err)
	}
	s := &catalog.Service{Products: products, Categories: products, BuyBoxes: products, Variants: products}
	importer := &catalog.Importer{Products: products, Categories: products, Now: func() time.Time { return noon }}
	var b catalog.Batch
	for _, id := range []string{sold, bare} {
		raw, err := json.Marshal(catalog.Product{ID: id, Title: "Boots", CategoryID: "boots", CategoryPath: []string{"outdoor", "boots"},
			Images: []string{"https://a.example/1", "https://a.example/2"}})
		if err != nil {
			t.Fatal(err)
		}
		b.Products = append(b.Products, raw)
	}
	if r, err := importer.Import(context.Background(), b); err != nil || r.Written != 2 {
		t.Fatal(r, err)
	}
	return api.Handler(catalogapi.Routes(s)), s
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func decode(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	delete(m, "$schema")
	return m
}

func TestProductPage(t *testing.T) {
	t.Parallel()
	h, _ := handler(t)
	w := get(h, "/api/v1/products/"+sold)
	var want map[string]any
	if err := json.Unmarshal([]byte(`{"product_id":"`+sold+`","title":"Boots","description":"","brand":"","bullets":[],"category_id":"boots",
		"category_path":["outdoor","boots"],"attributes":{},
		"images":["https://a.example/1","https://a.example/2"],
		"pictures":[{"sizes":[{"url":"https://a.example/1"}]},{"sizes":[{"url":"https://a.example/2"}]}],"version":1,"updated_at":"2026-11-27T12:00:00Z",
		"buy_box":{"offer_id":"off_1","price":{"amount":1000,"currency":"USD"},"shipping":{"amount":99,"currency":"USD"},
		"landed":{"amount":1099,"currency":"USD"},
		"seller":{"seller_id":"`+shop+`","name":"Shop"},"in_stock":true},"other_offers_count":2}`), &want); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, decode(t, w)); w.Code != 200 || d != "" {
		t.Fatal(w.Code, d)
	}
	if tag := w.Header().Get("ETag"); tag != `"US.1.4"` || w.Header().Get("Vary") != "X-Marketplace" {
		t.Fatal(w.Header())
	}
	for _, match := range []string{`"US.1.4"`, `W/"US.1.4"`, `"x", "US.1.4"`, "*"} {
		if w := get(h, "/api/v1/products/"+sold, "If-None-Match", match); w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("ETag") != `"US.1.4"` {
			t.Error(match, w.Code, w.Body)
		}
	}
	if w := get(h, "/api/v1/products/"+sold, "If-None-Match", `"US.1.3"`); w.Code != 200 {
		t.Error(w.Code)
	}
}

func TestAProductThatNobodyOffersHereHasNoBox(t *testing.T) {
	t.Parallel()
	h, _ := handler(t)
	for _, w := range []*httptest.ResponseRecorder{get(h, "/api/v1/products/"+bare), get(h, "/api/v1/products/"+sold, "X-Marketplace", "DE")} {
		m := decode(t, w)
		if _, there := m["buy_box"]; there || w.Code != 200 || m["other_offers_count"] != 0.0 {
			t.Error(w.Code, m)
		}
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	h, _ := handler(t)
	for _, c := range []struct {
		path, marketplace string
		status            int
		code, pointer     string
	}{
		{"/api/v1/products/" + ids.Derive(ids.Product, "none"), "US", 404, "product_not_found", ""},
		{"/api/v1/products/prd_1", "US", 422, "invalid_request", "path.product_id"},
		{"/api/v1/products/" + sold, "us", 422, "invalid_request", "header.X-Marketplace"},
		{"/api/v1/products/" + sold, "XX", 422, "unknown_marketplace", "header.X-Marketplace"},
		{"/api/v1/products/" + sold + "?a=1", "US", 422, "unknown_parameter", "query.a"},
		{"/api/v1/categories/hats/products", "US", 404, "category_not_found", ""},
		{"/api/v1/categories/Hats/products", "US", 422, "invalid_request", "path.category_id"},
		{"/api/v1/categories/boots/products", "XX", 422, "unknown_marketplace", "header.X-Marketplace"},
		{"/api/v1/categories/boots/products?limit=0", "US", 422, "invalid_request", "query.limit"},
		{"/api/v1/categories/boots/products?limit=101", "US", 422, "invalid_request", "query.limit"},
		{"/api/v1/categories/boots/products?cursor=x", "US", 422, "invalid_cursor", "query.cursor"},
		{"/api/v1/categories/boots/products?cursor=" + forged(t), "US", 422, "invalid_cursor", "query.cursor"},
	} {
		w := get(h, c.path, "X-Marketplace", c.marketplace)
		m := decode(t, w)
		var pointer any = ""
		if list, ok := m["errors"].([]any); ok {
			pointer = list[0].(map[string]any)["pointer"]
		}
		if w.Code != c.status || m["code"] != c.code || pointer != c.pointer {
			t.Errorf("%s: %d %v", c.path, w.Code, m)
		}
	}
}

// forged is a well-formed cursor of a place that no page ends at.
func forged(t *testing.T) string {
	t.Helper()
	c, err := api.EncodeCursor("aaaaaaaa#" + sold)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBrowsing(t *testing.T) {
	t.Parallel()
	h, _ := handler(t)
	var seen []string
	path := "/api/v1/categories/boots/products?limit=1"
	for range 3 {
		m := decode(t, get(h, path))
		for _, p := range m["products"].([]any) {
			p := p.(map[string]any)
			seen = append(seen, p["product_id"].(string))
			if _, box := p["buy_box"]; box != (p["product_id"] == sold) || p["image"] != "https://a.example/1" {
				t.Error(p)
			}
		}
		next, _ := m["next_cursor"].(string)
		if next == "" {
			break
		}
		path = "/api/v1/categories/boots/products?limit=1&cursor=" + next
	}
	if len(seen) != 2 || seen[0] == seen[1] {
		t.Error(seen)
	}
	if m := decode(t, get(h, "/api/v1/categories/outdoor/products")); len(m["products"].([]any)) != 0 {
		t.Error("a category lists what is in those below it")
	}
	// What stands goes before what is built in: boots are under outdoor here, and the tree has them nowhere else.
	tree, _ := json.Marshal(decode(t, get(h, "/api/v1/categories")))
	if n := strings.Count(string(tree), `"category_id":"boots"`); n != 1 || !strings.Contains(string(tree), `{"category_id":"outdoor","children":[`+
		`{"category_id":"boots","children":[],"name":"Boots"},`) || !strings.Contains(string(tree), `"category_id":"otc-medicine"`) ||
		!strings.Contains(string(tree), `"pages":"integer"`) {
		t.Errorf("%d %s", n, tree)
	}
	if m := decode(t, get(h, "/api/v1/categories/vinyl/products")); len(m["products"].([]any)) != 0 {
		t.Error(m)
	}
}

// broken is a catalog whose store is away.
type broken struct{}

func (broken) Product(context.Context, string, string) (catalog.Listing, error) {
	return catalog.Listing{}, errors.New("password")
}
func (broken) VariantsOf(context.Context, string, string, string, int) ([]catalog.VariantListing, string, error) {
	return nil, "", errors.New("password")
}
func (broken) Tree(context.Context) ([]catalog.Node, error) { return nil, errors.New("password") }
func (broken) Browse(context.Context, string, string, string, int) ([]catalog.Listing, string, error) {
	return nil, "", errors.New("password")
}

func TestFailuresTellNothing(t *testing.T) {
	t.Parallel()
	h := api.Handler(catalogapi.Routes(broken{}))
	for _, path := range []string{"/api/v1/products/" + sold, "/api/v1/products/" + sold + "/variants", "/api/v1/categories",
		"/api/v1/categories/boots/products"} {
		if w := get(h, path); w.Code != 500 || strings.Contains(w.Body.String(), "password") || w.Header().Get("Cache-Control") != "no-store" {
			t.Error(path, w.Code, w.Body)
		}
	}
}

func TestTheDocumentNeedsNoService(t *testing.T) {
	t.Parallel()
	if _, err := api.Document("x", "1", catalogapi.Routes(nil)); err != nil {
		t.Error(err)
	}
}
