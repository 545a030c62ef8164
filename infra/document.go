package infra

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"rialto/functions/contract"
)

// Document is the OpenAPI document of an API. Each operation says what it needs in two extensions: x-rialto-function,
// the function that serves it, or x-rialto-stream, whose stream takes it, and x-rialto-access, who may call it.
type Document struct {
	Deployed  map[string]any // what the gateway is made from
	Reference map[string]any // the whole one, for people and clients, which the API serves
}

// Documents are those of the APIs.
type Documents struct{ Shopper, Seller, Ops Document }

const (
	extension        = "x-rialto-"
	functionOf       = extension + "function"
	streamOf         = extension + "stream"
	accessOf         = extension + "access"
	public           = "public"
	operator         = "operator"
	authorizerScheme = "token"
	signatureScheme  = "signature"
	authorizerID     = "customers-authorize"
	// withoutBody is the validator of operations that take none.
	withoutBody = "parameters"
	// authorizerTTL is how long the gateway remembers a token's policy, in seconds. A handler checks the token's
	// end by itself.
	authorizerTTL = 60
	// gatewayLimit is the longest that API Gateway waits, in milliseconds.
	gatewayLimit = 29_000
)

// accesses are the values of x-rialto-access. What tells guest, customer and seller apart is the handler's to
// check; the gateway only asks for a valid token. Of an operator it asks on AWS for a signature (IAM).
var accesses = []string{public, "guest", "customer", "seller", operator}

// gatewayDocument is a copy of a document in which each operation is joined to its function, and each that is not
// public to the authorizer; requests are validated and every answer of the gateway's own is a problem document.
// It also returns the functions that are called. caller is the role that API Gateway calls them with, "" for none.
func gatewayDocument(doc map[string]any, stage Stage, caller string) (map[string]any, []string, error) {
	out := clone(doc).(map[string]any)
	paths, _ := out["paths"].(map[string]any)
	if len(paths) == 0 {
		return nil, nil, errors.New("the document has no paths")
	}
	called := []string{}
	var problems []error
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		operations, _ := paths[path].(map[string]any)
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			operation, ok := operations[method].(map[string]any)
			if !ok || method == "parameters" {
				continue
			}
			function, err := join(operation, stage, caller)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s %s: %w", strings.ToUpper(method), path, err))
				continue
			}
			if function != "" && !slices.Contains(called, function) {
				called = append(called, function)
			}
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, nil, err
	}
	components, _ := out["components"].(map[string]any)
	if components == nil {
		components = map[string]any{}
		out["components"] = components
	}
	if signed(out) {
		components["securitySchemes"] = map[string]any{signatureScheme: map[string]any{
			"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}}
	} else {
		components["securitySchemes"] = map[string]any{authorizerScheme: authorizer(stage, caller)}
		called = slices.Insert(called, 0, authorizerID)
	}
	delete(out, "security") // public routes have none, the others their own
	delete(out, "servers")  // the stage's base path is not the document's
	out["x-amazon-apigateway-request-validators"] = map[string]any{
		"all":       map[string]any{"validateRequestBody": true, "validateRequestParameters": true},
		withoutBody: map[string]any{"validateRequestBody": false, "validateRequestParameters": true},
	}
	out["x-amazon-apigateway-request-validator"] = "all"
	out["x-amazon-apigateway-gateway-responses"] = gatewayResponses(stage)
	return strip(out).(map[string]any), called, nil
}

// join gives an operation its integration and its security, and returns the function that is called, "" for none.
func join(operation map[string]any, stage Stage, caller string) (string, error) {
	id, _ := operation[functionOf].(string)
	stream, streamed := operation[streamOf].(string)
	if !streamed && !slices.ContainsFunc(contract.Functions(), func(f contract.Function) bool { return f.ID() == id && f.Trigger.API }) {
		return "", fmt.Errorf("%s %q names no API function of the contract", functionOf, id)
	}
	access, _ := operation[accessOf].(string)
	if !slices.Contains(accesses, access) {
		return "", fmt.Errorf("%s %q is none of %v", accessOf, access, accesses)
	}
	delete(operation, "security")
	switch {
	case access == public:
	case access == operator && !stage.Local:
		operation["security"] = []any{map[string]any{signatureScheme: []any{}}}
	default:
		operation["security"] = []any{map[string]any{authorizerScheme: []any{}}}
	}
	if streamed {
		if !slices.ContainsFunc(contract.Functions(), func(f contract.Function) bool { return f.Trigger.Records == stream }) {
			return "", fmt.Errorf("%s %q names no stream that a function of the contract reads", streamOf, stream)
		}
		streamTo(operation, stage, stream, caller)
		return "", nil
	}
	integration := map[string]any{
		"type": "aws_proxy", "httpMethod": "POST", "uri": invocation(stage, id),
		"passthroughBehavior": "when_no_match", "timeoutInMillis": gatewayLimit,
	}
	if caller != "" {
		integration["credentials"] = caller
	}
	operation["x-amazon-apigateway-integration"] = integration
	if operation["requestBody"] == nil { // what is sent all the same, a form by a mail program, is nobody's to judge
		operation["x-amazon-apigateway-request-validator"] = withoutBody
	}
	return id, nil
}

// signed tells whether a placed document's operations ask for a signature: all of an API's do, or none.
func signed(placed map[string]any) bool {
	for _, operations := range placed["paths"].(map[string]any) {
		for _, operation := range operations.(map[string]any) {
			if o, ok := operation.(map[string]any); ok && o["security"] != nil {
				asked, _ := o["security"].([]any)[0].(map[string]any)
				return asked[signatureScheme] != nil
			}
		}
	}
	return false
}

func authorizer(stage Stage, caller string) map[string]any {
	a := map[string]any{
		"type": "request", "identitySource": "method.request.header.Authorization",
		"authorizerUri": invocation(stage, authorizerID), "authorizerResultTtlInSeconds": authorizerTTL,
	}
	if caller != "" {
		a["authorizerCredentials"] = caller
	}
	return map[string]any{
		"type": "apiKey", "name": "Authorization", "in": "header",
		"x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": a,
	}
}

// meter has every operation that asks for a token ask for the key of a usage plan, too, which the authorizer presents.
func meter(placed map[string]any) {
	const scheme = "api_key"
	placed["x-amazon-apigateway-api-key-source"] = "AUTHORIZER"
	schemes := placed["components"].(map[string]any)["securitySchemes"].(map[string]any)
	schemes[scheme] = map[string]any{"type": "apiKey", "name": "x-api-key", "in": "header"}
	for _, operations := range placed["paths"].(map[string]any) {
		for _, operation := range operations.(map[string]any) {
			if o, ok := operation.(map[string]any); ok && o["security"] != nil {
				o["security"] = []any{map[string]any{authorizerScheme: []any{}}, map[string]any{scheme: []any{}}} // the gateway asks for both
			}
		}
	}
}

// serveReference adds a public operation at a path that answers with the reference document, which lies in a bucket. The gateway reads it
// by itself: no function needs to hold what only others know.
func serveReference(placed map[string]any, path string, stage Stage, object, caller string) {
	away := gatewayProblems["INTEGRATION_FAILURE"]
	named, found, failed := map[string]any{}, map[string]any{}, map[string]any{}
	for name, value := range plainHeaders {
		named[name] = headerText()
		found["method.response.header."+name], failed["method.response.header."+name] = "'"+value+"'", "'"+value+"'"
	}
	found["method.response.header.Content-Type"], found["method.response.header.Cache-Control"] = "'application/json'", "'public, max-age=300'"
	integration := map[string]any{
		"type": "aws", "httpMethod": "GET", "uri": "arn:aws:apigateway:" + stage.Region + ":s3:path/" + object,
		"passthroughBehavior": "when_no_match", "timeoutInMillis": gatewayLimit,
		"responses": map[string]any{
			"200": map[string]any{"statusCode": "200", "responseParameters": found},
			"default": map[string]any{"statusCode": strconv.Itoa(away.status), "responseParameters": failed,
				"responseTemplates": map[string]any{"application/json": away.template(traceOf(stage))}},
		},
	}
	if caller != "" {
		integration["credentials"] = caller
	}
	placed["paths"].(map[string]any)[path] = map[string]any{"get": map[string]any{
		"responses": map[string]any{
			"200":                     map[string]any{"description": "this API's OpenAPI document", "headers": named},
			strconv.Itoa(away.status): map[string]any{"description": "it cannot be read now", "headers": named},
		},
		"x-amazon-apigateway-request-validator": withoutBody,
		"x-amazon-apigateway-integration":       integration,
	}}
}

// writeReference writes a reference document to a file, indented, so that a change of it can be reviewed.
func writeReference(file string, reference map[string]any) error {
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	to.SetIndent("", " ")
	if err := to.Encode(strip(clone(reference))); err != nil {
		return fmt.Errorf("reference document: %w", err)
	}
	return os.WriteFile(file, text.Bytes(), 0o644)
}

// invocation is how API Gateway names a function to call.
func invocation(stage Stage, id string) string {
	return "arn:aws:apigateway:" + stage.Region + ":lambda:path/2015-03-31/functions/" + stage.invokeARN(id) + "/invocations"
}

// clone copies a JSON value, so that a document can be placed in several stages.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, item := range v {
			out[k] = clone(item)
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			out = append(out, clone(item))
		}
		return out
	}
	return v
}

// strip removes our own extensions, which API Gateway does not know.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			if strings.HasPrefix(k, extension) {
				delete(v, k)
				continue
			}
			v[k] = strip(item)
		}
	case []any:
		for i, item := range v {
			v[i] = strip(item)
		}
	}
	return v
}
