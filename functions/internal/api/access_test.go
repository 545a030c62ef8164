package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/auth"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	routes := map[Access]testCall{
		Public:   {method: "GET", target: "/api/v1/orders/ord_aaaa"},
		Guest:    {body: goodBody},
		Customer: {method: "PUT", target: "/api/v1/orders/ord_aaaa"},
		Seller:   {method: "DELETE", target: "/seller/v1/offers/prd_aaaa"},
		Operator: {target: "/ops/v1/orders/ord_aaaa", method: "GET"},
	}
	const ok, none, no = 0, http.StatusUnauthorized, http.StatusForbidden
	for _, c := range []struct {
		role                                      auth.Role
		expired, nameless                         bool
		public, guest, customer, seller, operator int
	}{
		{role: "", public: ok, guest: none, customer: none, seller: none, operator: none},
		{role: auth.Guest, public: ok, guest: ok, customer: no, seller: no, operator: no},
		{role: auth.Customer, public: ok, guest: ok, customer: ok, seller: no, operator: no},
		{role: auth.Seller, public: ok, guest: no, customer: no, seller: ok, operator: no},
		{role: auth.Seller, nameless: true, public: ok, guest: no, customer: no, seller: no, operator: no},
		{role: auth.Operator, public: ok, guest: no, customer: no, seller: no, operator: ok},
		{role: "admin", public: ok, guest: no, customer: no, seller: no, operator: no},
		{role: auth.Customer, expired: true, public: ok, guest: none, customer: none, seller: none, operator: none},
		{role: auth.Seller, expired: true, public: ok, guest: none, customer: none, seller: none, operator: none},
		{role: auth.Operator, expired: true, public: ok, guest: none, customer: none, seller: none, operator: none},
	} {
		for access, want := range map[Access]int{Public: c.public, Guest: c.guest, Customer: c.customer, Seller: c.seller, Operator: c.operator} {
			call := routes[access]
			call.role, call.expired, call.nameless = c.role, c.expired, c.nameless
			w := call.do(t)
			if want == ok {
				if w.Code >= 400 {
					t.Errorf("%q at a %s route: %d %s", c.role, access, w.Code, w.Body)
				}
				continue
			}
			p := problemIn(t, w.Result(), w.Body.Bytes())
			if code := map[int]string{none: "unauthorized", no: "forbidden"}[want]; p.Status != want || p.Code != code {
				t.Errorf("%q at a %s route: %d %s, want %d", c.role, access, p.Status, p.Code, want)
			}
			if (w.Header().Get("WWW-Authenticate") == "Bearer") != (want == none) {
				t.Errorf("%d with WWW-Authenticate %q", want, w.Header().Get("WWW-Authenticate"))
			}
		}
	}
}

// A request says nothing about who sends it: only what the adapter put into the context counts.
func TestHeadersNameNobody(t *testing.T) {
	t.Parallel()
	w := testCall{method: "PUT", target: "/api/v1/orders/ord_aaaa", header: map[string][]string{
		"Authorization": {"Bearer x.y.z"}, "Sub": {"cus_1"}, "Role": {"customer"}, "X-Role": {"customer"}, "Exp": {"99999999999"},
	}}.do(t)
	if w.Code != http.StatusUnauthorized {
		t.Fatalf("headers let a caller in: %d", w.Code)
	}
}

func TestAccessIsDecidedBeforeTheRequestIsRead(t *testing.T) {
	t.Parallel()
	if w := (testCall{body: "{", header: map[string][]string{"Content-Type": {"text/plain"}}}).do(t); w.Code != http.StatusUnauthorized {
		t.Fatalf("a stranger learns about the body: %d %s", w.Code, w.Body)
	}
}

// Seen to catch: a token for one order that opened the list of orders, and another order.
func TestATokenForOneOrderOpensThatOrderAlone(t *testing.T) {
	t.Parallel()
	now := time.Now()
	route := func(id, path string) Route {
		def := Route{ID: id, Method: http.MethodGet, Path: path, Summary: "A test", Context: "orders", Access: Guest}
		if !strings.Contains(path, "{order_id}") {
			return Handle(def, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
		}
		return Handle(def, func(context.Context, *struct {
			OrderID string `path:"order_id"`
		}) (*struct{}, error) {
			return nil, nil
		})
	}
	h := Handler([]Route{route("list", "/api/v1/orders"), route("one", "/api/v1/orders/{order_id}"),
		route("tracking", "/api/v1/orders/{order_id}/tracking")})
	for path, want := range map[string]int{
		"/api/v1/orders/ord_mine": 204, "/api/v1/orders/ord_mine/tracking": 204,
		"/api/v1/orders/ord_other": 403, "/api/v1/orders/ord_other/tracking": 403, "/api/v1/orders": 403, "/api/v1/orders?order_id=ord_mine": 403,
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r = r.WithContext(auth.With(r.Context(), auth.Identity{Subject: "cus_g", Role: auth.Guest, OrderID: "ord_mine", ExpiresAt: now.Add(time.Hour)}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
