package fulfillmentapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/money"
	"rialto/functions/laboratory/memory"
	"rialto/functions/orders"
)

type unrated struct{}

func (unrated) Rating(context.Context, string) (int64, int64, error) { return 0, 0, nil }
func (unrated) Get(_ context.Context, orderID string) (orders.Order, bool, error) {
	return orders.Order{ID: orderID, CustomerID: "cus_a"}, true, nil
}
func (unrated) OpenAddress(context.Context, string, string, []byte) (customers.Address, bool, error) {
	return customers.Address{Name: "Pat Example", Line1: "1 Main Street", Country: "US"}, true, nil
}
func (unrated) SKU(context.Context, string, string, string) (string, error) { return "BOOT-1", nil }
func (unrated) Send(context.Context, fulfillment.Timer, time.Duration) error {
	return nil
}

// selling returns an API over one order of two sellers, to be asked as one of them.
func selling(t *testing.T) func(seller, method, path, body string) (int, map[string]any, string) {
	t.Helper()
	stored := fulfillmentstore.Store{DB: memory.New()}
	now := func() time.Time { return noon }
	s := &fulfillment.SellerService{Shipments: stored, Sellers: stored, Ratings: unrated{}, Orders: unrated{}, Addresses: unrated{}, Now: now}
	shipments := &fulfillment.ShipmentService{Shipments: stored, Sellers: stored, SKUs: unrated{}, Timers: unrated{}, Now: now, Pace: time.Hour}
	o := orders.Placed{OrderID: "ord_a", Marketplace: "US", PlacedAt: noon, Delivery: orders.PlacedDelivery{Country: "US", Region: "CA", Days: 2}}
	for _, seller := range []string{"sel_mine", "sel_theirs"} {
		o.Lines = append(o.Lines, orders.PlacedLine{Line: "l#" + seller, ProductID: "prd_a", SellerID: seller, Title: "Boots of " + seller, Quantity: 1,
			UnitPrice: money.Of(5, "USD"), Amount: money.Of(5, "USD")})
		o.Shipments = append(o.Shipments, orders.Shipment{Group: seller, SellerID: seller, Centre: "c1", Amount: money.Of(6, "USD"),
			Fulfilment: orders.BySeller, Lines: []orders.ShipmentLine{{Line: "l#" + seller, Quantity: 1}}})
	}
	if err := shipments.Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	h := api.Handler(fulfillmentapi.SellerRoutes(s), api.Clock(func() time.Time { return noon }))
	return func(seller, method, path, body string) (int, map[string]any, string) {
		t.Helper()
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		who := auth.Identity{Subject: seller, Role: auth.Seller, SellerID: seller, ExpiresAt: noon.Add(time.Hour)}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), who)))
		var m map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		return w.Code, m, w.Body.String()
	}
}

func TestSelling(t *testing.T) {
	t.Parallel()
	ask := selling(t)
	code, m, body := ask("sel_mine", http.MethodGet, "/seller/v1/orders/ord_a", "")
	first := m["shipments"].([]any)[0].(map[string]any)
	if code != 200 || strings.Contains(body, "sel_theirs") || first["awaits_confirmation"] != true || first["fulfilled_by"] != "seller" ||
		first["ship_by"] != "2026-03-07T08:00:00Z" || first["carrier"] != nil {
		t.Fatal(code, body)
	}
	if code, m, body := ask("sel_mine", http.MethodGet, "/seller/v1/orders?limit=5", ""); code != 200 || len(m["orders"].([]any)) != 1 ||
		strings.Contains(body, "sel_theirs") {
		t.Error(code, body)
	}
	if code, m, _ := ask("sel_none", http.MethodGet, "/seller/v1/orders/ord_a", ""); code != 404 || m["code"] != "order_not_found" {
		t.Error(code, m)
	}
	if to, _ := m["ship_to"].(map[string]any); to["name"] != "Pat Example" || m["lines"].([]any)[0].(map[string]any)["sku"] != "BOOT-1" {
		t.Error(body)
	}
	slip := "/seller/v1/orders/ord_a/shipments/" + fulfillment.ShipmentID("ord_a", "sel_mine") + "/packing-slip"
	if code, m, body := ask("sel_mine", http.MethodGet, slip, ""); code != 200 || m["ship_to"] == nil || len(m["lines"].([]any)) != 1 {
		t.Error(code, body)
	}
	if code, _, body := ask("sel_theirs", http.MethodGet, slip, ""); code != 404 || strings.Contains(body, "Pat Example") {
		t.Error(code, body)
	}
	mine := "/seller/v1/orders/ord_a/shipments/" + fulfillment.ShipmentID("ord_a", "sel_mine") + "/confirm"
	theirs := "/seller/v1/orders/ord_a/shipments/" + fulfillment.ShipmentID("ord_a", "sel_theirs") + "/confirm"
	const word = `{"carrier":"Post","tracking_number":"AB-1234"}`
	for _, c := range []struct {
		path, body string
		status     int
		code       any
	}{
		{theirs, word, 404, "shipment_not_found"},
		{mine, `{"carrier":"Post"}`, 422, "invalid_request"},
		{mine, `{"carrier":"Post","tracking_number":"=cmd|1"}`, 422, "invalid_confirmation"},
		{mine, `{"carrier":"Post","tracking_number":"AB-1234","seller_id":"sel_theirs"}`, 422, "unknown_field"},
		{mine, word, 200, nil},
		{mine, word, 200, nil},
		{mine, strings.Replace(word, "AB-1234", "ab - 12 34", 1), 200, nil},
	} {
		if code, m, _ := ask("sel_mine", http.MethodPost, c.path, c.body); code != c.status || m["code"] != c.code || code == 200 &&
			(m["status"] != "PACKED" || m["tracking_number"] != "AB-1234" || m["awaits_confirmation"] != false) {
			t.Errorf("%+v: %d %v", c, code, m)
		}
	}
	corrected := `{"carrier":"Parcels","tracking_number":"https://post.example/track?id=ab%2012%2034%2056&lang=en"}`
	if code, m, _ := ask("sel_mine", http.MethodPost, mine, corrected); code != 200 || m["tracking_number"] != "AB123456" || m["carrier"] != "Parcels" {
		t.Error(code, m)
	}
	if code, m, _ := ask("sel_mine", http.MethodGet, "/seller/v1/performance", ""); code != 200 || m["confirmed"] != 1.0 || m["grade"] != "new" ||
		m["rating"] != nil || m["to"] != "2026-03-04" {
		t.Error(code, m)
	}
	for _, cursor := range []string{"x", "eyJ2IjoxLCJhdCI6eyJkYXkiOiJ4In19"} {
		if code, m, _ := ask("sel_mine", http.MethodGet, "/seller/v1/orders?cursor="+cursor, ""); code != 422 || m["code"] != "invalid_cursor" {
			t.Error(cursor, code, m)
		}
	}
}
