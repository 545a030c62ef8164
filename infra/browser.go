package infra

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// preflightLife is how long a browser may remember what it may send, in seconds; most keep it no longer than two hours.
const preflightLife = "7200"

// answerPreflights adds to every path the operation by which a browser asks, before it sends a page's request, whether it may
// (CORS). The gateway answers by itself, so that asking costs no function. What may be sent is what the path's operations take.
func answerPreflights(placed map[string]any, origins []string) {
	for _, item := range placed["paths"].(map[string]any) {
		operations := item.(map[string]any)
		var methods []string
		headers := map[string]bool{"Authorization": true, "Content-Type": true}
		for method, o := range operations {
			operation, ok := o.(map[string]any)
			if !ok || method == "parameters" {
				continue
			}
			methods = append(methods, strings.ToUpper(method))
			parameters, _ := operation["parameters"].([]any)
			for _, p := range parameters {
				if p, _ := p.(map[string]any); p["in"] == "header" {
					headers[p["name"].(string)] = true
				}
			}
		}
		slices.Sort(methods)
		operations["options"] = preflight(origins, strings.Join(methods, ", "), strings.Join(slices.Sorted(maps.Keys(headers)), ", "))
	}
}

func preflight(origins []string, methods, headers string) map[string]any {
	said, named := map[string]any{}, map[string]any{"Access-Control-Allow-Origin": headerText()}
	for name, value := range map[string]string{
		"Access-Control-Allow-Methods": methods, "Access-Control-Allow-Headers": headers, "Access-Control-Max-Age": preflightLife, "Vary": "Origin",
	} {
		said["method.response.header."+name] = "'" + value + "'"
		named[name] = headerText()
	}
	return map[string]any{
		"responses": map[string]any{"204": map[string]any{"description": "what a page may send", "headers": named}},
		"x-amazon-apigateway-integration": map[string]any{
			"type": "mock", "passthroughBehavior": "when_no_templates",
			"requestTemplates": map[string]any{"application/json": `{"statusCode": 204}`},
			"responses": map[string]any{"default": map[string]any{
				"statusCode": "204", "responseParameters": said,
				"responseTemplates": map[string]any{"application/json": allowOrigin(origins)},
			}},
		},
	}
}

func headerText() map[string]any { return map[string]any{"schema": map[string]any{"type": "string"}} }

// allowOrigin is a template in VTL that names the origin of the request in the answer, if it is one of these: a browser wants
// to read its own. Header names have case for API Gateway, and HTTP/2 sends small letters.
func allowOrigin(origins []string) string {
	var patterns []string
	for _, o := range origins {
		host, anyPort := strings.CutSuffix(o, ":*")
		if o = strings.ReplaceAll(host, ".", "[.]"); anyPort {
			o += ":[0-9]+"
		}
		patterns = append(patterns, o)
	}
	return `#set($origin = $input.params("Origin"))` + "\n" +
		`#if($origin == "")#set($origin = $input.params("origin"))#end` + "\n" +
		`#if($origin.matches("` + strings.Join(patterns, "|") + `"))` +
		`#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end`
}

// pagesMay lets pages of the stage's origins send files to a bucket and read them, by the URLs that they are given.
func (c *contextStack) pagesMay() *[]*awss3.CorsRule {
	return &[]*awss3.CorsRule{{
		AllowedOrigins: list(c.stage.Origins),
		AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_GET, awss3.HttpMethods_PUT},
		AllowedHeaders: list([]string{"content-type", "content-md5", "x-amz-*"}),
		ExposedHeaders: list([]string{"ETag"}),
		MaxAge:         new(7200.0),
	}}
}
