package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rialto/functions/internal/fault"
)

// operation is the route as huma knows it.
func (r Route) operation() huma.Operation {
	op := huma.Operation{
		OperationID:   r.ID,
		Method:        r.Method,
		Path:          r.Path,
		Summary:       r.Summary,
		Tags:          []string{r.Context},
		DefaultStatus: r.success(),
		MaxBodyBytes:  bodyLimit + 1, // huma refuses what reaches its limit; readBody has refused before
		Errors:        r.errors(),

		SkipValidateBody: r.takesBytes(),
		Extensions: map[string]any{
			"x-rialto-function": r.Context + "-api",
			"x-rialto-access":   string(r.Access),
		},
	}
	if r.streamed {
		delete(op.Extensions, "x-rialto-function")
		op.Extensions["x-rialto-stream"] = r.Context
	}
	if r.Access != Public {
		op.Security = []map[string][]string{{securityScheme: {}}}
	}
	return op
}

// errors are the statuses of all failures that a route can have.
func (r Route) errors() []int {
	kinds := append([]fault.Kind{fault.Malformed, fault.Invalid, fault.Throttled, fault.Internal, fault.Unavailable}, r.Errors...)
	if r.Access != Public {
		kinds = append(kinds, fault.Unauthorized, fault.Forbidden)
	}
	var list []int
	for _, k := range kinds {
		list = append(list, statuses[k])
	}
	if r.hasBody() {
		list = append(list, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// namer names schemas by context and type, as two contexts may use one name, in letters and digits only, as
// API Gateway demands of models. A type without a name is the route's.
func namer(context string) func(reflect.Type, string) string {
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t == reflect.TypeFor[Problem]() {
			return "Problem"
		}
		owner, name := context, hint
		if t.Name() != "" {
			owner = strings.TrimSuffix(t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:], "api")
			name = huma.DefaultSchemaNamer(t, hint)
		}
		name = camelCase(name)
		if owner = camelCase(owner); strings.HasPrefix(name, owner) {
			return name
		}
		return owner + name
	}
}

// camelCase joins the words of s, each with a capital.
func camelCase(s string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
