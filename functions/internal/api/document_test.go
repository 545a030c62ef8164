package api

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

func testDocument(t *testing.T) map[string]any {
	t.Helper()
	doc, err := Document("Test", "1", testRoutes())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDocumentsAreValidOpenAPI30(t *testing.T) {
	t.Parallel()
	doc := testDocument(t)
	empty, err := Document("Empty", "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]map[string]any{"document": doc, "gateway": Gateway(doc), "empty": empty} {
		if d["openapi"] != "3.0.3" {
			t.Errorf("%s: version %v", name, d["openapi"])
		}
		parsed, err := openapi3.NewLoader().LoadFromData(mustJSON(t, d))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := parsed.Validate(context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDocumentIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	first := mustJSON(t, testDocument(t))
	for range 5 {
		if !bytes.Equal(first, mustJSON(t, testDocument(t))) {
			t.Fatal("the same routes gave two documents")
		}
	}
}

func TestDocumentSaysWhatARouteIs(t *testing.T) {
	t.Parallel()
	doc := testDocument(t)
	operation := func(path, method string) map[string]any { return object(object(object(doc["paths"])[path])[method]) }
	keys := func(m map[string]any) (l []string) {
		for k := range m {
			l = append(l, k)
		}
		slices.Sort(l)
		return l
	}
	place := operation("/api/v1/orders", "post")
	if place["x-rialto-function"] != "orders-api" || place["x-rialto-access"] != "guest" || place["operationId"] != "placeOrder" {
		t.Errorf("%v", place)
	}
	if diff := cmp.Diff([]any{map[string]any{"token": []any{}}}, place["security"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"201", "202", "400", "401", "402", "403", "409", "413", "415", "422", "429", "500", "503"},
		keys(object(place["responses"]))); diff != "" {
		t.Error(diff)
	}
	created := object(object(place["responses"])["201"])
	if diff := cmp.Diff([]string{"Idempotent-Replayed", "Location", "Retry-After"}, keys(object(created["headers"]))); diff != "" {
		t.Error(diff)
	}
	refused := object(object(object(object(place["responses"])["402"])["content"])["application/problem+json"])
	if ref := object(refused["schema"])["$ref"]; ref != "#/components/schemas/Problem" {
		t.Errorf("problems are described by %v", ref)
	}
	get := operation("/api/v1/orders/{order_id}", "get")
	if get["security"] != nil || object(get["responses"])["401"] != nil {
		t.Error("a public route asks for a token")
	}
	var params []string
	for _, p := range list(get["parameters"]) {
		params = append(params, object(p)["in"].(string)+" "+object(p)["name"].(string))
	}
	if diff := cmp.Diff([]string{"path order_id", "query limit", "query cursor", "query open", "query sort"}, params); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"FaultField", "OrdersChangeInputBody", "OrdersGetOutputBody", "Problem", "TestLine", "TestOrder"},
		keys(object(object(doc["components"])["schemas"]))); diff != "" {
		t.Error(diff)
	}
}

// What API Gateway's import refuses or drops: model names with other than letters and digits, keywords of
// later JSON Schema drafts, and defaults of path parameters.
func TestDocumentsStayInsideWhatTheGatewayImports(t *testing.T) {
	t.Parallel()
	doc := testDocument(t)
	name := regexp.MustCompile(`^[A-Za-z0-9]+$`)
	for n := range object(object(doc["components"])["schemas"]) {
		if !name.MatchString(n) {
			t.Errorf("model %q", n)
		}
	}
	var walk func(string, any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(at, item)
			}
		case map[string]any:
			for k, item := range v {
				if slices.Contains([]string{"examples", "const", "contentEncoding", "contentMediaType", "dependentRequired", "patternDescription", "$schema"},
					k) && !strings.HasSuffix(at, "/properties") {
					t.Errorf("%s/%s", at, k)
				}
				if _, isBool := item.(bool); strings.HasPrefix(k, "exclusiveM") && !isBool {
					t.Errorf("%s/%s is no boolean", at, k)
				}
				if _, isList := item.([]any); k == "type" && isList {
					t.Errorf("%s/%s is a list", at, k)
				}
				walk(at+"/"+k, item)
			}
		}
	}
	walk("", doc)
	slim := mustJSON(t, Gateway(doc))
	for _, word := range []string{"additionalProperties", "nullable", "pattern", "enum", "default", "minimum"} {
		if bytes.Contains(slim, []byte(`"`+word+`"`)) {
			t.Errorf("the gateway's copy has %s", word)
		}
	}
}

func TestGatewayKeepsPathsMethodsAndWhatIsRequired(t *testing.T) {
	t.Parallel()
	doc := testDocument(t)
	slim := Gateway(doc)
	for path, item := range object(doc["paths"]) {
		for method, op := range object(item) {
			copied := object(object(object(slim["paths"])[path])[method])
			for _, same := range []string{"operationId", "security", "x-rialto-function", "x-rialto-access"} {
				if diff := cmp.Diff(object(op)[same], copied[same]); diff != "" {
					t.Errorf("%s %s %s: %s", method, path, same, diff)
				}
			}
			if len(list(object(op)["parameters"])) != len(list(copied["parameters"])) {
				t.Fatalf("%s %s: parameters differ", method, path)
			}
			for i, p := range list(object(op)["parameters"]) {
				want := object(p)["required"] == true && object(p)["in"] != "header"
				if slim := object(list(copied["parameters"])[i]); slim["name"] != object(p)["name"] || slim["in"] != object(p)["in"] || slim["required"] != want {
					t.Errorf("%s %s: %v became %v", method, path, p, slim)
				}
			}
			if (object(op)["requestBody"] == nil) != (copied["requestBody"] == nil) {
				t.Errorf("%s %s: bodies differ", method, path)
			}
		}
	}
}

func TestClosedToUnknownFieldsAreRequestsOnly(t *testing.T) {
	t.Parallel()
	for name, s := range object(object(testDocument(t)["components"])["schemas"]) {
		closed := object(s)["additionalProperties"] == false
		if request := slices.Contains([]string{"TestOrder", "TestLine", "OrdersChangeInputBody"}, name); closed != request {
			t.Errorf("%s: closed %v", name, closed)
		}
	}
}

func TestTablesThatBreakARuleGiveNoDocument(t *testing.T) {
	t.Parallel()
	serve := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	good := Route{ID: "doIt", Method: "POST", Path: "/api/v1/it", Summary: "It", Context: "its", Access: Public}
	change := func(f func(*Route)) []Route { r := good; f(&r); return []Route{Handle(r, serve)} }
	for name, routes := range map[string][]Route{
		"id":         change(func(r *Route) { r.ID = "do-it" }),
		"path":       change(func(r *Route) { r.Path = "/api/v1/It/" }),
		"access":     change(func(r *Route) { r.Access = "" }),
		"summary":    change(func(r *Route) { r.Summary = "" }),
		"context":    change(func(r *Route) { r.Context = "" }),
		"spends":     change(func(r *Route) { r.Spends = true }),
		"no handler": {good},
		"same id": {Handle(good, serve), Handle(Route{ID: "doIt", Method: "GET", Path: "/api/v1/it", Summary: "It", Context: "its", Access: Public},
			serve)},
		"same path": {Handle(good, serve), Handle(Route{ID: "other", Method: "POST", Path: "/api/v1/it", Summary: "It", Context: "its",
			Access: Public}, serve)},
		"optional key": {Handle(Route{ID: "doIt", Method: "POST", Path: "/x", Summary: "x", Context: "x", Access: Public, Spends: true},
			func(context.Context, *OptionalIdempotencyKey) (*struct{}, error) { return nil, nil })},
		"bad tag": {Handle(good, func(context.Context, *struct {
			N int `query:"n" minimum:"x"`
		}) (*struct{}, error) {
			return nil, nil
		})},
	} {
		if _, err := Document("Test", "1", routes); err == nil {
			t.Errorf("%s: a document was made", name)
		}
	}
	if _, err := Document("Test", "1", change(func(*Route) {})); err != nil {
		t.Errorf("the good one: %v", err)
	}
}
