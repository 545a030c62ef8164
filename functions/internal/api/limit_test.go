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

// Seen to catch: one caller's requests that count for another; an address of IPv6 that is counted by itself and not with its
// network; a limit that is asked of whoever may not call at all.
func TestRoutesThatAreAbused(t *testing.T) {
	t.Parallel()
	three := ratelimit.Limit{Name: "guesses", Rate: 1, Burst: 3, Per: time.Minute}
	route := func(by api.By) http.Handler {
		return api.Handler([]api.Route{api.Handle(api.Route{ID: "guess", Method: http.MethodPost, Path: "/api/v1/guesses", Summary: "A test",
			Context: "carts", Access: api.Guest, Limits: []api.Limit{{By: by, Limit: three}}},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })},
			api.Clock(noon), api.Counted(ratelimit.Buckets{DB: memory.New()}))
	}
	call := func(h http.Handler, subject, address string) int {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/guesses", nil)
		r.RemoteAddr = address
		who := auth.Identity{Subject: subject, Role: auth.Guest, ExpiresAt: noon().Add(time.Hour)}
		if subject == "" {
			who = auth.Identity{}
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), who)))
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") != "60" {
			t.Errorf("retry after %q", w.Header().Get("Retry-After"))
		}
		return w.Code
	}
	for name, c := range map[string]struct {
		by                         api.By
		subject, address           string // of three requests
		otherSubject, otherAddress string // of the one after them
		want                       int
	}{
		"a caller's fourth":            {api.ByCaller, "cus_1", "192.0.2.1:0", "cus_1", "192.0.2.2:0", 429},
		"another caller":               {api.ByCaller, "cus_1", "192.0.2.1:0", "cus_2", "192.0.2.1:0", 204},
		"an address's fourth":          {api.ByAddress, "cus_1", "192.0.2.1:0", "cus_2", "192.0.2.1:0", 429},
		"another address":              {api.ByAddress, "cus_1", "192.0.2.1:0", "cus_1", "192.0.2.2:0", 204},
		"a network's fourth":           {api.ByAddress, "cus_1", "[2001:db8:1:2::3]:0", "cus_1", "[2001:db8:1:2::4]:0", 429},
		"another network":              {api.ByAddress, "cus_1", "[2001:db8:1:2::3]:0", "cus_1", "[2001:db8:1:3::3]:0", 204},
		"an address written otherwise": {api.ByAddress, "cus_1", "192.0.2.1:0", "cus_1", "[::ffff:192.0.2.1]:0", 429},
		"nobody":                       {api.ByCaller, "cus_1", "192.0.2.1:0", "", "192.0.2.1:0", 401},
	} {
		h := route(c.by)
		for range 3 {
			if got := call(h, c.subject, c.address); got != 204 {
				t.Fatalf("%s: %d", name, got)
			}
		}
		if got := call(h, c.otherSubject, c.otherAddress); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
