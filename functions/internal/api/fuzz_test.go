package api

import (
	"net/http"
	"testing"

	"rialto/functions/internal/auth"
)

// No request, however broken, is our failure.
func FuzzRequests(f *testing.F) {
	f.Add(goodBody, "limit=1", "ord_aaaa", "US")
	f.Add(`{"lines":[{"product_id":"\ud800","quantity":1e400}],"a.b":[[[{}]]],"total":-0.0}`, "%zz&limit=\x00", "..", "us\r\n")
	f.Add(`[1,2`, "sort=a&sort=b&=", "%2F", "")
	f.Fuzz(func(t *testing.T, body, query, path, market string) {
		header := map[string][]string{"X-Marketplace": {market}}
		for _, c := range []testCall{
			{role: auth.Guest, body: body, header: header},
			{method: "GET", target: "/api/v1/orders/" + path + "?" + query},
			{method: "PUT", target: "/api/v1/orders/ord_aaaa", role: auth.Customer, body: body, header: map[string][]string{"If-Match": {market}}},
		} {
			if w := c.do(t); w.Code >= http.StatusInternalServerError && body != `{"note":"broken"}` {
				t.Fatalf("%d %s\n%s", w.Code, w.Body, logged.String())
			}
		}
	})
}
