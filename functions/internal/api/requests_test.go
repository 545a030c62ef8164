package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/auth"
)

const goodBody = `{"lines":[{"product_id":"prd_aaaa","quantity":1}]}`

// private stands in every bad request, and in no answer.
const private = "4242hunter2"

func TestBadRequests(t *testing.T) {
	t.Parallel()
	for name, c := range badRequests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := c.call.do(t)
			p := problemIn(t, w.Result(), w.Body.Bytes())
			var fields []string
			for _, f := range p.Errors {
				fields = append(fields, f.Pointer+" "+f.Code)
				if f.Message == "" {
					t.Errorf("%s says nothing", f.Pointer)
				}
			}
			if p.Status != c.status || p.Code != c.code {
				t.Errorf("got %d %s: %s", p.Status, p.Code, w.Body)
			}
			if diff := cmp.Diff(c.fields, fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s%s", diff, w.Body)
			}
			if strings.Contains(w.Body.String(), private) || strings.Contains(w.Body.String(), "\x1f") {
				t.Errorf("the caller's value comes back: %s", w.Body)
			}
			if c.status == 405 && w.Header().Get("Allow") != "GET, PUT" {
				t.Errorf("Allow: %q", w.Header().Get("Allow"))
			}
		})
	}
}

// goodLine is the fields of a line of an order.
const goodLine = `"product_id":"prd_aaaa","quantity":1`

func oneLine(fields string) string { return `{"lines":[{` + fields + `}]}` }

func getOrder(query string) testCall {
	return testCall{method: "GET", target: "/api/v1/orders/ord_aaaa?" + query}
}

func postOrder(body string) testCall { return testCall{body: body, role: auth.Guest} }

func withHeader(k string, v ...string) testCall {
	return testCall{body: goodBody, role: auth.Guest, header: map[string][]string{k: v}}
}

var badRequests = map[string]struct {
	call   testCall
	status int
	code   string
	fields []string // "pointer code", in order
}{
	"no body":         {postOrder(""), 400, "missing_body", nil},
	"not JSON":        {postOrder(`{"note": ` + private), 400, "malformed_body", nil},
	"trailing data":   {postOrder(goodBody + `{"x":"` + private + `"}`), 400, "malformed_body", nil},
	"too deep":        {postOrder(strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)), 400, "malformed_body", nil},
	"too large":       {postOrder(`{"note":"` + strings.Repeat("a", bodyLimit) + `"}`), 413, "body_too_large", nil},
	"form":            {withHeader("Content-Type", "application/x-www-form-urlencoded"), 415, "unsupported_media_type", nil},
	"vendor JSON":     {withHeader("Content-Type", "application/"+private+"+json"), 415, "unsupported_media_type", nil},
	"latin-1":         {withHeader("Content-Type", "application/json; charset=iso-8859-1"), 415, "unsupported_media_type", nil},
	"bad media type":  {withHeader("Content-Type", ";;"+private), 415, "unsupported_media_type", nil},
	"two media types": {withHeader("Content-Type", "application/json", private), 415, "unsupported_media_type", nil},
	"long unknown field": {postOrder(oneLine(goodLine + `,"a` + strings.Repeat(private, 6) + `":1`)), 422, "unknown_field",
		[]string{"/lines/0 unknown_field"}},
	"two e-mails": {postOrder(oneLine(goodLine + `,"email":"a@b.example, ` + private + `"`)), 422, "invalid_request",
		[]string{"/lines/0/email bad_format"}},
	"NUL in path": {testCall{method: "PUT", target: "/api/v1/orders/a\x00", role: auth.Customer}, 422, "invalid_request",
		[]string{"path.order_id bad_text"}},
	"null":          {postOrder(`null`), 422, "invalid_request", []string{" wrong_type"}},
	"a list":        {postOrder(`["` + private + `"]`), 422, "invalid_request", []string{" wrong_type"}},
	"a string":      {postOrder(`"` + private + `"`), 422, "invalid_request", []string{" wrong_type"}},
	"nothing in it": {postOrder(`{}`), 422, "invalid_request", []string{"/lines required"}},
	"unknown field": {postOrder(oneLine(goodLine + `,"coupon":"` + private + `"`)), 422, "unknown_field",
		[]string{"/lines/0/coupon unknown_field"}},
	"unknown private field": {postOrder(oneLine(goodLine + `,"` + private + `":1`)), 422, "unknown_field", []string{"/lines/0 unknown_field"}},
	"unknown dotted field": {postOrder(oneLine(goodLine + `,"a.b[0]":1, "x.quantity":1`)), 422, "unknown_field",
		[]string{"/lines/0 unknown_field", "/lines/0 unknown_field"}},
	"field in other case": {postOrder(oneLine(goodLine + `,"Quantity":2`)), 422, "unknown_field", []string{"/lines/0/Quantity unknown_field"}},
	"duplicate field":     {postOrder(oneLine(goodLine + `,"quantity":2`)), 422, "invalid_request", []string{"/lines/0/quantity duplicate_field"}},
	"escaped duplicate":   {postOrder(oneLine(goodLine + `,"quantit\u0079":2`)), 422, "invalid_request", []string{"/lines/0/quantity duplicate_field"}},
	"wrong types": {postOrder(`{"lines":[{"product_id":7,"quantity":"` + private + `"},7],"gift":"yes"}`), 422, "invalid_request",
		[]string{"/gift wrong_type", "/lines/0/product_id wrong_type", "/lines/0/quantity wrong_type", "/lines/1 wrong_type"}},
	"null where optional": {postOrder(oneLine(goodLine + `,"seller_id":null`)), 422, "invalid_request", []string{"/lines/0/seller_id wrong_type"}},
	"null in a map":       {postOrder(`{` + goodBody[1:len(goodBody)-1] + `,"extra":{"a":null}}`), 422, "invalid_request", []string{"/extra/a wrong_type"}},
	"null in a list":      {postOrder(oneLine(goodLine + `,"tags":["a",null]`)), 422, "invalid_request", []string{"/lines/0/tags/1 wrong_type"}},
	"empty text":          {postOrder(`{"note":"",` + goodBody[1:]), 422, "invalid_request", []string{"/note too_short"}},
	"blank text":          {postOrder(`{"note":" \u00a0\t",` + goodBody[1:]), 422, "invalid_request", []string{"/note too_short"}},
	"empty optional text": {postOrder(oneLine(goodLine + `,"seller_id":""`)), 422, "invalid_request", []string{"/lines/0/seller_id too_short"}},
	"empty text in a list": {postOrder(oneLine(goodLine + `,"tags":["a",""]`)), 422, "invalid_request",
		[]string{"/lines/0/tags/1 too_short"}},
	"empty free value":    {postOrder(`{"extra":{"a":""},` + goodBody[1:]), 422, "invalid_request", []string{"/extra/a too_short"}},
	"empty free key":      {postOrder(`{"extra":{"":"a"},` + goodBody[1:]), 422, "invalid_request", []string{"/extra too_short"}},
	"null where required": {postOrder(`{"lines":null}`), 422, "invalid_request", []string{"/lines wrong_type"}},
	"fraction": {postOrder(oneLine(`"product_id":"prd_aaaa","quantity":1.5`)), 422, "invalid_request",
		[]string{"/lines/0/quantity wrong_type"}},
	"integral fraction": {postOrder(oneLine(`"product_id":"prd_aaaa","quantity":1.0`)), 422, "invalid_request",
		[]string{"/lines/0/quantity wrong_type"}},
	"exponent": {postOrder(oneLine(`"product_id":"prd_aaaa","quantity":1e1`)), 422, "invalid_request",
		[]string{"/lines/0/quantity wrong_type"}},
	"beyond int8":    {postOrder(oneLine(goodLine + `,"small":300`)), 422, "invalid_request", []string{"/lines/0/small wrong_type"}},
	"beyond int64":   {postOrder(`{"total":9223372036854775808,` + goodBody[1:]), 422, "invalid_request", []string{"/total out_of_range"}},
	"beyond float64": {postOrder(`{"total":1e999,` + goodBody[1:]), 422, "invalid_request", []string{"/total out_of_range"}},
	"bounds": {postOrder(oneLine(`"product_id":"prd_` + private + `","quantity":0,"kind":"` + private +
		`","tags":["abcd","b","c"],"seller_id":""`)), 422, "invalid_request", []string{
		"/lines/0/kind not_allowed", "/lines/0/product_id bad_format", "/lines/0/quantity too_small", "/lines/0/seller_id too_short",
		"/lines/0/tags too_many", "/lines/0/tags/0 too_long"}},
	"too much":  {postOrder(oneLine(`"product_id":"prd_aaaa","quantity":100`)), 422, "invalid_request", []string{"/lines/0/quantity too_large"}},
	"no lines":  {postOrder(`{"lines":[]}`), 422, "invalid_request", []string{"/lines too_few"}},
	"no e-mail": {postOrder(oneLine(goodLine + `,"email":"` + private + `"`)), 422, "invalid_request", []string{"/lines/0/email bad_format"}},
	"no date":   {postOrder(`{"when":"` + private + `",` + goodBody[1:]), 422, "invalid_request", []string{"/when bad_format"}},
	"a year of five digits": {postOrder(`{"when":"9999-12-31T23:59:59-05:00",` + goodBody[1:]), 422, "invalid_request",
		[]string{"/when out_of_range"}},
	"a year before all": {postOrder(`{"when":"0001-01-01T00:00:00+01:00",` + goodBody[1:]), 422, "invalid_request", []string{"/when out_of_range"}},
	"NUL":               {postOrder(`{"note":"a\u0000b",` + goodBody[1:]), 422, "invalid_request", []string{"/note bad_text"}},
	"NUL in a free key": {postOrder(`{"extra":{"a\u0000b":"x"},` + goodBody[1:]), 422, "invalid_request", []string{"/extra bad_text"}},
	"invalid UTF-8":     {postOrder("{\"note\":\"a\xffb\"," + goodBody[1:]), 422, "invalid_request", []string{"/note bad_text"}},
	"half a surrogate":  {postOrder(`{"note":"\ud800",` + goodBody[1:]), 422, "invalid_request", []string{"/note bad_text"}},
	"wrong free value":  {postOrder(`{"extra":{"a.b":7},` + goodBody[1:]), 422, "invalid_request", []string{"/extra wrong_type"}},
	"all at once": {testCall{body: `{"lines":[{"quantity":0}],"x":1,"note":"\u0000"}`, role: auth.Guest,
		header: map[string][]string{"Idempotency-Key": nil, "X-Marketplace": {private}}}, 422, "invalid_request",
		[]string{"/lines/0/product_id required", "/lines/0/quantity too_small", "/note bad_text", "/x unknown_field", "header.Idempotency-Key required",
			"header.X-Marketplace bad_format"}},
	"short key": {withHeader("Idempotency-Key", "k-"), 422, "invalid_request", []string{"header.Idempotency-Key bad_format"}},
	"long key": {withHeader("Idempotency-Key", strings.Repeat("k", 65)), 422, "invalid_request",
		[]string{"header.Idempotency-Key bad_format"}},
	"two keys": {withHeader("Idempotency-Key", "key-12345", "key-67890"), 422, "invalid_request",
		[]string{"header.Idempotency-Key repeated_parameter"}},
	"unknown query":         {getOrder("limit=3&color=" + private), 422, "unknown_parameter", []string{"query.color unknown_parameter"}},
	"unknown private query": {getOrder(private + "=1"), 422, "unknown_parameter", []string{"query unknown_parameter"}},
	"repeated query":        {getOrder("limit=1&limit=2"), 422, "invalid_request", []string{"query.limit repeated_parameter"}},
	"bad query types": {getOrder("limit=" + private + "&open=" + private), 422, "invalid_request",
		[]string{"query.limit wrong_type", "query.open wrong_type"}},
	"query integer too long": {getOrder("limit=99999999999999999999"), 422, "invalid_request", []string{"query.limit wrong_type"}},
	"query bounds": {getOrder("limit=101&cursor=" + strings.Repeat("c", 513)), 422, "invalid_request",
		[]string{"query.cursor too_long", "query.limit too_large"}},
	"bad list item":          {getOrder("sort=new&sort=" + private), 422, "invalid_request", []string{"query.sort[1] not_allowed"}},
	"NUL in query":           {getOrder("cursor=%00"), 422, "invalid_request", []string{"query.cursor bad_text"}},
	"invalid UTF-8 in query": {getOrder("cursor=%ff"), 422, "invalid_request", []string{"query.cursor bad_text"}},
	"malformed query":        {getOrder("limit=%zz" + private), 400, "malformed_query", nil},
	"semicolon query":        {getOrder("limit=1;cursor=" + private), 400, "malformed_query", nil},
	"empty query":            {getOrder("cursor="), 422, "invalid_request", []string{"query.cursor too_short"}},
	"blank query":            {getOrder("cursor=%20%09"), 422, "invalid_request", []string{"query.cursor too_short"}},
	"empty number":           {getOrder("limit="), 422, "invalid_request", []string{"query.limit too_short"}},
	"empty list item":        {getOrder("sort=new&sort="), 422, "invalid_request", []string{"query.sort too_short", "query.sort[1] not_allowed"}},
	"blank path":             {testCall{method: "GET", target: "/api/v1/orders/ "}, 422, "invalid_request", []string{"path.order_id too_short"}},
	"bad path": {testCall{method: "GET", target: "/api/v1/orders/" + private}, 422, "invalid_request",
		[]string{"path.order_id bad_format"}},
	"foreign ETag": {testCall{method: "PUT", target: "/api/v1/orders/ord_aaaa", role: auth.Customer,
		header: map[string][]string{"If-Match": {`"` + private + `"`}}}, 422, "invalid_if_match", []string{"header.If-Match bad_format"}},
	"unknown path":            {testCall{method: "GET", target: "/api/v1/" + private}, 404, "unknown_path", nil},
	"root":                    {testCall{method: "GET", target: "/"}, 404, "unknown_path", nil},
	"path that is not clean":  {testCall{method: "GET", target: "/api/v1//orders/" + private}, 404, "unknown_path", nil},
	"path with dots":          {testCall{method: "GET", target: "/api/v1/x/../orders/search"}, 404, "unknown_path", nil},
	"path with a slash after": {testCall{method: "GET", target: "/api/v1/orders/search/"}, 404, "unknown_path", nil},
	"unknown method":          {testCall{method: "PATCH", target: "/api/v1/orders/ord_aaaa"}, 405, "method_not_allowed", nil},
}

// problemIn checks that an answer is a complete problem.
func problemIn(t *testing.T, r *http.Response, body []byte) Problem {
	t.Helper()
	var p Problem
	if err := decodeExactly(bytes.TrimSpace(body), &p); err != nil {
		t.Fatalf("no problem: %v: %s", err, body)
	}
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type: %s", got)
	}
	if p.Status != r.StatusCode || p.Type != "about:blank" || p.Title != http.StatusText(p.Status) || p.Detail == "" || p.TraceID != "1-trace" {
		t.Errorf("incomplete: %s", body)
	}
	return p
}

// endless is a body that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, strings.Repeat(" ", len(p))), nil
}

func TestNoMoreOfABodyIsReadThanIsAccepted(t *testing.T) {
	t.Parallel()
	body := &endless{}
	r := httptest.NewRequest("POST", "/api/v1/orders", body)
	w := httptest.NewRecorder()
	Handler(testRoutes(), Clock(func() time.Time { return testNow })).ServeHTTP(w, r.WithContext(auth.With(r.Context(), testIdentity(auth.Guest))))
	if w.Code != http.StatusRequestEntityTooLarge || body.read > 2*bodyLimit {
		t.Errorf("%d after %d bytes", w.Code, body.read)
	}
}

func TestGoodRequests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		call   testCall
		status int
		header map[string]string
	}{
		"all fields": {testCall{role: auth.Customer,
			body: `{"lines":[{"product_id":"prd_aaaa","quantity":99,"kind":"used","email":"a@b.example","tags":["a","b"]}],
			"note":"\ufffd \ud83d\ude00","extra":{"a.b[1]/~":"x"},"when":"2026-01-02T03:04:05Z","total":9007199254740993,"gift":true}`}, 201, nil},
		"charset": {testCall{role: auth.Guest, body: goodBody, header: map[string][]string{"Content-Type": {"application/json; charset=UTF-8"}}},
			201, nil},
		"no content type": {testCall{role: auth.Guest, body: goodBody, header: map[string][]string{"Content-Type": nil}}, 201, nil},
		"any accept": {testCall{role: auth.Guest, body: goodBody, header: map[string][]string{"Accept": {"text/html"}}}, 201,
			map[string]string{"Content-Type": "application/json"}},
		"still open": {testCall{role: auth.Guest, body: `{"note":"open",` + goodBody[1:]}, 202,
			map[string]string{"Location": "/api/v1/checkouts/1", "Retry-After": "2"}},
		"replayed": {testCall{role: auth.Guest, body: `{"note":"replay",` + goodBody[1:]}, 201, map[string]string{"Idempotent-Replayed": "true"}},
		"not replayed": {testCall{role: auth.Guest, body: goodBody}, 201,
			map[string]string{"Idempotent-Replayed": "", "Location": "", "Retry-After": ""}},
		"etag": {testCall{method: "GET", target: "/api/v1/orders/ord_aaaa?limit=1&sort=new&sort=old&open=true"}, 200,
			map[string]string{"ETag": `"3"`, "Content-Type": "application/json"}},
		"the fixed path": {testCall{method: "GET", target: "/api/v1/orders/search"}, 204, nil},
		"optional body": {testCall{method: "PUT", target: "/api/v1/orders/ord_aaaa", role: auth.Customer,
			header: map[string][]string{"If-Match": {`W/"3"`}}}, 204, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := c.call.do(t)
			if w.Code != c.status {
				t.Fatalf("got %d: %s", w.Code, w.Body)
			}
			for k, want := range c.header {
				if got := w.Header().Get(k); got != want {
					t.Errorf("%s: got %q, want %q", k, got, want)
				}
			}
			if c.status == 204 && w.Body.Len() > 0 {
				t.Errorf("a body: %q", w.Body)
			}
			if name == "all fields" {
				var in, out testOrder
				if err := json.Unmarshal([]byte(c.call.body), &in); err != nil {
					t.Fatal(err)
				}
				if err := decodeExactly(bytes.TrimSpace(w.Body.Bytes()), &out); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(in, out); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
