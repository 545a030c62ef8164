package api

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// endpoint serves one route.
type endpoint struct {
	settings
	route Route
	bind  func() *bound
}

// bound is a route bound to its types.
type bound struct {
	op       *huma.Operation
	handle   func(huma.Context)
	params   map[string]*huma.Param // by "in.name"
	registry huma.Registry
}

// Handle makes bound the adapter that huma registers with.
func (b *bound) Handle(op *huma.Operation, handle func(huma.Context)) { b.op, b.handle = op, handle }

// ServeHTTP serves a request that was admitted and read.
func (b *bound) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.handle(humago.NewContext(b.op, r, w))
}

func newEndpoint(r Route, s settings) *endpoint {
	return &endpoint{settings: s, route: r, bind: sync.OnceValue(func() *bound {
		b := &bound{params: map[string]*huma.Param{}, registry: huma.NewMapRegistry(schemaPrefix, namer(r.Context))}
		r.register(huma.NewAPI(configuration("", "", b.registry), b), r.operation())
		for _, p := range b.op.Parameters {
			b.params[p.In+"."+p.Name] = p
		}
		return b
	})}
}

// ServeHTTP admits the caller, counts, reads the request and serves it.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.route.Access != Public { // what a token opens is nobody else's
		w.Header().Set("Cache-Control", "no-store")
	}
	if err := e.admit(r); err != nil {
		Fail(w, r, err)
		return
	}
	if err := e.limited(r); err != nil {
		Fail(w, r, err)
		return
	}
	b := e.bind()
	flaws, refused := b.readParameters(r)
	if refused == nil && e.route.hasBody() {
		var more []fault.Field
		more, refused = b.readBody(r, e.route.bodyRequired())
		flaws = append(flaws, more...)
	}
	if refused != nil {
		write(w, refused.problem(r.Context()))
		return
	}
	b.ServeHTTP(w, r.WithContext(withFlaws(r.Context(), flaws)))
}

var (
	errUnauthorized = fault.New(fault.Unauthorized, "unauthorized", "this operation needs a valid token")
	errForbidden    = fault.New(fault.Forbidden, "forbidden", "this token does not allow this operation")
)

// admit lets a caller in whose token is of a kind that the route is for. The gateway caches what its authorizer
// said, so the token's end is checked at each request. One that is for one order opens the routes of that order.
func (e *endpoint) admit(r *http.Request) error {
	if e.route.Access == Public {
		return nil
	}
	who, ok := auth.From(r.Context())
	if !ok || !e.now().Before(who.ExpiresAt) {
		return errUnauthorized
	}
	if !slices.Contains(rolesOf[e.route.Access], who.Role) || who.Role == auth.Seller && who.SellerID == "" {
		return errForbidden
	}
	if who.OrderID != "" && who.OrderID != r.PathValue("order_id") {
		return errForbidden
	}
	return nil
}

var rolesOf = map[Access][]auth.Role{
	Guest:    {auth.Guest, auth.Customer},
	Customer: {auth.Customer},
	Seller:   {auth.Seller},
	Operator: {auth.Operator},
}

// readParameters finds what huma does not look at: parameters that the route does not have, that are given
// twice or empty, and text that is none.
func (b *bound) readParameters(r *http.Request) ([]fault.Field, *refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "malformed_query", "the query string could not be read")
	}
	var flaws []fault.Field
	check := func(pointer string, p *huma.Param, values []string) {
		many := p.Explode != nil && *p.Explode
		if len(values) > 1 && !many {
			flaws = append(flaws, flaw(pointer, codeRepeated, ""))
		}
		if slices.ContainsFunc(values, isNoText) {
			flaws = append(flaws, flaw(pointer, codeBadText, ""))
		}
		if emptyParameter(p, values) {
			flaws = append(flaws, flaw(pointer, codeTooShort, "must have a character that is no space"))
		}
	}
	for name, values := range query {
		p, known := b.params["query."+name]
		switch {
		case known:
			check("query."+name, p, values)
		case isName(name):
			flaws = append(flaws, flaw("query."+name, codeUnknownParameter, ""))
		default:
			flaws = append(flaws, flaw("query", codeUnknownParameter, ""))
		}
	}
	for place, p := range b.params {
		switch p.In {
		case "header":
			check(place, p, r.Header.Values(p.Name))
		case "path":
			check(place, p, []string{r.PathValue(p.Name)})
		}
	}
	return flaws, nil
}

func isNoText(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }

// bodyRequired tells whether the input's Body is more than an optional pointer.
func (r Route) bodyRequired() bool {
	f, ok := r.input.FieldByName("Body")
	return ok && (f.Type.Kind() != reflect.Pointer || f.Tag.Get("required") == "true")
}
