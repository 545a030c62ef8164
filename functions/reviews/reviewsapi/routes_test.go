package reviewsapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
	"rialto/functions/reviews"
	"rialto/functions/reviews/reviewsapi"
	"rialto/functions/reviews/reviewsstore"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// sold is a world in which all that was ordered came.
type sold struct{}

func (sold) Owner(context.Context, string) (string, time.Time, error) { return "cus_1", noon, nil }
func (sold) Delivered(context.Context, string, string) (bool, bool, error) {
	return true, true, nil
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return noon }
	s := &reviews.Service{Store: reviewsstore.Store{DB: memory.New()}, Orders: sold{}, Shipments: sold{}, Now: now}
	h := api.Handler(reviewsapi.Routes(s), api.Clock(now))
	path := "/api/v1/orders/ord_1/ratings/" + ids.Derive(ids.Seller, "north")
	ask := func(subject, method, path, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if subject != "" {
			r = r.WithContext(auth.With(r.Context(), auth.Identity{Subject: subject, Role: auth.Customer, ExpiresAt: noon.Add(time.Hour)}))
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		subject, method, path, body string
		header                      []string
		status                      int
		says                        string
	}{
		{"", http.MethodPut, path, `{"stars":5}`, nil, 401, ""},
		{"cus_1", http.MethodGet, path, "", nil, 404, "rating_not_found"},
		{"cus_1", http.MethodPut, path, `{"stars":5,"text":"good"}`, nil, 201, `"stars":5`},
		{"cus_1", http.MethodPut, path, `{"stars":5,"text":"good"}`, nil, 200, `"version":1`},
		{"cus_1", http.MethodPut, path, `{"stars":1}`, []string{"If-Match", `"7"`}, 412, "version_mismatch"},
		{"cus_1", http.MethodPut, path, `{"stars":1}`, []string{"If-Match", `"1"`}, 200, `"version":2`},
		{"cus_1", http.MethodGet, path, "", nil, 200, `"stars":1`},
		{"cus_2", http.MethodGet, path, "", nil, 404, "rating_not_found"},
		{"cus_2", http.MethodPut, path, `{"stars":1}`, nil, 404, "order_not_found"},
		{"cus_1", http.MethodPut, path, `{"stars":0}`, nil, 422, "/stars"},
		{"cus_1", http.MethodPut, path, `{"stars":6}`, nil, 422, "/stars"},
		{"cus_1", http.MethodPut, path, `{"stars":4.5}`, nil, 422, "/stars"},
		{"cus_1", http.MethodPut, path, `{"stars":"5"}`, nil, 422, "/stars"},
		{"cus_1", http.MethodPut, path, `{}`, nil, 422, "/stars"},
		{"cus_1", http.MethodPut, path, `{"stars":5,"text":"` + strings.Repeat("x", 1001) + `"}`, nil, 422, "/text"},
		{"cus_1", http.MethodPut, path, `{"stars":5,"customer_id":"cus_2"}`, nil, 422, "unknown_field"},
		{"cus_1", http.MethodPut, "/api/v1/orders/ord_1/ratings/x", `{"stars":5}`, nil, 422, "seller_id"},
	} {
		if w := ask(c.subject, c.method, c.path, c.body, c.header...); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s %.40s: %d, want %d with %q\n%s", c.subject, c.method, c.body, w.Code, c.status, c.says, w.Body)
		}
	}
}
