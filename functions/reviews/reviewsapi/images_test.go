package reviewsapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsapi"
	"rialto/functions/reviews/reviewsstore"
)

// signer signs uploads, and has no files.
type signer struct{ reviews.Files }

func (signer) Upload(_ context.Context, key string, what files.Announced, until time.Duration) (files.Address, error) {
	return files.Address{Method: "PUT", URL: "https://files/" + key, Headers: map[string]string{"Content-Type": what.Type}, Expires: noon.Add(until)},
		nil
}

// pages has a page of every product.
type pages struct{}

func (pages) Get(_ context.Context, id string) (catalog.Product, error) {
	return catalog.Product{ID: id}, nil
}

func TestImageRoutes(t *testing.T) {
	t.Parallel()
	now, lamp := func() time.Time { return noon }, ids.Derive(ids.Product, "lamp")
	p := &reviews.Products{Store: reviewsstore.Store{DB: memory.New()}, Pages: pages{}, Now: now}
	if _, _, err := p.Put(t.Context(), reviews.Review{ProductID: lamp, CustomerID: "cus_1", Stars: 5}, "", nil); err != nil {
		t.Fatal(err)
	}
	h := api.Handler(append(reviewsapi.ImageRoutes(&reviews.Images{Reviews: p, Files: signer{}}), reviewsapi.ProductRoutes(p)...), api.Clock(now))
	own := "/api/v1/products/" + lamp + "/review"
	all := own + "/images"
	image := ids.Derive(ids.Image, "cus_1", lamp, "key-0001")
	const good = `{"content_type":"image/png","bytes":5}`
	for _, c := range []struct {
		who, method, path, body string
		status                  int
		says                    string
	}{
		{"", http.MethodPost, all, good, 401, ""},
		{"cus_2", http.MethodPost, all, good, 404, "review_not_found"},
		{"cus_1", http.MethodPost, all, good, 201, "https://files/uploads/" + lamp + "/" + reviews.ReviewID(lamp, "cus_1") + "/" + image},
		{"cus_1", http.MethodPost, all, good, 201, image},
		{"cus_1", http.MethodPost, all, `{"content_type":"image/png","bytes":6}`, 422, "idempotency_key_reused"},
		{"cus_1", http.MethodPost, all, `{"content_type":"image/svg+xml","bytes":6}`, 422, "/content_type"},
		{"cus_1", http.MethodPost, all, `{"content_type":"image/png","bytes":0}`, 422, "/bytes"},
		{"cus_1", http.MethodPost, all, `{"content_type":"image/png","bytes":10485761}`, 422, "/bytes"},
		{"cus_1", http.MethodPost, all, `{"content_type":"image/png","bytes":1,"url":"file:///"}`, 422, "unknown_field"},
		{"cus_1", http.MethodGet, own, "", 200, `"state":"AWAITING_UPLOAD"`},
		{"cus_1", http.MethodGet, own + "s", "", 200, `"images":[]`},
		{"cus_2", http.MethodDelete, all + "/" + image, "", 404, "review_not_found"},
		{"cus_1", http.MethodDelete, all + "/x", "", 422, "image_id"},
		{"cus_1", http.MethodDelete, all + "/" + image, "", 204, ""},
		{"cus_1", http.MethodDelete, all + "/" + image, "", 404, "image_not_found"},
		{"cus_1", http.MethodGet, own, "", 200, `"own_images":[]`},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Idempotency-Key", "key-0001")
		if c.who != "" {
			r = r.WithContext(auth.With(r.Context(), auth.Identity{Subject: c.who, Role: auth.Customer, ExpiresAt: noon.Add(time.Hour)}))
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s %s: %d, want %d with %q\n%s", c.who, c.method, c.body, w.Code, c.status, c.says, w.Body)
		}
	}
}
