package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rialto/functions/contract"
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

// served sends a request that must succeed.
func served(ctx context.Context, t *testing.T, by *shop.Client, method, path string, body, out any) {
	t.Helper()
	if _, err := by.Call(ctx, method, path, body, out); err != nil {
		t.Fatal(err)
	}
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

// A guest looks their order up and takes it to an account. Seen to catch: a token for one order that opens the guest's cart.
func TestAGuestsOrderIsFoundAndTakenOver(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k, g := newSKU(ctx, t, "Found lamp", 3), newGuest(ctx, t)
	buyer := &shopper{&shop.Shopper{Client: g.Client, ID: g.ID}}
	var a struct {
		ID string `json:"address_id"`
	}
	served(ctx, t, g.Client, post, "/api/v1/addresses", map[string]string{"name": "Pat Example", "line1": "1 Main Street", "city": "Los Angeles",
		"region": "CA", "postal_code": "90012", "country": "US", "email": "Pat@example.com"}, &a)
	var m struct {
		ID string `json:"payment_method_id"`
	}
	served(ctx, t, g.Client, post, "/api/v1/payment-methods", map[string]string{"token": "pm_card_visa"}, &m)
	buyer.Address, buyer.Method = a.ID, m.ID
	o, err := buyer.checkout(ctx, buyer.mustPut(ctx, t, k, 1).ID, shop.NewKey())
	if err != nil || o.Status != "placed" {
		t.Fatalf("%+v %v", o, err)
	}
	anybody := &shop.Client{Base: shop.ShopperURL}
	lookUp := func(id, email string) map[string]string { return map[string]string{"order_id": id, "email": email} }
	check(ctx, t, anybody, bad{"another address", post, "/api/v1/orders/lookup", lookUp(o.OrderID, "other@example.com"), nil, 404, "order_not_found"})
	check(ctx, t, anybody, bad{"another order", post, "/api/v1/orders/lookup", lookUp("ord_"+strings.Repeat("a", 26), "pat@example.com"), nil, 404,
		"order_not_found"})
	var pass struct {
		Token     string
		LinkToken string `json:"link_token"`
	}
	served(ctx, t, anybody, post, "/api/v1/orders/lookup", lookUp(o.OrderID, "pat@EXAMPLE.com"), &pass)
	for _, token := range []string{pass.Token, pass.LinkToken} {
		one := &shop.Client{Base: shop.ShopperURL, Token: token}
		served(ctx, t, one, get, "/api/v1/orders/"+o.OrderID, nil, nil)
		served(ctx, t, one, get, "/api/v1/orders/"+o.OrderID+"/tracking", nil, nil)
		check(ctx, t, one, bad{"the list of orders", get, "/api/v1/orders", nil, nil, 403, "forbidden"})
		check(ctx, t, one, bad{"the cart", get, "/api/v1/cart", nil, nil, 403, "forbidden"})
	}
	s := mustShopper(ctx, t, "pm_card_visa")
	check(ctx, t, s.Client, bad{"a pass to one order", post, "/api/v1/me/orders/claim", map[string]string{"guest_token": pass.Token}, nil, 422,
		"invalid_guest_token"})
	for n := range 2 { // the second time nothing is left
		var moved struct {
			OrderIDs []string `json:"order_ids"`
		}
		served(ctx, t, s.Client, post, "/api/v1/me/orders/claim", map[string]string{"guest_token": g.Token}, &moved)
		if len(moved.OrderIDs) != 1-n {
			t.Fatalf("%+v", moved)
		}
	}
	served(ctx, t, s.Client, get, "/api/v1/orders/"+o.OrderID, nil, nil)
	check(ctx, t, g.Client, bad{"the guest", get, "/api/v1/orders/" + o.OrderID, nil, nil, 404, "order_not_found"})
	var held struct {
		Orders []struct {
			OrderID string `json:"order_id"`
			Address struct{ Email string }
		}
	}
	served(ctx, t, s.Client, get, "/api/v1/me/export", nil, &held)
	if len(held.Orders) != 1 || held.Orders[0].OrderID != o.OrderID || held.Orders[0].Address.Email != "Pat@example.com" {
		t.Errorf("%+v", held)
	}
}

// Seen to catch: an erasure while a parcel waits for its seller; a token that outlives its bearer.
func TestNobodyIsErasedWhileAParcelWaits(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	b := buyOne(ctx, t)
	a, err := b.buyer.Do(ctx, http.MethodDelete, "/api/v1/me", nil)
	if p := a.Problem(); err != nil || a.Status != http.StatusConflict || p.Code != "orders_open" || len(p.Errors) != 1 ||
		p.Errors[0].Pointer != "/orders/"+b.order {
		t.Fatalf("%d %s %v", a.Status, a.Body, err)
	}
	served(ctx, t, b.buyer.Client, post, "/api/v1/orders/"+b.order+"/cancel", map[string]any{}, nil)
	until(ctx, t, "erased when nothing is open", 3*time.Minute, func() bool {
		a, err := b.buyer.Do(ctx, http.MethodDelete, "/api/v1/me", nil)
		return err == nil && a.Status == http.StatusNoContent
	})
	user, err := http.Get(contract.LocalIssuerURL + "/users/" + b.buyer.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer user.Body.Close()
	if user.StatusCode != http.StatusNotFound {
		t.Errorf("the user can sign in still: %d", user.StatusCode)
	}
	again, err := shop.Customer(b.buyer.ID) // the gateway remembers for a minute what it was told of a token
	if err != nil {
		t.Fatal(err)
	}
	check(ctx, t, again, bad{"whoever was erased", get, "/api/v1/me", nil, nil, 401, "unauthorized"})
}
