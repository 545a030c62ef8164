package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"rialto/functions/internal/fault"
)

// Access says who may call a route.
type Access string

const (
	Public   Access = "public"   // anybody; no token is looked at
	Guest    Access = "guest"    // a guest's or a customer's token
	Customer Access = "customer" // a customer's token
	Seller   Access = "seller"   // a seller's token, which names the seller
	Operator Access = "operator" // an operator's signature, or locally token
)

// Route is one operation of an API. Fill the exported fields and pass it to Handle.
type Route struct {
	ID      string // camelCase, unique over all APIs; the operationId
	Method  string // GET, POST, PUT or DELETE
	Path    string // from the root: /api/v1/…, /seller/v1/…, /ops/v1/… or /webhooks/v1/…, parameters in braces
	Summary string // one line
	Context string // the bounded context, whose api function serves it
	Access  Access
	// Spends marks a route that spends money or stock; its input embeds IdempotencyKey.
	Spends bool
	// Limits hold callers to so many requests, where abuse pays.
	Limits []Limit
	// Success is the status of an output that sets none; 0 means 200 with a body and 204 without.
	Success int
	// Also lists the other success statuses that an output's Status may hold.
	Also []int
	// Errors lists the failures of the use case itself. Those of reading a request and of access are known.
	Errors []fault.Kind

	// streamed says that the gateway serves the route, without a function (Accept).
	streamed bool

	input, output reflect.Type
	register      func(huma.API, huma.Operation)
}

// Handle completes a route with the function that serves it. I is a struct with path, query and header tags and
// optionally Body; O a struct with header tags and optionally Body and Status (an int, declared in O itself,
// not embedded). A nil *O answers with the success status and no body. An error is answered by its fault;
// errors that are none become a 500 that tells nothing.
func Handle[I, O any](def Route, f func(context.Context, *I) (*O, error)) Route {
	def.input, def.output = reflect.TypeFor[I](), reflect.TypeFor[O]()
	def.register = func(a huma.API, op huma.Operation) {
		huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
			if flaws := flawsOf(ctx); len(flaws) > 0 {
				return nil, invalid(ctx, flaws)
			}
			out, err := f(ctx, in)
			if err != nil {
				return nil, failure(ctx, err)
			}
			fillStatus(out, op.DefaultStatus)
			return out, nil
		})
	}
	return def
}

// Accept completes a route that no function serves: the gateway puts the body, as it came, on the stream of the route's
// context, and answers 202 without one. I is a struct whose Body is what is expected. The gateway checks it as far as it
// looks without refusing a list for one of its items, so whoever reads the stream checks all of it.
func Accept[I any](def Route) Route {
	def.streamed, def.Success = true, http.StatusAccepted
	return Handle(def, func(context.Context, *I) (*struct{}, error) {
		return nil, fault.New(fault.Internal, "internal", "no function serves %s", def.ID)
	})
}

// fillStatus fills an output's Status that was left 0.
func fillStatus(out any, status int) {
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return
	}
	if s := v.Elem().FieldByName("Status"); s.IsValid() && s.Kind() == reflect.Int && s.Int() == 0 {
		s.SetInt(int64(status))
	}
}

func (r Route) success() int {
	if r.Success != 0 {
		return r.Success
	}
	if _, ok := r.output.FieldByName("Body"); ok {
		return http.StatusOK
	}
	return http.StatusNoContent
}

// takesBytes tells whether the body is handed on as it came (RawBody), for one whose signature is checked. Nothing of it is looked at.
func (r Route) takesBytes() bool {
	_, ok := r.input.FieldByName("RawBody")
	return ok
}

func (r Route) hasBody() bool {
	_, ok := r.input.FieldByName("Body")
	return ok
}
