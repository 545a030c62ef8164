package fulfillmentapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentapi"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/orders"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

type tracker map[string]fulfillment.Tracking

func (t tracker) Track(_ context.Context, customerID, orderID string) (fulfillment.Tracking, error) {
	x, ok := t[customerID+" "+orderID]
	if !ok {
		return x, orders.ErrNotFound
	}
	return x, nil
}

func TestTracking(t *testing.T) {
	t.Parallel()
	service := tracker{
		"cus_a ord_new": {OrderID: "ord_new", Status: "PLACED"},
		"cus_a ord_a": {OrderID: "ord_a", Status: "PICKED", EstimatedDelivery: "2026-03-06", Shipments: []fulfillment.Tracked{{
			Shipment: fulfillment.Shipment{ID: "shp_a", OrderID: "ord_a", Group: "g1", State: fulfillment.Picked, Carrier: "Rialto Post",
				TrackingNumber:    "RL1",
				EstimatedDelivery: "2026-03-06", Lines: []fulfillment.Line{{Line: "l", Quantity: 2}}},
			Events: []fulfillment.Event{{ShipmentID: "shp_a", At: noon, Status: "PLACED", Description: "Order placed"}}}}},
	}
	h := api.Handler(fulfillmentapi.Routes(service), api.Clock(func() time.Time { return noon }))
	for _, c := range []struct {
		order, caller string
		status        int
		body          string
	}{
		{"ord_new", "cus_a", 200, `{"order_id":"ord_new","status":"PLACED","shipments":[]}`},
		{"ord_a", "cus_a", 200,
			`{"order_id":"ord_a","status":"PICKED","estimated_delivery":"2026-03-06","shipments":[{"shipment_id":"shp_a","carrier":"Rialto Post",
			"tracking_number":"RL1","status":"PICKED","estimated_delivery":"2026-03-06","lines":[{"line":"l","quantity":2}],
			"events":[{"at":"2026-03-04T12:00:00Z","status":"PLACED","location":"","description":"Order placed"}]}]}`},
		{"ord_a", "cus_b", 404, `"order_not_found"`},
		{"ord_a", "", 401, `"unauthorized"`},
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/orders/"+c.order+"/tracking", nil)
		if c.caller != "" {
			r = r.WithContext(auth.With(r.Context(), auth.Identity{Subject: c.caller, Role: auth.Guest, ExpiresAt: noon.Add(time.Hour)}))
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var got, want any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if err := json.Unmarshal([]byte(c.body), &want); err != nil {
			t.Fatal(err)
		}
		if w.Code >= 400 {
			got = got.(map[string]any)["code"]
		}
		if d := cmp.Diff(want, got); d != "" || w.Code != c.status {
			t.Errorf("%s for %q: %d %s", c.order, c.caller, w.Code, d)
		}
	}
}

func TestRoutesWithoutService(t *testing.T) {
	t.Parallel()
	if _, err := api.Document("t", "1", fulfillmentapi.Routes(nil)); err != nil {
		t.Fatal(err)
	}
}
