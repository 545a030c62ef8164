package infra

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Seen to catch: a path of two methods whose preflight named one; If-Match left out of the headers.
func TestEveryPathAnswersPreflights(t *testing.T) {
	t.Parallel()
	placed := map[string]any{"paths": map[string]any{"/api/v1/cart": map[string]any{
		"get": map[string]any{"parameters": []any{map[string]any{"in": "header", "name": "X-Marketplace"}, map[string]any{"in": "query", "name": "q"}}},
		"put": map[string]any{"parameters": []any{map[string]any{"in": "header", "name": "If-Match"}}},
	}}}
	answerPreflights(placed, []string{"https://shop.example", "http://localhost:*"})
	o := placed["paths"].(map[string]any)["/api/v1/cart"].(map[string]any)["options"].(map[string]any)
	if o["security"] != nil {
		t.Error("a preflight carries no token")
	}
	integration := o["x-amazon-apigateway-integration"].(map[string]any)
	answer := integration["responses"].(map[string]any)["default"].(map[string]any)
	want := map[string]any{
		"method.response.header.Access-Control-Allow-Methods": "'GET, PUT'",
		"method.response.header.Access-Control-Allow-Headers": "'Authorization, Content-Type, If-Match, X-Marketplace'",
		"method.response.header.Access-Control-Max-Age":       "'7200'",
		"method.response.header.Vary":                         "'Origin'",
	}
	if diff := cmp.Diff(want, answer["responseParameters"]); diff != "" || integration["type"] != "mock" {
		t.Error(integration["type"], diff)
	}
	template := answer["responseTemplates"].(map[string]any)["application/json"].(string)
	pattern := regexp.MustCompile(`matches\("(.*)"\)`).FindStringSubmatch(template)[1]
	allowed := regexp.MustCompile("^(?:" + pattern + ")$") // Java's matches is of the whole text
	for origin, may := range map[string]bool{
		"https://shop.example": true, "http://localhost:5173": true, "": false, "https://shop.example.evil": false, "https://shopXexample": false,
		"http://localhost": false, "http://localhost:1.evil": false, "http://evil.example/https://shop.example": false,
	} {
		if allowed.MatchString(origin) != may {
			t.Errorf("%q: %v, want %v by %s", origin, !may, may, pattern)
		}
	}
}

// Seen to catch: a bucket that takes uploads and lets no page send one.
func TestPagesMaySendFiles(t *testing.T) {
	t.Parallel()
	for stage, origins := range map[string][]any{
		"local": {"https://shop.example", "http://localhost:*"}, "prod": {"https://shop.example", "https://sellers.example"},
	} {
		seen := 0
		copyOf(t, stage).each(func(_ template, id string, r resource) {
			for _, rule := range many(r.at("CorsConfiguration", "CorsRules")) {
				seen++
				if diff := cmp.Diff(origins, rule.(map[string]any)["AllowedOrigins"]); diff != "" {
					t.Errorf("%s %s: %s", stage, id, diff)
				}
			}
		}, "AWS::S3::Bucket")
		if seen < 2 {
			t.Errorf("%s: %d buckets let pages in", stage, seen)
		}
	}
}
