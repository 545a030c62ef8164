// Package browser says what a browser is told with each answer of an API: which origins' pages may read it, and how
// careful to be with it. A preflight never comes here, as the gateway answers it (infra/browser.go).
package browser

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Serve is a function behind API Gateway.
type Serve = func(context.Context, *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error)

// exposed are the headers of answers that pages may read besides those that they always may.
const exposed = "ETag, Location, Retry-After, Idempotent-Replayed"

// careful is sent with every answer. None is a page, so nothing is to be loaded for one (CSP).
var careful = map[string]string{
	"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
	"X-Content-Type-Options":    "nosniff",
	"Referrer-Policy":           "no-referrer",
	"Content-Security-Policy":   "default-src 'none'; frame-ancestors 'none'",
}

// Tell has serve's answers tell browsers. Pages of the origins may read them; one that ends in :* stands for its every port.
// No cookie is ever asked for: callers show their token.
func Tell(serve Serve, origins []string) Serve {
	return func(ctx context.Context, e *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
		answer, err := serve(ctx, e)
		if err != nil || answer == nil {
			return answer, err
		}
		if answer.MultiValueHeaders == nil {
			answer.MultiValueHeaders = map[string][]string{}
		}
		h := answer.MultiValueHeaders
		for name, value := range careful {
			h[name] = []string{value}
		}
		h["Vary"] = append(h["Vary"], "Origin")
		if origin := originOf(e); slices.ContainsFunc(origins, func(o string) bool { return allows(o, origin) }) {
			h["Access-Control-Allow-Origin"] = []string{origin}
			h["Access-Control-Expose-Headers"] = []string{exposed}
		}
		return answer, nil
	}
}

// originOf is the Origin header, "" if there is not exactly one.
func originOf(e *events.APIGatewayProxyRequest) string {
	var all []string
	for name, values := range e.MultiValueHeaders {
		if strings.EqualFold(name, "Origin") {
			all = append(all, values...)
		}
	}
	if len(all) != 1 {
		return ""
	}
	return all[0]
}

func allows(allowed, origin string) bool {
	host, anyPort := strings.CutSuffix(allowed, ":*")
	if !anyPort {
		return origin == allowed
	}
	port, ok := strings.CutPrefix(origin, host+":")
	return ok && port != "" && strings.Trim(port, "0123456789") == ""
}
