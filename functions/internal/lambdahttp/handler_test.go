package lambdahttp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
)

// echo answers with what it was asked.
type echo struct {
	Method, Path, Escaped, Host, Remote, Body, Trace string
	Length                                           int64
	Query                                            map[string][]string
	Header                                           http.Header
	Who                                              *auth.Identity
}

func serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e := echo{Method: r.Method, Path: r.URL.Path, Escaped: r.URL.EscapedPath(), Host: r.Host, Remote: r.RemoteAddr, Body: string(body),
		Length: r.ContentLength, Query: r.URL.Query(), Header: r.Header, Trace: api.TraceID(r.Context())}
	if who, ok := auth.From(r.Context()); ok {
		e.Who = &who
	}
	w.Header().Add("Set-Cookie", "a")
	w.Header().Add("Set-Cookie", "b")
	w.WriteHeader(http.StatusTeapot)
	_ = json.NewEncoder(w).Encode(e)
}

func ask(t *testing.T, e events.APIGatewayProxyRequest) echo {
	t.Helper()
	answer, err := New(http.HandlerFunc(serve))(context.Background(), &e)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusTeapot || answer.IsBase64Encoded || !cmp.Equal(answer.MultiValueHeaders["Set-Cookie"], []string{"a", "b"}) {
		t.Errorf("%+v", answer)
	}
	var got echo
	if err := json.Unmarshal([]byte(answer.Body), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"/api/v1/cart": "/api/v1/cart", "/api/v1/cart/": "/api/v1/cart", "api/v1/cart": "/api/v1/cart", "": "/", "/": "/",
		"/100%": "/100%", "/100%25": "/100%", "/a b": "/a b", "/a%20b": "/a b", "/a?b#c": "/a?b#c", "/a%2Fb": "/a/b", "/ü": "/ü", "/%zz": "/%zz",
		"/%00": "/\x00",
	} {
		got := ask(t, events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: raw})
		if got.Path != want {
			t.Errorf("%q: path %q, want %q", raw, got.Path, want)
		}
	}
	if got := ask(t, events.APIGatewayProxyRequest{Path: "/a%2Fb"}); got.Escaped != "/a%2Fb" {
		t.Errorf("an encoded slash became a separator: %s", got.Escaped)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	e := events.APIGatewayProxyRequest{
		HTTPMethod: "POST", Path: "/x", Body: "grüße",
		Headers:                         map[string]string{"X-One": "last"},
		MultiValueHeaders:               map[string][]string{"x-one": {"first", "last"}, "host": {"api.example"}, "content-type": {"text/plain"}},
		QueryStringParameters:           map[string]string{"q": "2"},
		MultiValueQueryStringParameters: map[string][]string{"q": {"a b&c=d", "+%"}, "": {"x"}},
		RequestContext: events.APIGatewayProxyRequestContext{RequestID: "req-1", Stage: "prod",
			Identity: events.APIGatewayRequestIdentity{SourceIP: "2001:db8::1"}},
	}
	want := echo{Method: "POST", Path: "/x", Escaped: "/x", Host: "api.example", Remote: "[2001:db8::1]:0", Body: "grüße", Length: 7, Trace: "req-1",
		Query:  map[string][]string{"q": {"a b&c=d", "+%"}, "": {"x"}},
		Header: http.Header{"X-One": {"first", "last"}, "Host": {"api.example"}, "Content-Type": {"text/plain"}}}
	if diff := cmp.Diff(want, ask(t, e)); diff != "" {
		t.Error(diff)
	}
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte("\x00\x01")), true
	if got := ask(t, e); got.Body != "\x00\x01" || got.Length != 2 {
		t.Errorf("base64: %q", got.Body)
	}
	single := ask(t, events.APIGatewayProxyRequest{Headers: map[string]string{"x-one": "1"}, QueryStringParameters: map[string]string{"q": "2"}})
	if single.Header.Get("X-One") != "1" || single.Query["q"][0] != "2" {
		t.Errorf("single values: %+v", single)
	}
	//lint:ignore SA1029 aws-lambda-go's own key
	traced := context.WithValue(context.Background(), "x-amzn-trace-id", "Root=1-abc;Parent=1;Sampled=0")
	answer, _ := New(http.HandlerFunc(serve))(traced, &e)
	if !strings.Contains(answer.Body, `"Trace":"1-abc"`) {
		t.Errorf("the trace is lost: %s", answer.Body)
	}
}

func TestABodyThatIsNotBase64IsAProblem(t *testing.T) {
	t.Parallel()
	e := events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/x", Body: "%%", IsBase64Encoded: true,
		RequestContext: events.APIGatewayProxyRequestContext{RequestID: "req-1"}}
	answer, err := New(http.HandlerFunc(serve))(context.Background(), &e)
	if err != nil || answer.StatusCode != http.StatusBadRequest || !strings.Contains(answer.Body,
		`"code":"malformed_body"`) || !strings.Contains(answer.Body, "req-1") {
		t.Errorf("%v %+v", err, answer)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  events.APIGatewayProxyResponse
	}{
		"nothing":    {func(http.ResponseWriter, *http.Request) {}, events.APIGatewayProxyResponse{StatusCode: 200}},
		"no content": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, events.APIGatewayProxyResponse{StatusCode: 204}},
		"early hints": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(202) },
			events.APIGatewayProxyResponse{StatusCode: 202}},
		"twice": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.WriteHeader(500) },
			events.APIGatewayProxyResponse{StatusCode: 201}},
		"text": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a"); fmt.Fprint(w, "ü") },
			events.APIGatewayProxyResponse{StatusCode: 200, Body: "aü"}},
		"bytes": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\xff") },
			events.APIGatewayProxyResponse{StatusCode: 200, Body: "/w==", IsBase64Encoded: true}},
	} {
		got, err := New(c.serve)(context.Background(), &events.APIGatewayProxyRequest{})
		if err != nil {
			t.Fatal(err)
		}
		got.MultiValueHeaders = nil
		if diff := cmp.Diff(&c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOnlyTheGatewayNamesTheCaller(t *testing.T) {
	t.Parallel()
	authorizer := map[string]any{"principalId": "cus_1", "sub": "cus_1", "role": "customer", "seller_id": "", "scopes": "a b", "exp": "1767326645",
		"integrationLatency": 3.0}
	who := ask(t, events.APIGatewayProxyRequest{RequestContext: events.APIGatewayProxyRequestContext{Authorizer: authorizer}}).Who
	want := &auth.Identity{Subject: "cus_1", Role: auth.Customer, Scopes: []string{"a", "b"}, ExpiresAt: time.Unix(1767326645, 0).UTC()}
	if diff := cmp.Diff(want, who); diff != "" {
		t.Error(diff)
	}
	signed := events.APIGatewayProxyRequestContext{RequestTimeEpoch: 1767326645000,
		Identity: events.APIGatewayRequestIdentity{UserArn: "arn:aws:sts::1:x"}}
	operator := &auth.Identity{Subject: "arn:aws:sts::1:x", Role: auth.Operator, ExpiresAt: time.Unix(1767326645+15*60, 0).UTC()}
	if diff := cmp.Diff(operator, ask(t, events.APIGatewayProxyRequest{RequestContext: signed}).Who); diff != "" {
		t.Error(diff)
	}
	forged, err := json.Marshal(map[string]any{"requestContext": map[string]any{"authorizer": authorizer}, "authorizer": authorizer})
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string][]string{"Authorization": {"Bearer x"}, "requestContext": {string(forged)}, "X-Amzn-Requestcontext": {string(forged)}}
	for k, v := range authorizer {
		headers[k] = []string{fmt.Sprint(v)}
		headers["X-"+k] = headers[k]
	}
	got := ask(t, events.APIGatewayProxyRequest{MultiValueHeaders: headers, MultiValueQueryStringParameters: headers, Body: string(forged),
		PathParameters: map[string]string{"sub": "cus_1"}, StageVariables: map[string]string{"sub": "cus_1"}})
	if got.Who != nil {
		t.Errorf("a client named itself: %+v", got.Who)
	}
}

func FuzzNew(f *testing.F) {
	f.Add("GET", "/100%", "k", "v", "body", false)
	f.Add("PO ST", "/a?b#c//..", "Host", "\x00\r\n", "%%", true)
	f.Add("", "", "", "", "", true)
	h := New(http.HandlerFunc(serve))
	routes := New(api.Handler(nil))
	f.Fuzz(func(t *testing.T, method, path, name, value, body string, encoded bool) {
		e := events.APIGatewayProxyRequest{HTTPMethod: method, Path: path, Body: body, IsBase64Encoded: encoded,
			MultiValueHeaders: map[string][]string{name: {value}}, MultiValueQueryStringParameters: map[string][]string{name: {value, value}}}
		for _, serve := range []func(context.Context, *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error){h, routes} {
			answer, err := serve(context.Background(), &e)
			if err != nil || answer.StatusCode < 200 || answer.StatusCode > 599 {
				t.Fatalf("%v %+v", err, answer)
			}
			if _, err := json.Marshal(answer); err != nil {
				t.Fatal(err)
			}
		}
	})
}
