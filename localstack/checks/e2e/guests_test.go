package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rialto/localstack/demo/shop"
)

// guest is a guest with a client of their own.
type guest struct {
	*shop.Client
	ID string
}

func newGuest(ctx context.Context, t *testing.T) guest {
	t.Helper()
	var g struct {
		Token      string
		CustomerID string `json:"customer_id"`
	}
	if _, err := (&shop.Client{Base: shop.ShopperURL}).Call(ctx, http.MethodPost, "/api/v1/guests", nil, &g); err != nil {
		t.Fatal(err)
	}
	return guest{&shop.Client{Base: shop.ShopperURL, Token: g.Token}, g.CustomerID}
}

func TestAKeyIsOfOneAddition(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	p, q := newSKU(ctx, t, "Key lamp", 5), newSKU(ctx, t, "Other key lamp", 5)
	g, key := newGuest(ctx, t), shop.Key(shop.NewKey())
	add := func(k sku) map[string]any {
		return map[string]any{"product_id": k.product, "seller_id": k.seller, "quantity": 1}
	}
	for range 2 { // the second time changes nothing
		var c cart
		if _, err := g.Call(ctx, post, "/api/v1/cart/items", add(p), &c, key); err != nil || c.Breakdown.Units != 1 {
			t.Fatalf("%+v %v", c, err)
		}
	}
	check(ctx, t, g.Client, bad{"another addition", post, "/api/v1/cart/items", add(q), []shop.Option{key}, 422, "idempotency_key_reused"})
}

func TestAGuestsTokenIsRenewed(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	g := newGuest(ctx, t)
	var again struct {
		Token      string
		CustomerID string `json:"customer_id"`
	}
	if _, err := g.Call(ctx, post, "/api/v1/guests/renew", nil, &again); err != nil || again.CustomerID != g.ID || again.Token == "" {
		t.Fatalf("%+v %v", again, err)
	}
	check(ctx, t, mustShopper(ctx, t, "pm_card_visa").Client, bad{"a customer", post, "/api/v1/guests/renew", nil, nil, 403, "guests_only"})
}

func TestNothingEmptyIsTaken(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s := mustShopper(ctx, t, "pm_card_visa")
	order := "/api/v1/orders/ord_" + strings.Repeat("a", 26) + "/returns"
	for _, b := range []bad{
		{"a parcel without a name", post, order, `{"shipment_id":"","lines":[{"line":"x","quantity":1}],"reason":"x"}`,
			[]shop.Option{shop.Key(shop.NewKey())}, 422, "invalid_request"},
		{"null for digits", post, "/api/v1/payment-methods", `{"token":"pm_card_visa","last4":null}`, nil, 422, "invalid_request"},
		{"no category", get, "/api/v1/products/search?category=", nil, nil, 422, "invalid_request"},
		{"a blank part of a path", http.MethodDelete, "/api/v1/cart/coupons/%20", nil, []shop.Option{shop.Key(shop.NewKey())}, 422, "invalid_request"},
	} {
		check(ctx, t, s.Client, b)
	}
}

func TestABrowserAsksFirst(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	for url, path := range map[string]string{shop.ShopperURL: "/api/v1/cart/items", shop.SellerURL: "/seller/v1/profile"} {
		c := &shop.Client{Base: url}
		ask := func(method, origin string) shop.Answer {
			t.Helper()
			a, err := c.Do(ctx, method, path, nil, shop.With("Origin", origin), shop.With("Access-Control-Request-Method", "PUT"))
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		for _, origin := range []string{"https://shop.example", "http://localhost:5173"} {
			a := ask(http.MethodOptions, origin)
			if h := a.Header; a.Status != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != origin || h.Get("Access-Control-Max-Age") == "" ||
				!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || !strings.Contains(h.Get("Vary"), "Origin") ||
				h.Get("Access-Control-Allow-Methods") == "" {
				t.Errorf("%s from %s: %d %v", path, origin, a.Status, h)
			}
		}
		for _, origin := range []string{"https://evil.example", "https://shop.example.evil"} {
			if a := ask(http.MethodOptions, origin); a.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s lets pages of %s in", path, origin)
			}
		}
		if a := ask(http.MethodGet, "https://shop.example"); a.Status < 400 || a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("the gateway's own refusal is hidden from pages: %d %v", a.Status, a.Header)
		}
	}
	s := mustShopper(ctx, t, "pm_card_visa")
	a, err := s.Do(ctx, get, "/api/v1/cart", nil, shop.With("Origin", "https://shop.example"))
	if h := a.Header; err != nil || h.Get("Access-Control-Allow-Origin") != "https://shop.example" || h.Get("Cache-Control") != "no-store" ||
		!strings.Contains(h.Get("Access-Control-Expose-Headers"), "ETag") || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Strict-Transport-Security") == "" {
		t.Errorf("%d %v %v", a.Status, h, err)
	}
}

// Each is asked until it is refused, which is after ten or so; what comes back in the meantime is two a minute at most.
func TestWhatIsGuessedIsLimited(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	for path, body := range map[string]func(n int) any{
		"/api/v1/cart/coupons":    func(n int) any { return map[string]string{"code": fmt.Sprint("GUESS-", n)} },
		"/api/v1/payment-methods": func(n int) any { return map[string]string{"token": fmt.Sprint("pm_card_chargeDeclined", n)} },
	} {
		g := newGuest(ctx, t)
		refused := false
		for n := range 40 {
			a, err := g.Do(ctx, post, path, body(n), shop.Key(shop.NewKey()))
			if err != nil {
				t.Fatal(err)
			}
			if refused = a.Status == http.StatusTooManyRequests; refused {
				if a.Header.Get("Retry-After") == "" || a.Problem().Code != "too_many_requests" {
					t.Errorf("%s: %v %s", path, a.Header, a.Body)
				}
				break
			}
		}
		if !refused {
			t.Errorf("%s can be tried without end", path)
		}
	}
}
