package catalogapi_test

import (
	"context"
	"io"
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
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
)

type signer struct{}

func (signer) Upload(_ context.Context, key string, what files.Announced, until time.Duration) (files.Address, error) {
	return files.Address{Method: "PUT", URL: "https://files/" + key, Headers: map[string]string{"Content-Type": what.Type}, Expires: noon.Add(until)},
		nil
}
func (signer) Open(context.Context, string, string, int64) (io.ReadCloser, error) {
	return nil, files.ErrChanged
}
func (signer) Stream(context.Context, string, int64) (io.ReadCloser, error) {
	return nil, files.ErrMissing
}

func (signer) Put(context.Context, string, string, string, []byte) error { return nil }
func (signer) Delete(context.Context, string) error                      { return nil }

// asker returns what calls the routes of images, and reads an answer that has the status that is wanted.
func asker(t *testing.T, h http.Handler) func(who auth.Identity, method, path, body string, status int) map[string]any {
	return func(who auth.Identity, method, path, body string, status int) map[string]any {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Idempotency-Key", "key-0001")
		r = r.WithContext(auth.With(r.Context(), who))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != status {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if status == http.StatusNoContent {
			return nil
		}
		return decode(t, w)
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	products := &catalogstore.Store{DB: memory.New()}
	g := &catalog.ImageService{Listings: &catalog.ListingService{Products: products, Categories: products, Contributions: products,
		Now: func() time.Time { return noon }}, Images: products, Files: signer{}, URL: "https://images"}
	if _, err := products.Register(context.Background(), catalog.Category{ID: "boots", Name: "Boots"}); err != nil {
		t.Fatal(err)
	}
	l, _, err := g.Listings.List(context.Background(), mine.SellerID, catalog.Content{Title: "Boots", GTIN: "4006381333931", CategoryID: "boots"})
	if err != nil {
		t.Fatal(err)
	}
	h := api.Handler(catalogapi.ImageRoutes(g), api.Clock(func() time.Time { return noon }))
	path := "/seller/v1/products/" + l.Product.ID + "/images"
	ask := asker(t, h)
	const good = `{"content_type":"image/png","bytes":5}`
	m := ask(mine, http.MethodPost, path, good, 201)
	image, upload := m["image"].(map[string]any), m["upload"].(map[string]any)
	id, _ := image["image_id"].(string)
	if image["state"] != "AWAITING_UPLOAD" || upload["method"] != "PUT" || upload["headers"].(map[string]any)["Content-Type"] != "image/png" ||
		upload["url"] != "https://files/uploads/"+l.Product.ID+"/"+mine.SellerID+"/"+id {
		t.Error(m)
	}
	if m := ask(mine, http.MethodPost, path, good, 201); m["image"].(map[string]any)["image_id"] != id {
		t.Error("again", m)
	}
	for body, code := range map[string]string{
		`{"content_type":"image/png","bytes":6}`:                  "idempotency_key_reused",
		`{"content_type":"image/svg+xml","bytes":6}`:              "invalid_request",
		`{"content_type":"image/png","bytes":0}`:                  "invalid_request",
		`{"content_type":"image/png","bytes":1.5}`:                "invalid_request",
		`{"content_type":"image/png","bytes":10485761}`:           "invalid_request",
		`{"content_type":"image/png","bytes":1,"sha256":"zz"}`:    "invalid_request",
		`{"content_type":"image/png","bytes":1,"url":"file:///"}`: "unknown_field",
	} {
		if m := ask(mine, http.MethodPost, path, body, 422); m["code"] != code {
			t.Error(body, m)
		}
	}
	if m := ask(theirs, http.MethodPost, path, good, 404); m["code"] != "product_not_listed" {
		t.Error(m)
	}
	if m := ask(theirs, http.MethodGet, path, "", 404); m["code"] != "product_not_listed" {
		t.Error(m)
	}
	if m := ask(theirs, http.MethodDelete, path+"/"+id, "", 404); m["code"] != "image_not_found" {
		t.Error(m)
	}
	if m := ask(mine, http.MethodGet, path, "", 200); len(m["images"].([]any)) != 1 {
		t.Error(m)
	}
	ask(mine, http.MethodDelete, path+"/"+id, "", 204)
	ask(mine, http.MethodDelete, path+"/"+ids.Derive(ids.Image, "x"), "", 404)
	ask(mine, http.MethodDelete, path+"/..", "", 404)
	if m := ask(mine, http.MethodGet, path, "", 200); len(m["images"].([]any)) != 0 {
		t.Error(m)
	}
}
