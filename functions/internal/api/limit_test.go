package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ratelimit"
	"rialto/functions/laboratory/memory"
)

var (
	mine   = auth.Identity{Subject: "u1", Role: auth.Seller, SellerID: "sel_mine"}
	theirs = auth.Identity{Subject: "u2", Role: auth.Seller, SellerID: "sel_theirs"}
)

func noon() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }

func ask(t *testing.T, h http.Handler, who auth.Identity, method, path string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader("{}"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), who)))
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w, m
}

// Seen to catch: reads that are counted; a seller whose writes empty another's bucket.
func TestWritesAreLimited(t *testing.T) {
	t.Parallel()
	served := 0
	h := api.LimitWrites(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { served++; _, _ = w.Write([]byte("{}")) }),
		ratelimit.Buckets{DB: memory.New()}, noon)
	burst := ratelimit.Basic().Burst
	for range burst {
		if w, m := ask(t, h, mine, "PUT", "/seller/v1/offers/x"); w.Code != 200 {
			t.Fatal(w.Code, m)
		}
	}
	w, m := ask(t, h, mine, "PUT", "/seller/v1/offers/x")
	if w.Code != 429 || m["code"] != "too_many_requests" || w.Header().Get("Retry-After") != "1" || served != int(burst) {
		t.Error(w.Code, m, w.Header(), served)
	}
	for _, c := range []struct {
		who          auth.Identity
		method, path string
	}{
		{mine, "GET", "/seller/v1/feeds"}, {theirs, "PUT", "/seller/v1/offers/x"}, {mine, "POST", "/api/v1/cart/items"},
		{auth.Identity{}, "PUT", "/seller/v1/offers/x"},
	} {
		if w, m := ask(t, h, c.who, c.method, c.path); w.Code != 200 {
			t.Error(c, w.Code, m)
		}
	}
}

type away struct{}

func (away) Take(context.Context, string, time.Time) (time.Duration, error) {
	return 0, errors.New("the table is away")
}

func TestWhereCountingFailsRequestsGoOn(t *testing.T) {
	t.Parallel()
	h := api.LimitWrites(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }), away{}, noon)
	if w, m := ask(t, h, mine, "PUT", "/seller/v1/profile"); w.Code != 200 {
		t.Error(w.Code, m)
	}
}
