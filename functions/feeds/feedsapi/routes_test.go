package feedsapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/feeds/feedsapi"
	"rialto/functions/feeds/feedsstore"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/laboratory/memory"
)

var (
	noon   = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	now    = func() time.Time { return noon }
	mine   = auth.Identity{Subject: "u1", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "mine"), ExpiresAt: time.Now().Add(time.Hour)}
	theirs = auth.Identity{Subject: "u2", Role: auth.Seller, SellerID: ids.Derive(ids.Seller, "theirs"), ExpiresAt: time.Now().Add(time.Hour)}
)

type signer struct{}

func (signer) Upload(_ context.Context, key string, _ files.Announced, until time.Duration) (files.Address, error) {
	return files.Address{Method: "PUT", URL: "https://files/" + key, Headers: map[string]string{"Content-Length": "10"}, Expires: noon.Add(until)}, nil
}

func (signer) Download(_ context.Context, key, _, _ string, until time.Duration) (files.Address, error) {
	return files.Address{Method: "GET", URL: "https://files/" + key, Expires: noon.Add(until)}, nil
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func front() http.Handler {
	s := feedsstore.Store{DB: memory.New()}
	return api.Handler(feedsapi.Routes(&feeds.Service{Store: s, Signer: signer{}, Now: now, Random: zeros{}}, "https://intake", now))
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

// Seen to catch: a feed shown to another seller; an idempotency key of one seller that finds another's feed.
func TestFeedsOverHTTP(t *testing.T) {
	t.Parallel()
	h := front()
	const path = "/seller/v1/feeds"
	body := `{"type":"inventory","format":"csv","bytes":10,"filename":"stock.csv"}`
	w, m := ask(t, h, mine, "POST", path, body, "Idempotency-Key", "key-00001")
	f, _ := m["feed"].(map[string]any)
	upload, _ := m["upload"].(map[string]any)
	if w.Code != 201 || f["state"] != "CREATED" || upload["url"] == "" || upload["expires_at"] != "2026-11-27T13:00:00Z" || m["queue"] != nil {
		t.Fatal(w.Code, m)
	}
	id := f["feed_id"].(string)
	if w.Header().Get("Location") != path+"/"+id {
		t.Error(w.Header())
	}
	if w, m := ask(t, h, mine, "POST", path, body, "Idempotency-Key", "key-00001"); w.Code != 201 || w.Header().Get("Idempotent-Replayed") != "true" ||
		m["feed"].(map[string]any)["feed_id"] != id {
		t.Error(w.Code, m)
	}
	for _, c := range []struct {
		who        auth.Identity
		method, at string
		body       string
		status     int
		code       string
	}{
		{mine, "GET", path + "/" + id, "", 200, ""},
		{theirs, "GET", path + "/" + id, "", 404, "feed_not_found"},
		{theirs, "GET", path + "/" + id + "/report", "", 404, "feed_not_found"},
		{mine, "GET", path + "/" + id + "/report", "", 409, "report_not_ready"},
		{mine, "GET", path + "/fed_x", "", 422, "invalid_request"},
		{mine, "GET", path + "?cursor=x", "", 422, "invalid_cursor"},
		{mine, "GET", path, "", 200, ""},
		{mine, "POST", path, strings.Replace(body, "inventory", "orders", 1), 422, "invalid_request"},
		{mine, "POST", path, strings.Replace(body, "10", "1073741825", 1), 422, "invalid_request"},
		{mine, "POST", path, strings.Replace(body, "csv\"", "xls\"", 1), 422, "invalid_request"},
		{mine, "POST", path, strings.Replace(body, "10", "11", 1), 422, "idempotency_key_reused"},
		{mine, "POST", path, `{"type":"inventory","format":"csv","seller_id":"x"}`, 422, "unknown_field"},
	} {
		w, m := ask(t, h, c.who, c.method, c.at, c.body, "Idempotency-Key", "key-00001")
		if code, _ := m["code"].(string); w.Code != c.status || code != c.code {
			t.Errorf("%s %s %s: %d %v", c.method, c.at, c.body, w.Code, m)
		}
	}
	if _, m := ask(t, h, theirs, "GET", path, ""); len(m["feeds"].([]any)) != 0 {
		t.Error(m)
	}
}

// Seen to catch: an encoding that nobody can read, taken for one.
func TestAnEncodingIsDeclared(t *testing.T) {
	t.Parallel()
	h := front()
	const path = "/seller/v1/feeds"
	if w, m := ask(t, h, mine, "POST", path, `{"type":"products","format":"csv","encoding":"windows-1252"}`, "Idempotency-Key", "key-00002"); w.Code != 201 {
		t.Error(w.Code, m)
	}
	if w, m := ask(t, front(), mine, "POST", path, `{"type":"products","format":"csv","encoding":"Shift-JIS"}`, "Idempotency-Key", "key-00004"); w.Code != 201 {
		t.Error(w.Code, m)
	}
	w, m := ask(t, h, mine, "POST", path, `{"type":"products","format":"csv","encoding":"ebcdic"}`, "Idempotency-Key", "key-00003")
	if w.Code != 422 || m["code"] != "invalid_feed" {
		t.Error(w.Code, m)
	}
}
