package catalogapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogapi"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
)

var (
	mine   = auth.Identity{Subject: "user", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "mine"), ExpiresAt: noon.Add(time.Hour)}
	theirs = auth.Identity{Subject: "other", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "theirs"), ExpiresAt: noon.Add(time.Hour)}
)

const boots = `{"title":"Boots","gtin":"4006381333931","category_id":"boots","attributes":{"size":"42"}}`

func desk(t *testing.T) func(who auth.Identity, method, path, body string, header ...string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	products := &catalogstore.Store{DB: memory.New()}
	s := &catalog.ListingService{Products: products, Categories: products, Contributions: products, Now: func() time.Time { return noon }}
	if _, err := products.Register(context.Background(),
		catalog.Category{ID: "boots", Name: "Boots", Attributes: map[string]string{"size": catalog.Number}}); err != nil {
		t.Fatal(err)
	}
	h := api.Handler(catalogapi.SellerRoutes(s), api.Clock(func() time.Time { return noon }))
	return func(who auth.Identity, method, path, body string, header ...string) (*httptest.ResponseRecorder, map[string]any) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if who.Role != "" {
			r = r.WithContext(auth.With(r.Context(), who))
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w, decode(t, w)
	}
}

func TestListingAProduct(t *testing.T) {
	t.Parallel()
	ask := desk(t)
	w, m := ask(mine, http.MethodPost, "/seller/v1/products", boots)
	id, _ := m["product_id"].(string)
	path := "/seller/v1/products/" + id
	if w.Code != 201 || m["existing"] != false || m["owner_id"] != mine.SellerID || w.Header().Get("ETag") != `"1"` ||
		w.Header().Get("Location") != path {
		t.Fatal(w.Code, w.Header(), m)
	}
	if w, m := ask(mine, http.MethodPost, "/seller/v1/products", boots); w.Code != 200 || m["existing"] != true || m["product_id"] != id {
		t.Error("again", w.Code, m)
	}
	if w, m := ask(mine, http.MethodPost, "/seller/v1/products", strings.Replace(boots, "Boots", "Shoes", 1)); w.Code != 409 ||
		m["code"] != "product_listed" {
		t.Error(w.Code, m)
	}
	if w, m := ask(theirs, http.MethodGet, path, ""); w.Code != 404 || m["code"] != "product_not_listed" {
		t.Error(w.Code, m)
	}
	w, m = ask(theirs, http.MethodPost, "/seller/v1/products", strings.Replace(boots, "Boots", "Shoes", 1))
	if w.Code != 200 || m["existing"] != true || m["product_id"] != id || m["title"] != "Shoes" || m["page"].(map[string]any)["title"] != "Boots" ||
		len(m["disputes"].([]any)) != 1 {
		t.Error(w.Code, m)
	}
	// Neither sees or touches what the other says.
	if w, m := ask(mine, http.MethodGet, path, ""); w.Code != 200 || m["title"] != "Boots" ||
		m["disputes"].([]any)[0].(map[string]any)["seller_id"] != theirs.SellerID {
		t.Error(w.Code, m)
	}
	change := strings.Replace(boots, "42", "43", 1)
	for _, c := range []struct {
		match  string
		status int
		code   any
	}{{"", 422, "precondition_required"}, {"x", 422, "invalid_if_match"}, {`"7"`, 412, "version_mismatch"}, {`"1"`, 200, nil}} {
		if w, m := ask(mine, http.MethodPut, path, change, "If-Match", c.match); w.Code != c.status || m["code"] != c.code {
			t.Error(c, w.Code, m)
		}
	}
	for _, who := range []auth.Identity{mine, theirs} {
		if w, m := ask(who, http.MethodGet, "/seller/v1/products?limit=5", ""); w.Code != 200 || len(m["products"].([]any)) != 1 ||
			m["next_cursor"] != nil {
			t.Error(w.Code, m)
		}
	}
}

func TestBadListings(t *testing.T) {
	t.Parallel()
	ask := desk(t)
	with := func(old, new string) string { return strings.Replace(boots, old, new, 1) }
	for name, c := range map[string]struct {
		body    string
		status  int
		code    string
		pointer any
	}{
		"category":      {with(`"boots"`, `"hats"`), 422, "invalid_product", "/category_id"},
		"no category":   {with(`,"category_id":"boots"`, ""), 422, "invalid_request", "/category_id"},
		"attribute":     {with(`"size"`, `"weight"`), 422, "invalid_product", "/attributes/weight"},
		"type":          {with(`"42"`, `"large"`), 422, "invalid_product", "/attributes/size"},
		"check digit":   {with("3931", "3930"), 422, "invalid_product", "/gtin"},
		"identity":      {with(`"gtin":"4006381333931",`, ""), 422, "invalid_product", "/gtin"},
		"seller":        {with(`{"title"`, `{"seller_id":"x","title"`), 422, "unknown_field", "/seller_id"},
		"owner":         {with(`{"title"`, `{"owner_id":"x","title"`), 422, "unknown_field", "/owner_id"},
		"no JSON":       {"{", 400, "malformed_body", nil},
		"control signs": {with("Boots", `B\u0000`), 422, "invalid_request", "/title"},
	} {
		w, m := ask(mine, http.MethodPost, "/seller/v1/products", c.body)
		var pointer any
		if list, ok := m["errors"].([]any); ok {
			pointer = list[0].(map[string]any)["pointer"]
		}
		if w.Code != c.status || m["code"] != c.code || pointer != c.pointer {
			t.Errorf("%s: %d %v", name, w.Code, m)
		}
	}
}
