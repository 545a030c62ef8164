package sellersapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersapi"
	"rialto/functions/sellers/sellersstore"
)

var (
	noon   = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	now    = func() time.Time { return noon }
	mine   = auth.Identity{Subject: "u1", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "mine"), ExpiresAt: time.Now().Add(time.Hour)}
	theirs = auth.Identity{Subject: "u2", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "theirs"), ExpiresAt: time.Now().Add(time.Hour)}
)

func front() http.Handler {
	return api.Handler(sellersapi.Routes(&sellers.Service{Store: sellersstore.Store{DB: memory.New()}, Now: now}))
}

func ask(t *testing.T, h http.Handler, who auth.Identity, method, path, body string, header ...string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequest(method, path, nil)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(auth.With(r.Context(), who)))
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w, m
}

func TestAProfileOverHTTP(t *testing.T) {
	t.Parallel()
	h := front()
	const path = "/seller/v1/profile"
	if w, m := ask(t, h, mine, "GET", path, ""); w.Code != 404 || m["code"] != "profile_not_found" {
		t.Error(w.Code, m)
	}
	body := `{"display_name":"Harbour Row","country":"US"}`
	w, m := ask(t, h, mine, "PUT", path, body)
	if w.Code != 201 || m["tier"] != "basic" || m["seller_id"] != mine.SellerID || w.Header().Get("ETag") != `"1"` {
		t.Error(w.Code, m)
	}
	if w, m := ask(t, h, mine, "PUT", path, strings.Replace(body, "Row", "Street", 1), "If-Match", `"2"`); w.Code != 412 {
		t.Error(w.Code, m)
	}
	if w, m := ask(t, h, mine, "PUT", path, `{"display_name":"x","country":"US","tier":"pro"}`); w.Code != 422 || m["code"] != "unknown_field" {
		t.Error(w.Code, m)
	}
	if w, m := ask(t, h, theirs, "GET", path, ""); w.Code != 404 {
		t.Error(w.Code, m)
	}
}
