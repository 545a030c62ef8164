package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

var documents = map[string]struct {
	make   func() (map[string]any, error)
	routes func() []RouteInfo
}{
	"shopper document":  {ShopperDocument, ShopperRoutes},
	"seller document":   {SellerDocument, SellerRoutes},
	"ops document":      {OpsDocument, OpsRoutes},
	"ops reference":     {OpsReference, OpsRoutes},
	"shopper reference": {ShopperReference, ShopperRoutes},
	"seller reference":  {SellerReference, SellerRoutes},
}

func encoded(t *testing.T, make func() (map[string]any, error)) []byte {
	t.Helper()
	doc, err := make()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestDocumentsAreValidAndTheSameEachTime(t *testing.T) {
	t.Parallel()
	for name, d := range documents {
		raw := encoded(t, d.make)
		parsed, err := openapi3.NewLoader().LoadFromData(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := parsed.Validate(context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(raw, encoded(t, d.make)) {
			t.Errorf("%s: two calls, two documents", name)
		}
	}
}

func TestDocumentsHoldTheRoutes(t *testing.T) {
	t.Parallel()
	for name, d := range documents {
		var doc struct {
			Paths map[string]map[string]struct {
				OperationID string `json:"operationId"`
				Function    string `json:"x-rialto-function"`
				Stream      string `json:"x-rialto-stream"`
				Access      string `json:"x-rialto-access"`
				Security    []any  `json:"security"`
			} `json:"paths"`
		}
		if err := json.Unmarshal(encoded(t, d.make), &doc); err != nil {
			t.Fatal(err)
		}
		got := map[string]RouteInfo{}
		for path, methods := range doc.Paths {
			for method, op := range methods {
				context := op.Stream + strings.TrimSuffix(op.Function, "-api") // either
				got[op.OperationID] = RouteInfo{ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Context: context, Access: op.Access}
				if (len(op.Security) == 0) != (op.Access == "public") {
					t.Errorf("%s: %s is %s with security %v", name, op.OperationID, op.Access, op.Security)
				}
			}
		}
		want := map[string]RouteInfo{}
		for _, r := range d.routes() {
			want[r.ID] = r
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-routes +document):\n%s", name, diff)
		}
	}
}

func TestRoutesAreBelowTheirAPIsPathAndHaveAFunction(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, f := range Functions() {
		if f.Trigger.API {
			served[f.Context] = false
		}
	}
	ids := map[string]bool{}
	for base, routes := range map[string][]RouteInfo{"/api/v1/": ShopperRoutes(), "/seller/v1/": SellerRoutes(), "/ops/v1/": OpsRoutes()} {
		for _, r := range routes {
			webhook := base == "/api/v1/" && r.Access == "public" && strings.HasPrefix(r.Path, "/webhooks/v1/")
			if !strings.HasPrefix(r.Path, base) && !webhook || (r.Access == "seller") != (base == "/seller/v1/") ||
				(r.Access == "operator") != (base == "/ops/v1/") {
				t.Errorf("%s is a %s route at %s: sellers' routes, and no others, are listed under seller and begin with /seller/v1/; "+
					"operators' under operator, and with /ops/v1/", r.ID, r.Access, r.Path)
			}
			if ids[r.ID] {
				t.Errorf("two routes are called %s", r.ID)
			}
			ids[r.ID] = true
			if _, ok := served[r.Context]; !ok {
				t.Errorf("%s: context %s has no api function", r.ID, r.Context)
			}
			served[r.Context] = true
		}
	}
	for _, context := range slices.Sorted(maps.Keys(served)) {
		if !served[context] {
			t.Errorf("%s has an api function and no routes: set shopper, seller or operator in functions/contract/%s.go", context, context)
		}
	}
}
