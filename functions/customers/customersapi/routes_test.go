package customersapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/customers"
	"rialto/functions/customers/customersapi"
	"rialto/functions/customers/customerstest"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/store"
)

// secret is in every private text of these tests. No log and no problem document may have it.
const secret = "Zyxwvu"

var logs = &shared{}

type shared struct {
	mu sync.Mutex
	bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Buffer.Write(p)
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
	code := m.Run()
	if strings.Contains(logs.String(), secret) || logs.Len() == 0 {
		fmt.Printf("private text is in the logs, or nothing was logged:\n%s\n", logs.String())
		code = 1
	}
	os.Exit(code)
}

type call struct {
	method, path, body string
	subject            string // nobody if empty
	role               auth.Role
	header             map[string]string
}

func (c call) do(t *testing.T, s customersapi.Service) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(c.method, "/api/v1"+c.path, strings.NewReader(c.body))
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	ctx := api.WithTraceID(r.Context(), "1-trace")
	if c.subject != "" {
		if c.role == "" {
			c.role = auth.Customer
		}
		ctx = auth.With(ctx, auth.Identity{Subject: c.subject, Role: c.role, ExpiresAt: customerstest.Start.Add(time.Hour)})
	}
	w := httptest.NewRecorder()
	api.Handler(customersapi.Routes(s), api.Clock(func() time.Time { return customerstest.Start })).ServeHTTP(w, r.WithContext(ctx))
	if w.Code >= 400 && strings.Contains(w.Body.String(), secret) {
		t.Errorf("%s %s: private text is in the answer: %s", c.method, c.path, w.Body)
	}
	return w
}

const (
	homeBody = `{"name":"A. ` + secret + `","line1":"1 ` + secret + ` Street","city":"Springfield","region":"CA","postal_code":"94105","country":"US"}`
	cardBody = `{"token":"pm_` + secret + `","brand":"amex","last4":"0005"}`
	meBody   = `{"name":"` + secret + `","email":"` + secret + `@example.com"}`
)

func TestAShoppersWay(t *testing.T) {
	t.Parallel()
	w := customerstest.New()
	var guest struct {
		Token      string
		CustomerID string    `json:"customer_id"`
		ExpiresAt  time.Time `json:"expires_at"`
	}
	answer(t, call{method: "POST", path: "/guests"}.do(t, w), 201, &guest)
	if guest.Token == "" || !guest.ExpiresAt.Equal(customerstest.Start.Add(24*time.Hour)) {
		t.Fatalf("%+v", guest)
	}
	as := func(method, path, body string) *httptest.ResponseRecorder {
		return call{method: method, path: path, body: body, subject: guest.CustomerID, role: auth.Guest}.do(t, w)
	}
	var a, again map[string]any
	answer(t, as("POST", "/addresses", homeBody), 201, &a)
	answer(t, as("POST", "/addresses", homeBody), 200, &again)
	if d := cmp.Diff(a, again); d != "" || a["created_at"] != "2026-03-04T05:06:07Z" || a["postal_code"] != "94105" {
		t.Fatal(a, d)
	}
	var m map[string]any
	answer(t, as("POST", "/payment-methods", cardBody), 201, &m)
	if d := cmp.Diff(map[string]any{"payment_method_id": m["payment_method_id"], "brand": "visa", "last4": "4242",
		"exp_month": 2.0, "exp_year": 2026.0, "expired": true}, m); d != "" {
		t.Fatal(d)
	}
	var addresses struct{ Addresses []map[string]any }
	answer(t, as("GET", "/addresses", ""), 200, &addresses)
	var methods struct {
		Methods []map[string]any `json:"payment_methods"`
	}
	answer(t, as("GET", "/payment-methods", ""), 200, &methods)
	if len(addresses.Addresses) != 1 || cmp.Diff(a, addresses.Addresses[0]) != "" || len(methods.Methods) != 1 || cmp.Diff(m, methods.Methods[0]) != "" {
		t.Fatal(addresses, methods)
	}
	adr, pmt := a["address_id"].(string), m["payment_method_id"].(string)
	for _, path := range []string{"/addresses/" + adr, "/payment-methods/" + pmt} {
		problem(t, call{method: "DELETE", path: path, subject: "cus_other"}.do(t, w), 404)
		answer(t, as("DELETE", path, ""), 204, nil)
		problem(t, as("DELETE", path, ""), 404)
	}
}

func TestACustomersProfile(t *testing.T) {
	t.Parallel()
	w := customerstest.New()
	as := func(method, path, body string, header ...string) *httptest.ResponseRecorder {
		c := call{method: method, path: path, body: body, subject: "cus_a", header: map[string]string{}}
		if len(header) > 0 {
			c.header["If-Match"] = header[0]
		}
		return c.do(t, w)
	}
	var me map[string]any
	r := as("GET", "/me", "")
	answer(t, r, 200, &me)
	if r.Header().Get("ETag") != `"0"` || cmp.Diff(map[string]any{"customer_id": "cus_a", "name": "", "email": ""}, me) != "" {
		t.Fatal(r.Header(), me)
	}
	r = as("PUT", "/me", meBody, `"0"`)
	answer(t, r, 200, &me)
	if r.Header().Get("ETag") != `"2"` || me["email"] != secret+"@example.com" {
		t.Fatal(r.Header(), me)
	}
	if p := problem(t, as("PUT", "/me", `{"name":"Other","email":"other@example.com"}`, `"1"`), 412); p.Code != "profile_changed" {
		t.Fatal(p)
	}
	if p := problem(t, as("PUT", "/me", meBody, "1"), 422); p.Code != "invalid_if_match" {
		t.Fatal(p)
	}
	answer(t, as("POST", "/addresses", homeBody), 201, nil)
	answer(t, as("POST", "/payment-methods", cardBody), 201, nil)
	if err := w.Erase(t.Context(), "cus_a"); err != nil {
		t.Fatal(err)
	}
	if p := problem(t, as("POST", "/addresses", homeBody), 409); p.Code != "customer_erased" {
		t.Fatal(p)
	}
	if r := as("GET", "/addresses", ""); strings.Contains(r.Body.String(), secret) {
		t.Fatalf("erased and shown: %s", r.Body)
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	for _, route := range customersapi.Routes(nil) {
		path := strings.NewReplacer("/api/v1", "", "{address_id}", "adr_"+strings.Repeat("a", 26), "{payment_method_id}",
			"pmt_"+strings.Repeat("a", 26)).Replace(route.Path)
		body := map[string]string{"putMe": meBody, "addAddress": homeBody, "addPaymentMethod": cardBody}[route.ID]
		for _, who := range []struct {
			subject string
			role    auth.Role
			guest   int // the status on a guest's route
			only    int // and on a customer's
		}{{"", "", 401, 401}, {"cus_g", auth.Guest, 0, 403}, {"sel_user", auth.Seller, 403, 403}, {"cus_a", auth.Customer, 0, 0}} {
			want := map[api.Access]int{api.Guest: who.guest, api.Customer: who.only}[route.Access]
			if route.ID == "renewGuest" && who.role == auth.Customer {
				want = 403
			}
			got := call{method: route.Method, path: path, body: body, subject: who.subject, role: who.role}.do(t, customerstest.New()).Code
			if refused := got == 401 || got == 403; want != 0 && got != want || want == 0 && refused {
				t.Errorf("%s as %q: %d, want %d", route.ID, who.role, got, want)
			}
		}
	}
}

func TestBadInputs(t *testing.T) {
	t.Parallel()
	with := func(body, old, new string) string { return strings.Replace(body, old, new, 1) }
	for _, c := range []struct {
		method, path, body string
		status             int
		at                 string // the first pointer of errors
	}{
		{"POST", "/guests?role=customer", "", 422, "query.role"},
		{"GET", "/me?customer_id=cus_b", "", 422, "query.customer_id"},
		{"GET", "/addresses?customer_id=cus_b", "", 422, "query.customer_id"},
		{"GET", "/payment-methods?customer_id=cus_b", "", 422, "query.customer_id"},
		{"DELETE", "/addresses/" + secret, "", 422, "path.address_id"},
		{"DELETE", "/addresses/pmt_" + strings.Repeat("a", 26), "", 422, "path.address_id"},
		{"DELETE", "/payment-methods/adr_" + strings.Repeat("a", 26), "", 422, "path.payment_method_id"},
		{"PUT", "/me", "", 400, ""},
		{"PUT", "/me", `{"name":"` + secret, 400, ""},
		{"PUT", "/me", `{"name":"","email":"` + secret + `@example.com"}`, 422, "/name"},
		{"PUT", "/me", `{"name":"N","email":"` + secret + `"}`, 422, "/email"},
		{"PUT", "/me", `{"name":"N","email":"` + secret + `@example.com","role":"` + secret + `"}`, 422, "/role"},
		{"PUT", "/me", `{"name":1,"email":2}`, 422, "/email"},
		{"PUT", "/me", `{"name":"` + strings.Repeat(secret, 20) + `","email":"a@b.de"}`, 422, "/name"},
		{"POST", "/addresses", "", 400, ""},
		{"POST", "/addresses", `[]`, 422, ""},
		{"POST", "/addresses", `{}`, 422, ""},
		{"POST", "/addresses", with(homeBody, `"CA"`, `"`+secret+`"`), 422, "/region"},
		{"POST", "/addresses", with(homeBody, `"CA"`, `"ZZ"`), 422, "/region"},
		{"POST", "/addresses", with(homeBody, "94105", secret), 422, "/postal_code"},
		{"POST", "/addresses", with(homeBody, `"US"`, `"usa"`), 422, "/country"},
		{"POST", "/addresses", with(homeBody, `"US"`, `"KP"`), 422, "/country"},
		{"POST", "/addresses", with(homeBody, `"city"`, `"customer_id":"cus_b","city"`), 422, "/customer_id"},
		{"POST", "/addresses", with(homeBody, `"city"`, `"line2":"\u0000","city"`), 422, "/line2"},
		{"POST", "/addresses", with(homeBody, `"city"`, `"line2":"\u001b`+secret+`","city"`), 422, "/line2"},
		{"POST", "/addresses", with(homeBody, `"city"`, `"phone":"`+secret+`","city"`), 422, "/phone"},
		{"POST", "/addresses", with(homeBody, "Springfield", strings.Repeat(secret, 50)), 422, "/city"},
		{"POST", "/addresses", with(homeBody, `"CA"`, `"OR"`), 422, "/region"},
		{"POST", "/addresses", with(homeBody, `"CA"`, "null"), 422, "/region"},
		{"POST", "/payment-methods", `{"token":"pm_1","last4":null}`, 422, "/last4"},
		{"GET", "/destinations/us", "", 422, "path.country"},
		{"GET", "/destinations/DE", "", 404, ""},
		{"POST", "/payment-methods", "", 400, ""},
		{"POST", "/payment-methods", `{"token":"4242424242424242"}`, 422, "/token"},
		{"POST", "/payment-methods", `{"token":"` + secret + `"}`, 422, "/token"},
		{"POST", "/payment-methods", `{"token":"pm_1","last4":"` + secret + `"}`, 422, "/last4"},
		{"POST", "/payment-methods", `{"token":"pm_1","brand":"` + secret + `"}`, 422, "/brand"},
		{"POST", "/payment-methods", `{"token":"pm_1","number":"4242424242424242"}`, 422, "/number"},
	} {
		t.Run(c.method+c.path+c.body, func(t *testing.T) {
			t.Parallel()
			w := customerstest.New()
			p := problem(t, call{method: c.method, path: c.path, body: c.body, subject: "cus_a"}.do(t, w), c.status)
			if c.at != "" && (len(p.Errors) == 0 || p.Errors[0].Pointer != c.at) {
				t.Errorf("errors are %+v, want %s", p.Errors, c.at)
			}
			if _, err := w.Store.Get(t.Context(), "cus_a"); !errors.Is(err, customers.ErrUnknown) {
				t.Errorf("something was stored: %v", err)
			}
		})
	}
}

// Forms send all their fields, and demand a postal code where there is none. Seen to catch: an empty line2 refused; 00000 kept.
func TestAnEmptyPartOfAnAddressIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", " ", "00000"} {
		body := `{"name":"N","line1":"1 Test Street","line2":"","city":"Dubai","region":"","postal_code":"` + code + `","country":"AE","phone":""}`
		var got map[string]any
		answer(t, call{method: "POST", path: "/addresses", body: body, subject: "cus_a"}.do(t, customerstest.New()), http.StatusCreated, &got)
		for _, part := range []string{"line2", "region", "postal_code", "phone"} {
			if v, ok := got[part]; ok {
				t.Errorf("%q: %s is %v", code, part, v)
			}
		}
	}
}

func TestFailuresTellNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		break_ func(*customerstest.World)
		status int
		code   string
	}{
		"the table is away": {func(w *customerstest.World) {
			w.DB.Before = func(context.Context, string, []store.Write) error { return errors.New("away") }
		}, 503, "change_incomplete"},
		"KMS is away":         {func(w *customerstest.World) { w.Keys.Away.Store(true) }, 500, "internal"},
		"the rows are others": {func(w *customerstest.World) { w.Store = swapped{w.Store} }, 500, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := customerstest.New()
			if _, _, err := w.AddMethod(t.Context(), "cus_a", "pm_"+secret); err != nil {
				t.Fatal(err)
			}
			if _, _, err := w.AddAddress(t.Context(), "cus_a", customers.Address{Name: secret, Line1: secret, City: secret, Country: "DE",
				PostalCode: "10115"}); err != nil {
				t.Fatal(err)
			}
			w.Elapsed = 10 * time.Minute // no key is in memory any more
			c.break_(w)
			p := problem(t, call{method: "POST", path: "/addresses", body: homeBody, subject: "cus_a"}.do(t, w), c.status)
			if p.Code != c.code {
				t.Errorf("code %s", p.Code)
			}
		})
	}
}

// swapped gives one method's sealed text to another.
type swapped struct{ customers.Store }

func (s swapped) Update(ctx context.Context, id string, change func(*customers.CustomerRecord) error) (customers.CustomerRecord, error) {
	return s.Store.Update(ctx, id, func(h *customers.CustomerRecord) error {
		h.Methods = append(h.Methods, customers.SealedMethod{ID: "pmt_other", Sealed: h.Methods[0].Sealed})
		return change(h)
	})
}

func TestTheRoutesMakeADocument(t *testing.T) {
	t.Parallel()
	doc, err := api.Document("t", "1", customersapi.Routes(nil))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(doc["paths"].(map[string]any)); n != 10 {
		t.Errorf("%d paths", n)
	}
}

func answer(t *testing.T, w *httptest.ResponseRecorder, status int, into any) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatal(err)
		}
	}
	if status == http.StatusNoContent && w.Body.Len() > 0 {
		t.Fatalf("204 with %s", w.Body)
	}
}

func problem(t *testing.T, w *httptest.ResponseRecorder, status int) api.Problem {
	t.Helper()
	var p api.Problem
	answer(t, w, status, &p)
	if w.Header().Get("Content-Type") != "application/problem+json" || p.Code == "" || p.TraceID != "1-trace" {
		t.Fatalf("no problem: %s", w.Body)
	}
	return p
}

func TestShippingOptionsAreListedByMarketplace(t *testing.T) {
	t.Parallel()
	h := api.Handler(customersapi.Routes(nil))
	for market, want := range map[string]string{"": `"currency":"USD"`, "JP": `"currency":"JPY"`, "ZZ": `unknown_marketplace`} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/shipping-options", nil)
		if market != "" {
			r.Header.Set("X-Marketplace", market)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) || (w.Code == http.StatusOK) != (market != "ZZ") {
			t.Errorf("%q: %d %s", market, w.Code, w.Body)
		}
	}
}
