package payoutsapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/laboratory/memory"
	"rialto/functions/payouts"
	"rialto/functions/payouts/payoutsapi"
	"rialto/functions/payouts/payoutsstore"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func who(name string) auth.Identity {
	return auth.Identity{Subject: name, Role: auth.Seller, SellerID: ids.Derive(ids.Seller, name), ExpiresAt: noon.Add(time.Hour)}
}

// statements returns an API over two sales of each of two sellers, to be asked as one of them.
func statements(t *testing.T) func(as auth.Identity, query string) (int, map[string]any) {
	t.Helper()
	ctx := context.Background()
	s := &payouts.Service{Ledger: &payoutsstore.Store{DB: memory.New()}, Now: func() time.Time { return noon }, Buckets: payoutsstore.Buckets}
	h := api.Handler(payoutsapi.SellerRoutes(s), api.Clock(func() time.Time { return noon }))
	for _, name := range []string{"mine", "theirs"} {
		for _, order := range []string{"ord_a", "ord_b"} {
			j, err := payouts.Sale{OrderID: order + name, Group: "g1", SellerID: who(name).SellerID, Currency: "USD",
				Lines:    []payouts.SaleLine{{Line: "l", Quantity: 1, Share: payouts.Share{Paid: 1000, Tax: 100, Commission: 135}}},
				Delivery: payouts.Share{Paid: 70}}.Book(money.Of(1070, "USD"), noon)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Ledger.Book(ctx, j); err != nil {
				t.Fatal(err)
			}
		}
	}
	return func(as auth.Identity, query string) (int, map[string]any) {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, "/seller/v1/statements"+query, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), as)))
		var m map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		return w.Code, m
	}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	ask := statements(t)
	seen := map[any]bool{}
	query := "?limit=1"
	for range 3 {
		code, m := ask(who("mine"), query)
		if code != 200 || m["owed"].([]any)[0].(map[string]any)["amount"] != 1530.0 || m["month"] != "2026-11" {
			t.Fatal(code, m)
		}
		for _, j := range m["journals"].([]any) {
			seen[j.(map[string]any)["order_id"]] = true
		}
		if total := m["totals"].([]any)[0].(map[string]any); total["net"].(map[string]any)["amount"] != 765.0 ||
			total["tax_withheld"].(map[string]any)["amount"] != 100.0 || total["delivery"].(map[string]any)["amount"] != 70.0 {
			t.Error(total)
		}
		next, more := m["next_cursor"].(string)
		if !more {
			break
		}
		query = "?limit=1&cursor=" + next
	}
	if len(seen) != 2 || !seen["ord_amine"] || !seen["ord_bmine"] {
		t.Error(seen)
	}
	if code, m := ask(who("nobody"), "?month=2026-10"); code != 200 || len(m["journals"].([]any)) != 0 || len(m["owed"].([]any)) != 0 ||
		len(m["totals"].([]any)) != 0 {
		t.Error(code, m)
	}
	for query, want := range map[string]string{"?month=2026-13": "invalid_month", "?month=x": "invalid_request", "?cursor=x": "invalid_cursor",
		"?limit=101": "invalid_request", "?seller_id=x": "unknown_parameter"} {
		if code, m := ask(who("mine"), query); code != 422 || m["code"] != want {
			t.Error(query, code, m)
		}
	}
	if code, _ := ask(auth.Identity{Subject: "c", Role: auth.Customer, ExpiresAt: noon.Add(1)}, ""); code != 403 {
		t.Error(code)
	}
}
