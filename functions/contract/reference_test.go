package contract

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// routesFile is the page of all routes for people, made from the OpenAPI reference documents.
const routesFile = "ROUTES.md"

// ROUTES.md says what the documents say. RIALTO_GOLDEN=1 writes it anew. Seen to catch: a route, and a field of a body, that
// were added without it.
func TestTheRoutesAreListedForPeople(t *testing.T) {
	t.Parallel()
	page := routesPage(t)
	if os.Getenv("RIALTO_GOLDEN") != "" {
		if err := os.WriteFile(routesFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(routesFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(stored) == page {
		return
	}
	listed := strings.Split(string(stored), "\n")
	for _, line := range strings.Split(page, "\n") {
		if !slices.Contains(listed, line) {
			t.Errorf("%s lacks the line\n%s", routesFile, line)
		}
	}
	t.Errorf("%s is not what the documents say: RIALTO_GOLDEN=1 go test ./functions/contract", routesFile)
}

const routesIntroduction = `# Routes

Written by ` + "`RIALTO_GOLDEN=1 go test ./functions/contract`" + ` from the OpenAPI documents, which each deployed API serves whole at
` + "`/api/v1/openapi.json`, `/seller/v1/openapi.json` and `/ops/v1/openapi.json`" + `.

Access: **public** needs no token; **guest** takes a guest's token (` + "`POST /api/v1/guests`" + `) or a customer's; **customer** a
customer's; **seller** a seller's. Locally ` + "`make token CUSTOMER=cus_…`, `SELLER=sel_…` or `OPERATOR=name`" + ` mints one, sent as
` + "`Authorization: Bearer …`" + `. On AWS an **operator** sends none, and signs the request with IAM.

Every failure is ` + "`application/problem+json`" + ` (RFC 9457) with a stable ` + "`code`, a `trace_id`" + ` and, for flaws of the request, an
` + "`errors`" + ` list with a pointer each. 400, 422, 429, 500 and 503 can come of any route, 401 and 403 of any that is not public;
the others are listed. In bodies, ` + "`?`" + ` marks a field that may be absent, and money is
` + "`{amount: integer, in minor units; currency: ISO 4217}`" + `.
`

func routesPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(routesIntroduction)
	for _, a := range []struct {
		title     string
		reference func() (map[string]any, error)
		routes    []RouteInfo
	}{
		{"Shopper API", ShopperReference, ShopperRoutes()},
		{"Seller API", SellerReference, SellerRoutes()},
		{"Operators' API", OpsReference, OpsRoutes()},
	} {
		doc, err := a.reference()
		if err != nil {
			t.Fatal(err)
		}
		p := page{doc}
		fmt.Fprintf(&b, "\n## %s\n\n| route | context | access |\n| --- | --- | --- |\n", a.title)
		for _, r := range a.routes {
			fmt.Fprintf(&b, "| [`%s %s`](#%s) | %s | %s |\n", r.Method, r.Path, strings.ToLower(r.ID), r.Context, r.Access)
		}
		for _, r := range a.routes {
			b.WriteString(p.route(r))
		}
	}
	return b.String()
}

// page renders what a document says.
type page struct{ doc map[string]any }

func (p page) route(r RouteInfo) string {
	op := at(p.doc, "paths", r.Path, strings.ToLower(r.Method))
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n`%s %s` (%s, %s): %s.\n", r.ID, r.Method, r.Path, r.Context, r.Access, op["summary"])
	if list, _ := op["parameters"].([]any); len(list) > 0 {
		b.WriteString("\n| parameter | in | type | |\n| --- | --- | --- | --- |\n")
		for _, v := range list {
			q := v.(map[string]any)
			name := q["name"].(string)
			if q["required"] != true {
				name += "?"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, q["in"], strings.ReplaceAll(typeOf(at(q, "schema")), "|", "\\|"), text(q["description"]))
		}
	}
	if body := at(op, "requestBody", "content", "application/json", "schema"); body != nil {
		b.WriteString("\nBody:\n\n```\n" + p.sketch(body, "", nil) + "\n```\n")
	}
	b.WriteString(p.answers(at(op, "responses")))
	return b.String()
}

// answers renders the successes with their bodies, alike ones once, and the failures that not every route has.
func (p page) answers(responses map[string]any) string {
	everywhere := []string{"400", "401", "403", "422", "429", "500", "503"}
	var b strings.Builder
	var bodies, failures []string
	statuses := map[string][]string{} // by body
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		if status >= "400" {
			if !slices.Contains(everywhere, status) {
				failures = append(failures, status)
			}
			continue
		}
		body := ""
		if s := at(responses, status, "content", "application/json", "schema"); s != nil {
			body = "\n```\n" + p.sketch(s, "", nil) + "\n```\n"
		}
		if !slices.Contains(bodies, body) {
			bodies = append(bodies, body)
		}
		statuses[body] = append(statuses[body], status)
	}
	for _, body := range bodies {
		end := ":"
		if body == "" {
			end = ", without a body."
		}
		fmt.Fprintf(&b, "\nAnswer %s%s\n%s", strings.Join(statuses[body], ", "), end, body)
	}
	if failures != nil {
		fmt.Fprintf(&b, "\nAlso fails with %s.\n", strings.Join(failures, ", "))
	}
	return b.String()
}

// sketch draws a schema as the JSON that it stands for; within are the names of schemas around it.
func (p page) sketch(s map[string]any, indent string, within []string) string {
	if ref, ok := s["$ref"].(string); ok {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		if name == "MoneyAmount" {
			return "money"
		}
		if slices.Contains(within, name) {
			return "… the same again"
		}
		return p.sketch(at(p.doc, "components", "schemas", name), indent, append(slices.Clone(within), name))
	}
	if items := at(s, "items"); items != nil {
		return "[" + p.sketch(items, indent, within) + "]"
	}
	fields := at(s, "properties")
	if fields == nil {
		if values := at(s, "additionalProperties"); values != nil {
			return "{name: " + p.sketch(values, indent, within) + "}"
		}
		return typeOf(s)
	}
	required, _ := s["required"].([]any)
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field := at(fields, name)
		mark := "?"
		if slices.Contains(required, any(name)) {
			mark = ""
		}
		line := indent + "  " + name + mark + ": " + p.sketch(field, indent+"  ", within)
		if d := text(field["description"]); d != "" {
			first, rest, _ := strings.Cut(line, "\n")
			line = strings.TrimSuffix(first+"  // "+d+"\n"+rest, "\n")
		}
		b.WriteString(line + "\n")
	}
	return b.String() + indent + "}"
}

// typeOf says what values of a schema are.
func typeOf(s map[string]any) string {
	kind := text(s["type"])
	if items := at(s, "items"); items != nil {
		return "list of " + typeOf(items)
	}
	if values, ok := s["enum"].([]any); ok {
		var list []string
		for _, v := range values {
			list = append(list, fmt.Sprint(v))
		}
		kind = strings.Join(list, " | ")
	}
	for _, bounds := range [][2]string{{"minimum", "maximum"}, {"minLength", "maxLength"}} {
		least, most := s[bounds[0]], s[bounds[1]]
		unit := ""
		if bounds[0] == "minLength" {
			unit = " characters"
		}
		switch {
		case least != nil && most != nil:
			kind += fmt.Sprintf(", %s to %s%s", number(least), number(most), unit)
		case least != nil:
			kind += fmt.Sprintf(", at least %s%s", number(least), unit)
		case most != nil:
			kind += fmt.Sprintf(", at most %s%s", number(most), unit)
		}
	}
	if f := text(s["format"]); strings.HasPrefix(f, "date") {
		kind = f
	}
	if d := s["default"]; d != nil {
		kind += ", default " + number(d)
	}
	return cmp.Or(kind, "any")
}

// number prints a number of JSON without an exponent.
func number(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprint(v)
}

func text(v any) string { s, _ := v.(string); return s }

// at is the object at a path of keys, nil if there is none.
func at(v map[string]any, path ...string) map[string]any {
	for _, key := range path {
		v, _ = v[key].(map[string]any)
	}
	return v
}
