package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const (
	securityScheme = "token"
	schemaPrefix   = "#/components/schemas/"
)

// Document returns the routes as an OpenAPI 3.0.3 document, the same for the same routes. Each operation has
// x-rialto-function, the function that serves it, or x-rialto-stream, the context on whose stream the gateway puts what
// comes, and x-rialto-access. It fails on a table that breaks a
// rule: an id that is not camelCase or not unique, a route that spends without an Idempotency-Key.
//
// This is the document for people and clients. Gateway makes of it what API Gateway is to import.
func Document(title, version string, routes []Route) (doc map[string]any, err error) {
	defer func() { // huma panics on a type or a tag that it cannot describe
		if p := recover(); p != nil {
			err = fmt.Errorf("document: %v", p)
		}
	}()
	var context string // of the route that is being registered
	registry := huma.NewMapRegistry(schemaPrefix, func(t reflect.Type, hint string) string {
		return namer(context)(t, hint)
	})
	a := huma.NewAPI(configuration(title, version, registry), &bound{})
	a.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		securityScheme: {Type: "http", Scheme: "bearer", BearerFormat: "JWT",
			Description: "A token of an accepted issuer, or a guest's (POST /api/v1/guests). " +
				"Operators have one locally; on AWS they sign their requests with IAM instead"},
	}
	seen := map[string]bool{}
	for _, r := range routes {
		if err := r.check(seen); err != nil {
			return nil, fmt.Errorf("document: %s %s: %w", r.Method, r.Path, err)
		}
		context = r.Context
		r.register(a, r.operation())
		r.documentAlso(a.OpenAPI())
	}
	raw, err := a.OpenAPI().Downgrade()
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	if doc["paths"] == nil {
		doc["paths"] = map[string]any{} // required, though there be no route
	}
	removeUnknown(doc)
	openResponses(doc)
	describeTexts(doc)
	return doc, nil
}

var (
	idForm   = regexp.MustCompile(`^[a-z][A-Za-z0-9]+$`)
	pathForm = regexp.MustCompile(`^(/([a-z0-9-]+|\{[a-z_]+\}))+$`)
)

// check keeps the rules of a route; seen holds the ids and paths before it.
func (r Route) check(seen map[string]bool) error {
	operation := r.Method + " " + r.Path
	switch {
	case r.register == nil:
		return fmt.Errorf("route %q has no handler", r.ID)
	case !idForm.MatchString(r.ID):
		return fmt.Errorf("id %q is not camelCase", r.ID)
	case seen[r.ID] || seen[operation]:
		return fmt.Errorf("route %q is there twice", r.ID)
	case !pathForm.MatchString(r.Path):
		return fmt.Errorf("a path is of words in lower case and parameters in snake_case")
	case r.Summary == "" || r.Context == "":
		return fmt.Errorf("route %q lacks a summary or a context", r.ID)
	case rolesOf[r.Access] == nil && r.Access != Public:
		return fmt.Errorf("route %q has no access", r.ID)
	case r.Spends && !r.hasKey():
		return fmt.Errorf("route %q spends and takes no Idempotency-Key", r.ID)
	}
	seen[r.ID], seen[operation] = true, true
	return nil
}

func (r Route) hasKey() bool {
	for _, f := range reflect.VisibleFields(r.input) {
		if f.Tag.Get("header") == "Idempotency-Key" {
			return f.Tag.Get("required") == "true"
		}
	}
	return false
}

// documentAlso gives the other successes the answer of the first.
func (r Route) documentAlso(o *huma.OpenAPI) {
	op := operationOf(o, r)
	for _, status := range r.Also {
		same := *op.Responses[strconv.Itoa(r.success())]
		same.Description = http.StatusText(status)
		op.Responses[strconv.Itoa(status)] = &same
	}
}

func operationOf(o *huma.OpenAPI, r Route) *huma.Operation {
	item := o.Paths[r.Path]
	return map[string]*huma.Operation{
		http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete,
		http.MethodPatch: item.Patch,
	}[r.Method]
}

// removeUnknown removes what OpenAPI 3.0 or API Gateway's importer does not know.
func removeUnknown(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			removeUnknown(item)
		}
	case map[string]any:
		if _, isSchema := v["type"].(string); isSchema {
			for _, unknown := range []string{"examples", "patternDescription", "contentMediaType", "dependentRequired"} {
				delete(v, unknown)
			}
		}
		for _, item := range v {
			removeUnknown(item)
		}
	}
}

// openResponses lets answers gain fields: only what is reachable from a request body stays closed to unknown ones.
func openResponses(doc map[string]any) {
	closed := asked(doc)
	for name, s := range object(object(doc["components"])["schemas"]) {
		if s := object(s); !closed[name] && s["additionalProperties"] == false {
			delete(s, "additionalProperties")
		}
	}
}

// asked names the schemas that are reachable from a request body.
func asked(doc map[string]any) map[string]bool {
	schemas := object(object(doc["components"])["schemas"])
	names := map[string]bool{}
	var reach func(any)
	reach = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				reach(item)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				if name := strings.TrimPrefix(ref, schemaPrefix); !names[name] {
					names[name] = true
					reach(schemas[name])
				}
			}
			for _, item := range v {
				reach(item)
			}
		}
	}
	for _, item := range object(doc["paths"]) {
		for _, op := range object(item) {
			reach(object(op)["requestBody"])
		}
	}
	return names
}
