package api

import "strings"

// Gateway returns the copy of a document that API Gateway imports. The gateway is the first of two checks: it
// sees to the size of a request, that required query parameters are there and that a body is a JSON object.
// All else is left to the handlers, which say what is wrong and where; the gateway's own answer is one
// sentence, without pointers. So
//   - a body's schema is {"type": "object"}, and answers have none, which also keeps the import clear of what
//     API Gateway's models do not know (nullable, exclusive bounds, references that turn back) and the
//     template small;
//   - no header is required: the gateway compares header names with case, and HTTP/2 sends small letters.
func Gateway(doc map[string]any) map[string]any {
	paths := map[string]any{}
	for path, item := range object(doc["paths"]) {
		methods := map[string]any{}
		for method, op := range object(item) {
			methods[method] = gatewayOperation(object(op))
		}
		paths[path] = methods
	}
	return map[string]any{
		"openapi": doc["openapi"],
		"info":    doc["info"],
		"paths":   paths,
		"components": map[string]any{
			"schemas": map[string]any{anyObject: map[string]any{"type": "object"}},
			// A custom authorizer is an apiKey to API Gateway; infra/ adds its address.
			"securitySchemes": map[string]any{securityScheme: map[string]any{
				"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "custom",
			}},
		},
		"x-amazon-apigateway-request-validators": map[string]any{
			"all": map[string]any{"validateRequestParameters": true, "validateRequestBody": true},
		},
		"x-amazon-apigateway-request-validator": "all",
	}
}

// anyObject has the name of the model that API Gateway gives to methods without one. An API that is imported has
// only the models of its document, and the local cloud refuses every request to a method whose model is
// missing, though it has no body.
const anyObject = "Empty"

func gatewayOperation(op map[string]any) map[string]any {
	slim := map[string]any{}
	for key, v := range op {
		if key == "operationId" || key == "security" || strings.HasPrefix(key, "x-rialto-") {
			slim[key] = v
		}
	}
	var params []any
	for _, p := range list(op["parameters"]) {
		p := object(p)
		schema := map[string]any{"type": object(p["schema"])["type"]}
		if schema["type"] == "array" {
			schema["items"] = map[string]any{"type": "string"}
		}
		params = append(params, map[string]any{
			"name": p["name"], "in": p["in"], "required": p["required"] == true && p["in"] != "header", "schema": schema,
		})
	}
	if params != nil {
		slim["parameters"] = params
	}
	if body, ok := op["requestBody"].(map[string]any); ok {
		slim["requestBody"] = map[string]any{
			"required": body["required"] == true,
			"content": map[string]any{"application/json": map[string]any{
				"schema": map[string]any{"$ref": schemaPrefix + anyObject},
			}},
		}
	}
	responses := map[string]any{}
	for status, r := range object(op["responses"]) {
		responses[status] = map[string]any{"description": object(r)["description"]}
	}
	slim["responses"] = responses
	return slim
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any            { l, _ := v.([]any); return l }
