package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
	"rialto/localstack/standins/issuer"
)

// private is a value that no answer may repeat.
const private = "s3cret-4242"

type bad struct {
	name, method, path string
	body               any
	options            []shop.Option
	status             int
	code               string // "" for any
}

func check(ctx context.Context, t *testing.T, c *shop.Client, b bad) {
	t.Helper()
	a, err := c.Do(ctx, b.method, b.path, b.body, b.options...)
	if err != nil {
		t.Errorf("%s: %v", b.name, err)
		return
	}
	p := a.Problem()
	if a.Status != b.status || p.Code == "" || b.code != "" && p.Code != b.code || p.Status != a.Status {
		t.Errorf("%s: got %d %q, want %d %q: %.300s", b.name, a.Status, p.Code, b.status, b.code, a.Body)
	}
	if strings.Contains(string(a.Body), private) {
		t.Errorf("%s: the answer repeats what was sent: %.300s", b.name, a.Body)
	}
}

// badRequests are about a product, and a shopper's cart of it.
type badRequests struct {
	sku    sku
	cartID string
	by     *shopper
	key    shop.Option
}

const post, get, put = http.MethodPost, http.MethodGet, http.MethodPut

func (r badRequests) item(quantity any) map[string]any {
	return map[string]any{"product_id": r.sku.product, "seller_id": r.sku.seller, "quantity": quantity}
}

func order(cartID, address, method string) map[string]any {
	return map[string]any{"cart_id": cartID, "shipping_address_id": address, "payment_method_id": method}
}

func (r badRequests) ofCarts() []bad {
	key := r.key
	return []bad{
		{"malformed", post, "/api/v1/cart/items", `{"product_id":`, []shop.Option{key}, 400, ""},
		{"not an object", post, "/api/v1/cart/items", `[1]`, []shop.Option{key}, 400, ""},
		{"empty body", post, "/api/v1/cart/items", nil, []shop.Option{key}, 400, ""},
		{"unknown field", post, "/api/v1/cart/items",
			map[string]any{"product_id": r.sku.product, "seller_id": r.sku.seller, "quantity": 1, "price": 1},
			[]shop.Option{key}, 422, "unknown_field"},
		{"wrong type", post, "/api/v1/cart/items", r.item("two " + private), []shop.Option{key}, 422, ""},
		{"fraction", post, "/api/v1/cart/items", r.item(1.5), []shop.Option{key}, 422, ""},
		{"missing field", post, "/api/v1/cart/items", map[string]any{"quantity": 1}, []shop.Option{key}, 422, ""},
		{"quantity 0", post, "/api/v1/cart/items", r.item(0), []shop.Option{key}, 422, ""},
		{"quantity -1", post, "/api/v1/cart/items", r.item(-1), []shop.Option{key}, 422, ""},
		{"quantity 10^9", post, "/api/v1/cart/items", r.item(1_000_000_000), []shop.Option{key}, 422, ""},
		{"quantity 10^30", post, "/api/v1/cart/items", `{"product_id":"p","seller_id":"s","quantity":1000000000000000000000000000000}`,
			[]shop.Option{key}, 422, ""},
		{"no guard", post, "/api/v1/cart/items", r.item(1), nil, 422, "guard_required"},
		{"stale If-Match", post, "/api/v1/cart/items", r.item(1), []shop.Option{shop.With("If-Match", `"999"`)}, 412, "cart_version_stale"},
		{"foreign If-Match", post, "/api/v1/cart/items", r.item(1), []shop.Option{shop.With("If-Match", private)}, 422, "invalid_if_match"},
		{"unknown marketplace", get, "/api/v1/cart", nil, []shop.Option{shop.With("X-Marketplace", "ZZ")}, 422, "unknown_marketplace"},
		{"malformed marketplace", get, "/api/v1/cart", nil, []shop.Option{shop.With("X-Marketplace", private)}, 422, ""},
		{"product that does not exist", post, "/api/v1/cart/items", map[string]any{"product_id": "prd_none", "seller_id": "sel_none", "quantity": 1},
			[]shop.Option{key}, 404, "offer_not_found"},
		{"long string", post, "/api/v1/cart/items", map[string]any{"product_id": strings.Repeat("x", 10_000), "seller_id": "s", "quantity": 1},
			[]shop.Option{key}, 422, ""},
		{"big body", post, "/api/v1/cart/items", `{"product_id":"` + strings.Repeat("x", 300_000) + `"}`, []shop.Option{key}, 413, ""},
		// the gateway reads bodies as JSON, whatever they are called
		{"wrong content type", post, "/api/v1/cart/items", "a=1", []shop.Option{key, shop.With("Content-Type", "application/x-www-form-urlencoded")},
			400, ""},
		{"line that does not exist", put, "/api/v1/cart/items/prd_x/sel_x", map[string]int{"quantity": 1}, []shop.Option{key}, 404,
			"cart_line_not_found"},
	}
}

func (r badRequests) ofTheRest() []bad {
	s := r.by
	none := "ord_" + strings.Repeat("a", 26)
	return []bad{
		{"another's guest cart", post, "/api/v1/cart/merge", map[string]string{"cart_id": r.cartID}, nil, 422, "invalid_request"},
		{"another's guest cart, with no guest's token", post, "/api/v1/cart/merge", map[string]string{"cart_id": r.cartID, "guest_token": private}, nil,
			422, "invalid_guest_token"},
		{"a customer's token for a guest's", post, "/api/v1/cart/merge", map[string]string{"guest_token": s.Token}, nil, 422, "invalid_guest_token"},
		{"checkout without key", post, "/api/v1/orders/checkout", order(r.cartID, s.Address, s.Method), nil, 422, ""},
		{"checkout with a bad key", post, "/api/v1/orders/checkout", order(r.cartID, s.Address, s.Method), []shop.Option{shop.Key("x")}, 422, ""},
		{"order that does not exist", get, "/api/v1/orders/" + none, nil, nil, 404, "order_not_found"},
		{"order id of another form", get, "/api/v1/orders/" + private, nil, nil, 404, "order_not_found"},
		{"tracking that does not exist", get, "/api/v1/orders/" + none + "/tracking", nil, nil, 404, "order_not_found"},
		{"checkout that does not exist", get, "/api/v1/checkouts/chk_none", nil, nil, 404, "checkout_not_found"},
		{"bad cursor", get, "/api/v1/orders?cursor=" + private, nil, nil, 422, ""},
		{"bad limit", get, "/api/v1/orders?limit=0", nil, nil, 422, ""},
		{"unknown parameter", get, "/api/v1/orders?admin=true", nil, nil, 422, "unknown_parameter"},
		{"percent in the path", get, "/api/v1/products/100%25", nil, nil, 422, ""},
		{"product page that does not exist", get, "/api/v1/products/prd_" + strings.Repeat("a", 26), nil, nil, 404, "product_not_found"},
		{"unknown path", get, "/api/v1/nothing/here", nil, nil, 404, ""},
		{"unknown method", http.MethodPatch, "/api/v1/cart", "{}", nil, 404, ""},
		{"address without a city", post, "/api/v1/addresses", map[string]string{"name": private, "line1": private, "country": "US"}, nil, 422, ""},
		{"address of no country", post, "/api/v1/addresses", map[string]string{"name": private, "line1": private, "city": "x", "country": "ZZ"}, nil,
			422, ""},
		{"card number as token", post, "/api/v1/payment-methods", map[string]string{"token": "4242424242424242"}, nil, 422, ""},
	}
}

// Seen to catch: huma's own messages, which repeat the value; a gateway response that is no problem document.
func TestBadInput(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Robust lamp", 5)
	s, other := mustShopper(ctx, t, "pm_card_visa"), mustShopper(ctx, t, "pm_card_visa")
	c := s.mustPut(ctx, t, k, 1)
	in := badRequests{k, c.ID, s, shop.Key(shop.NewKey())}
	for _, b := range slices.Concat(in.ofCarts(), in.ofTheRest()) {
		check(ctx, t, s.Client, b)
	}
	for _, b := range []bad{
		{"another's order", post, "/api/v1/orders/checkout", order(c.ID, other.Address, other.Method), []shop.Option{in.key}, 404, "cart_not_found"},
		{"another's address", post, "/api/v1/orders/checkout", order(other.mustPut(ctx, t, k, 1).ID, s.Address, other.Method),
			[]shop.Option{shop.Key(shop.NewKey())}, 404, "address_not_found"},
		{"another's payment method", post, "/api/v1/orders/checkout", order(other.mustPut(ctx, t, k, 1).ID, other.Address, s.Method),
			[]shop.Option{shop.Key(shop.NewKey())}, 404, "payment_method_not_found"},
	} {
		check(ctx, t, other.Client, b)
	}
	if st := balanced(ctx, t, k); st.Available != 5 {
		t.Errorf("bad input changed the stock: %+v", st)
	}
	var after cart
	if _, err := s.Call(ctx, get, "/api/v1/cart", nil, &after); err != nil || after.Version != c.Version {
		t.Errorf("bad input changed the cart: %+v %v", after, err)
	}
}

// A raw percent sign is no valid URL; Go's client refuses to send it, so it is written by hand.
func TestARawPercentSign(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	status, err := rawGet(ctx, "/_aws/execute-api/rialto-local-shopper/local/api/v1/products/100%")
	if err != nil || status >= 500 || status < 400 {
		t.Fatalf("%d %v", status, err)
	}
}

// Every protected route refuses every caller that it should. Seen to catch: an authorizer that skips expiry.
func TestStrangersStayOutside(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	tokens := map[string]issuer.Claims{
		"expired":          {Lifetime: -time.Hour},
		"another audience": {Audience: "elsewhere"},
		"unsigned":         {Forgery: issuer.Unsigned},
		"another's key":    {Forgery: issuer.Stranger},
		"HS256":            {Forgery: issuer.Symmetric},
		"tampered":         {Forgery: issuer.Tampered},
	}
	callers := map[string]*shop.Client{"no token": {}, "no JWT": {Token: "abc"}, "empty JWT": {Token: ".."}}
	for name, claims := range tokens {
		claims.Subject, claims.Role = shop.NewID("cus_"), "customer"
		token, err := shop.Mint(claims)
		if err != nil {
			t.Fatal(err)
		}
		callers[name] = &shop.Client{Token: token}
	}
	for _, api := range []struct {
		base   string
		routes []contract.RouteInfo
	}{{shop.ShopperURL, contract.ShopperRoutes()}, {shop.SellerURL, contract.SellerRoutes()}, {shop.OpsURL, contract.OpsRoutes()}} {
		for _, r := range api.routes {
			if r.Access == "public" {
				continue
			}
			path := strings.NewReplacer("{", "", "}", "").Replace(r.Path)
			var body any
			if r.Method == http.MethodPost || r.Method == http.MethodPut {
				body = "{}"
			}
			for name, c := range callers {
				c.Base = api.base
				check(ctx, t, c, bad{name: fmt.Sprint(name, " at ", r.Method, " ", r.Path), method: r.Method, path: path, body: body, status: 401})
			}
		}
	}
}

// Every route that takes a body refuses what is no JSON, what is no object, and fields that it does not know. Seen to
// catch: a route whose input struct allows more.
func TestEveryBodyIsChecked(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	customer, err := shop.Customer(shop.NewID("cus_"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := shop.Mint(issuer.Claims{Subject: shop.NewID("cus_"), Role: "seller", SellerID: shop.NewID("sel_")})
	if err != nil {
		t.Fatal(err)
	}
	bodiless := map[string]bool{"createGuest": true, "resumeCheckout": true, "pauseOwnOffer": true, "resumeOwnOffer": true,
		"renewGuest": true, "unsubscribe": true, "buyAgain": true, "receiveReturn": true, "replayWebhookDelivery": true, "stopOwnCoupon": true}
	for _, api := range []struct {
		client *shop.Client
		routes []contract.RouteInfo
	}{{customer, contract.ShopperRoutes()}, {&shop.Client{Base: shop.SellerURL, Token: token}, contract.SellerRoutes()},
		{newOperator(t), contract.OpsRoutes()}} {
		for _, r := range api.routes {
			if r.Method != http.MethodPost && r.Method != http.MethodPut || bodiless[r.ID] {
				continue
			}
			path := strings.NewReplacer("{product_id}", "prd_"+strings.Repeat("a", 26), "{seller_id}", "sel_"+strings.Repeat("a", 26)).Replace(r.Path)
			options := []shop.Option{shop.Key(shop.NewKey())}
			unknown := http.StatusUnprocessableEntity
			if r.ID == "sendEvents" {
				unknown = http.StatusBadRequest // of the gateway, which misses what is required and does not say where
			}
			for _, b := range []bad{
				{name: "truncated", body: `{"a":`, status: 400},
				{name: "a list", body: `[{}]`, status: 400},
				{name: "trailing", body: `{} {}`, status: 400},
				{name: "unknown field", body: map[string]string{"surprise": private}, status: unknown},
			} {
				b.name, b.method, b.path, b.options = b.name+" at "+r.ID, r.Method, path, options
				check(ctx, t, api.client, b)
			}
		}
	}
}
