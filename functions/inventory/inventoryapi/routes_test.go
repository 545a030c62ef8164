package inventoryapi_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventoryapi"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestASellerLooksAtItsStock(t *testing.T) {
	t.Parallel()
	s := &inventory.Service{Store: inventorystore.Store{DB: memory.New()}, Now: func() time.Time { return noon }}
	mine, theirs := ids.Derive(ids.Seller, "mine"), ids.Derive(ids.Seller, "theirs")
	product := ids.Derive(ids.Product, "p")
	b := inventory.Batch{}
	for seller, units := range map[string]int64{mine: 5, theirs: 9} {
		b.Rows = append(b.Rows, inventory.Receipt{ID: "r-" + seller, SKU: inventory.SKU{ProductID: product, SellerID: seller}, Centre: "us-west-2",
			Quantity: units})
	}
	if r, err := s.Receive(context.Background(), b); err != nil || r.Written != 2 {
		t.Fatal(r, err)
	}
	h := api.Handler(inventoryapi.SellerRoutes(s), api.Clock(func() time.Time { return noon }))
	ask := func(path string) (int, string) {
		r := httptest.NewRequest("GET", path, strings.NewReader(""))
		who := auth.Identity{Subject: mine, Role: auth.Seller, SellerID: mine, ExpiresAt: noon.Add(time.Hour)}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), who)))
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"/seller/v1/inventory", "/seller/v1/inventory/" + product} {
		code, body := ask(path)
		var got struct{ Inventory []inventoryapi.Stock }
		if err := json.Unmarshal([]byte(body), &got); err != nil || code != 200 || len(got.Inventory) != 1 || got.Inventory[0] != (inventoryapi.Stock{
			ProductID: product, Centre: "us-west-2", Available: 5, OnHand: 5, Received: 5}) {
			t.Error(path, code, body)
		}
	}
	if code, body := ask("/seller/v1/inventory/" + ids.Derive(ids.Product, "q")); code != 404 || !strings.Contains(body, "stock_not_found") {
		t.Error(code, body)
	}
	if code, body := ask("/seller/v1/inventory?cursor=x"); code != 422 {
		t.Error(code, body)
	}
	if code, body := ask("/seller/v1/fulfillment-centres"); code != 200 || !strings.Contains(body, `"us-west-2"`) || strings.Contains(body, "us-wset-2") {
		t.Error(code, body)
	}
}
