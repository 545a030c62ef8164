package fulfillmentapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/functions/carts"
	"rialto/functions/catalog"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/money"
	"rialto/functions/laboratory/memory"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

type bought struct{ orders.Order }

func (b bought) Get(_ context.Context, id string) (orders.Order, bool, error) {
	return b.Order, id == b.ID, nil
}

// asker asks the API as a shopper or a seller.
type asker func(who, method, path, body, key string) (int, map[string]any, http.Header)

// returning returns an API over one order of cus_a, of which two units of a line were delivered.
func returning(t *testing.T) asker {
	t.Helper()
	stored := fulfillmentstore.Store{DB: memory.New()}
	usd := money.Of(500, "USD")
	o := orders.Order{ID: "ord_a", CustomerID: "cus_a", Marketplace: "US", Lines: []orders.Line{{Line: "l", ProductID: "prd_a", Quantity: 2, Amount: usd,
		Tax: money.Of(0, "USD")}},
		Shipments: []orders.Shipment{{Group: "g1", SellerID: "sel_a", Lines: []orders.ShipmentLine{{Line: "l", Quantity: 2, Paid: usd}}}}}
	x := fulfillment.Shipment{ID: "shp_1", OrderID: "ord_a", Group: "g1", SellerID: "sel_a", Centre: "c", Amount: usd, State: fulfillment.Delivered,
		UpdatedAt: noon, Lines: []fulfillment.Line{{Line: "l", Quantity: 2}}}
	if err := stored.Open(context.Background(), x, fulfillment.Event{ShipmentID: x.ID, At: noon}); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	shoppers := &fulfillment.ReturnService{Shipments: stored, Orders: bought{o}, Returns: stored, Baskets: baskets{}, Products: shelf{}, Now: now}
	sellers := &fulfillment.ReceivingService{Returns: stored, Now: now}
	h := api.Handler(slices.Concat(fulfillmentapi.ReturnRoutes(shoppers), fulfillmentapi.SellerReturnRoutes(sellers)), api.Clock(now))
	return func(who, method, path, body, key string) (int, map[string]any, http.Header) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		id := auth.Identity{Subject: who, Role: auth.Customer, ExpiresAt: noon.Add(time.Hour)}
		if strings.HasPrefix(who, "sel_") {
			id.Role, id.SellerID = auth.Seller, who
		}
		if key != "" {
			r.Header.Set("Idempotency-Key", key)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), id)))
		var m map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
			t.Fatal(err, w.Body)
		}
		return w.Code, m, w.Header()
	}
}

// baskets have everything at 7.00.
type baskets struct{}

func (baskets) Apart(_ context.Context, o carts.Owner, m marketplaces.Marketplace, x carts.ExchangeOf, w carts.Wanted) (carts.Cart, error) {
	return carts.Cart{ID: x.CartID(), OwnerID: o.ID, Marketplace: m.Code, Lines: []carts.Line{
		{ProductID: w.ProductID, SellerID: w.SellerID, Quantity: w.Quantity, UnitPrice: money.Of(700, m.Currency)}}}, nil
}

// shelf has prd_a and prd_b, variants of one product.
type shelf struct{}

func (shelf) GetMany(_ context.Context, ids ...string) (map[string]catalog.Product, error) {
	out := map[string]catalog.Product{}
	for _, id := range ids {
		if id == "prd_a" || id == "prd_b" {
			out[id] = catalog.Product{ID: id, ParentID: "prd_parent"}
		}
	}
	return out, nil
}

// Seen to catch: what is wanted in exchange left out of the answer.
func TestAnExchange(t *testing.T) {
	t.Parallel()
	ask := returning(t)
	wanting := func(what string) string { return strings.Replace(good, `"reason"`, `"exchange":`+what+`,"reason"`, 1) }
	for what, code := range map[string]string{
		`{"product_id":"prd_c"}`: "invalid_return", `{"product_id":""}`: "invalid_request", `{"price":1}`: "unknown_field", `"prd_b"`: "invalid_request",
	} {
		if status, m, _ := ask("cus_a", http.MethodPost, path, wanting(what), "key-0001"); status != 422 || m["code"] != code {
			t.Errorf("%s: %d %v", what, status, m)
		}
	}
	want := map[string]any{"product_id": "prd_b", "seller_id": "sel_a", "unit_price": map[string]any{"amount": 700.0, "currency": "USD"}}
	for range 2 {
		status, m, _ := ask("cus_a", http.MethodPost, path, wanting(`{"product_id":"prd_b"}`), "key-0001")
		got, _ := m["exchange"].(map[string]any)
		if id, _ := got["cart_id"].(string); status != 201 || !strings.HasPrefix(id, "crt_") || m["amount"].(map[string]any)["amount"] != 250.0 {
			t.Fatal(status, m)
		}
		delete(got, "cart_id")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v", got)
		}
	}
}

const (
	path = "/api/v1/orders/ord_a/returns"
	good = `{"shipment_id":"shp_1","reason":"broken","lines":[{"line":"l","quantity":1}]}`
)

func TestAReturnIsRefused(t *testing.T) {
	t.Parallel()
	ask := returning(t)
	for name, c := range map[string]struct {
		who, path, body, key string
		status               int
		code                 string
	}{
		"no key":          {"cus_a", path, good, "", 422, "invalid_request"},
		"another's order": {"cus_b", path, good, "key-0002", 404, "order_not_found"},
		"no order":        {"cus_a", "/api/v1/orders/ord_b/returns", good, "key-0002", 404, "order_not_found"},
		"no parcel":       {"cus_a", path, strings.Replace(good, "shp_1", "shp_2", 1), "key-0002", 404, "shipment_not_found"},
		"no lines":        {"cus_a", path, `{"shipment_id":"shp_1","reason":"x","lines":[]}`, "key-0002", 422, "invalid_request"},
		"none":            {"cus_a", path, strings.Replace(good, ":1}", ":0}", 1), "key-0002", 422, "invalid_request"},
		"a part of one":   {"cus_a", path, strings.Replace(good, ":1}", ":0.5}", 1), "key-0002", 422, "invalid_request"},
		"too many":        {"cus_a", path, strings.Replace(good, ":1}", ":9223372036854775807}", 1), "key-0002", 422, "invalid_return"},
		"no reason":       {"cus_a", path, strings.Replace(good, "broken", " ", 1), "key-0002", 422, "invalid_request"},
		"no name of one":  {"cus_a", path, strings.Replace(good, "shp_1", "", 1), "key-0002", 422, "invalid_request"},
		"money": {"cus_a", path, strings.Replace(good, `"reason"`, `"amount":{"amount":1,"currency":"USD"},"reason"`, 1), "key-0002", 422,
			"unknown_field"},
	} {
		if status, m, _ := ask(c.who, http.MethodPost, c.path, c.body, c.key); status != c.status || m["code"] != c.code {
			t.Errorf("%s: %d %v", name, status, m)
		}
	}
}

func TestReturns(t *testing.T) {
	t.Parallel()
	ask := returning(t)
	status, m, _ := ask("cus_a", http.MethodPost, path, good, "key-0001")
	if status != 201 || m["state"] != "REQUESTED" || m["amount"].(map[string]any)["amount"] != 250.0 {
		t.Fatal(status, m)
	}
	id, _ := m["return_id"].(string)
	if status, again, header := ask("cus_a", http.MethodPost, path, good, "key-0001"); status != 201 || again["return_id"] != id ||
		header.Get("Idempotent-Replayed") != "true" {
		t.Error(status, again, header)
	}
	if status, m, _ := ask("cus_a", http.MethodPost, path, strings.Replace(good, "broken", "worn", 1), "key-0001"); status != 422 ||
		m["code"] != "idempotency_key_reused" {
		t.Error(status, m)
	}
	one := "/seller/v1/orders/ord_a/returns/" + id
	for _, c := range []struct {
		who, method, path, body string
		status                  int
		code                    any
	}{
		{"sel_b", http.MethodPost, one + "/receive", "", 404, "return_not_found"},
		{"sel_b", http.MethodPost, one + "/reject", `{"reason":"x"}`, 404, "return_not_found"},
		{"sel_a", http.MethodPost, one + "/reject", `{"reason":""}`, 422, "invalid_request"},
		{"sel_a", http.MethodPost, one + "/receive", "", 200, nil},
		{"sel_a", http.MethodPost, one + "/receive", "", 200, nil},
		{"sel_a", http.MethodPost, one + "/reject", `{"reason":"x"}`, 409, "return_closed"},
		{"sel_a", http.MethodGet, "/seller/v1/returns", "", 200, nil},
		{"sel_a", http.MethodGet, "/seller/v1/returns?cursor=x", "", 422, "invalid_cursor"},
		{"cus_a", http.MethodGet, path, "", 200, nil},
		{"cus_b", http.MethodGet, path, "", 404, "order_not_found"},
		{"cus_a", http.MethodGet, "/seller/v1/returns", "", 403, "forbidden"},
	} {
		if status, m, _ := ask(c.who, c.method, c.path, c.body, ""); status != c.status || m["code"] != c.code {
			t.Errorf("%s %s %s: %d %v", c.who, c.method, c.path, status, m)
		}
	}
}
