package api

import "strings"

// Gateway returns the copy of a document that API Gateway imports. The gateway is the first of two checks: it
// sees to the size of a request, that required query parameters are there and that a body is a JSON object.
// All else is left to the handlers, which say what is wrong and where; the gateway's own answer is one
// sentence, without pointers. So
//   - a body's schema is {"type": "object"}, and answers have none, which also keeps the import clear of what
//     API Gateway's models do not know (nullable, exclusive bounds, references that turn back) and the
//     template small;
//   - but of a body that goes to a stream without a handler, the schema says what can be said without refusing a list for one
//     of its items: the fields of the object itself;
//   - no header is required: the gateway compares header names with case, and HTTP/2 sends small letters.
func Gateway(doc map[string]any) map[string]any {
	paths := map[string]any{}
	schemas := map[string]any{anyObject: map[string]any{"type": "object"}}
	for path, item := range object(doc["paths"]) {
		methods := map[string]any{}
		for method, op := range object(item) {
			methods[method] = gatewayOperation(object(op))
			if object(op)["x-rialto-stream"] != nil {
				streamBody(object(methods[method]), object(op), object(object(doc["components"])["schemas"]), schemas)
			}
		}
		paths[path] = methods
	}
	return map[string]any{
		"openapi": doc["openapi"],
		"info":    doc["info"],
		"paths":   paths,
		"components": map[string]any{
			"schemas": schemas,
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

// streamBody gives an operation whose body goes to a stream the outline of the body's schema, whatever the body says that it
// is: a page's beacon can only say text/plain, without asking first whether it may.
func streamBody(slim, op, whole, schemas map[string]any) {
	ref := object(object(object(object(op["requestBody"])["content"])["application/json"])["schema"])["$ref"]
	name := strings.TrimPrefix(ref.(string), schemaPrefix)
	schemas[name] = outline(object(whole[name]))
	content := map[string]any{}
	for _, kind := range []string{"application/json", "text/plain"} {
		content[kind] = map[string]any{"schema": map[string]any{"$ref": ref}}
	}
	slim["requestBody"] = map[string]any{"required": true, "content": content}
}

// outline is what API Gateway's models know of an object's own fields.
func outline(schema map[string]any) map[string]any {
	fields := map[string]any{}
	for name, v := range object(schema["properties"]) {
		field := map[string]any{}
		for _, said := range []string{"type", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"} {
			if x, ok := object(v)[said]; ok {
				field[said] = x
			}
		}
		switch {
		case object(v)["items"] != nil:
			field["items"] = map[string]any{"type": "object"}
		case field["type"] == nil:
			field["type"] = "object"
		}
		fields[name] = field
	}
	return map[string]any{"type": "object", "required": schema["required"], "properties": fields}
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any            { l, _ := v.([]any); return l }
