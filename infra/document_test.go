package infra

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

func placed(t *testing.T, stage Stage, caller string) map[string]any {
	t.Helper()
	out, _, err := gatewayDocument(standInDocument("/api/v1", "guest"), stage, caller)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func stageOf(t *testing.T, name string) Stage {
	t.Helper()
	s, err := StageNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	s.Account = "123456789012"
	return s
}

func dig(v any, path ...string) any {
	return resource{Properties: map[string]any{"": v}}.at(append([]string{""}, path...)...)
}

func TestOperationsAreJoinedToFunctions(t *testing.T) {
	t.Parallel()
	doc := placed(t, stageOf(t, "dev"), "arn:caller")
	for path, want := range map[string]string{"/api/v1/products/{product_id}": "catalog-api", "/api/v1/orders": "fulfillment-api"} {
		integration := dig(doc, "paths", path, "get", "x-amazon-apigateway-integration")
		if got := dig(integration,
			"uri"); got != "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"+
			"arn:aws:lambda:us-east-1:123456789012:function:rialto-dev-"+want+":live/invocations" {
			t.Errorf("%s is served by %v", path, got)
		}
		if dig(integration, "type") != "aws_proxy" || dig(integration, "httpMethod") != "POST" || dig(integration, "credentials") != "arn:caller" {
			t.Errorf("%s is integrated by %v", path, integration)
		}
	}
	if local := placed(t, stageOf(t, "local"), ""); dig(local, "paths", "/api/v1/orders", "get", "x-amazon-apigateway-integration",
		"credentials") != nil {
		t.Error("locally no role is assumed")
	}
}

func TestOnlyPublicOperationsAreOpen(t *testing.T) {
	t.Parallel()
	doc := placed(t, stageOf(t, "dev"), "")
	if got := dig(doc, "paths", "/api/v1/products/{product_id}", "get", "security"); got != nil {
		t.Errorf("a public operation asks for %v", got)
	}
	want := []any{map[string]any{authorizerScheme: []any{}}}
	if diff := cmp.Diff(want, dig(doc, "paths", "/api/v1/cart/items", "post", "security")); diff != "" {
		t.Errorf("a guest's operation:\n%s", diff)
	}
	a := dig(doc, "components", "securitySchemes", authorizerScheme, "x-amazon-apigateway-authorizer")
	if dig(a, "type") != "request" || dig(a, "identitySource") != "method.request.header.Authorization" ||
		dig(a, "authorizerResultTtlInSeconds").(int) > 60 {
		t.Errorf("authorizer: %v", a)
	}
}

// Seen to catch: an operation without a key, which no plan would hold; a public one with it, which nobody could call.
func TestOperationsWithATokenAreMetered(t *testing.T) {
	t.Parallel()
	doc := placed(t, stageOf(t, "dev"), "")
	meter(doc)
	if got := dig(doc, "paths", "/api/v1/products/{product_id}", "get", "security"); got != nil {
		t.Errorf("a public operation asks for %v", got)
	}
	want := []any{map[string]any{authorizerScheme: []any{}}, map[string]any{"api_key": []any{}}}
	if diff := cmp.Diff(want, dig(doc, "paths", "/api/v1/cart/items", "post", "security")); diff != "" ||
		dig(doc, "x-amazon-apigateway-api-key-source") != "AUTHORIZER" ||
		dig(doc, "components", "securitySchemes", "api_key", "name") != "x-api-key" {
		t.Error(diff, doc["components"])
	}
}

func TestOurExtensionsStayHere(t *testing.T) {
	t.Parallel()
	source := standInDocument("/api/v1", "guest")
	before, err := json.Marshal(source)
	if err != nil {
		t.Fatal(err)
	}
	out, called, err := gatewayDocument(source, stageOf(t, "dev"), "")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), extension) {
		t.Errorf("the document still holds %s", extension)
	}
	if after, _ := json.Marshal(source); string(after) != string(before) {
		t.Error("the source document was changed")
	}
	if diff := cmp.Diff([]string{"customers-authorize", "carts-api", "fulfillment-api", "catalog-api"}, called); diff != "" {
		t.Errorf("functions called:\n%s", diff)
	}
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]map[string]any{
		"an unknown function": {"x-rialto-function": "catalog-app", "x-rialto-access": "public"},
		"no function":         {"x-rialto-access": "public"},
		"no API function":     {"x-rialto-function": "inventory-hold", "x-rialto-access": "public"},
		"an unknown access":   {"x-rialto-function": "catalog-api", "x-rialto-access": "anybody"},
		"no access":           {"x-rialto-function": "catalog-api"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := map[string]any{"paths": map[string]any{"/x": map[string]any{"get": broken}}}
			if _, _, err := gatewayDocument(doc, stageOf(t, "dev"), ""); err == nil || !strings.Contains(err.Error(), "GET /x") {
				t.Errorf("got %v, want an error that names GET /x", err)
			}
		})
	}
}

// TestGatewayProblems: whatever the gateway answers by itself is a problem document that repeats nothing of the
// request. Seen to catch: $context.error.message in a template.
func TestGatewayProblems(t *testing.T) {
	t.Parallel()
	responses := dig(placed(t, stageOf(t, "prod"), ""), "x-amazon-apigateway-gateway-responses").(map[string]any)
	for _, kind := range []string{
		"ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "BAD_REQUEST_BODY",
		"BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT",
		"INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE",
		"RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
	} {
		response := responses[kind]
		text, _ := dig(response, "responseTemplates", "application/json").(string)
		var body struct {
			Type, Title, Detail, Code string
			Status                    int
			TraceID                   string `json:"trace_id"`
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Errorf("%s: %v in %q", kind, err, text)
			continue
		}
		if body.Type != "about:blank" || body.Title == "" || body.Detail == "" || body.Code == "" ||
			strconv.Itoa(body.Status) != dig(response, "statusCode") {
			t.Errorf("%s: %+v", kind, body)
		}
		if strings.Contains(strings.ReplaceAll(text, "$context.xrayTraceId", ""), "$") {
			t.Errorf("%s repeats something of the request: %s", kind, text)
		}
		if got := dig(response, "responseParameters", "gatewayresponse.header.Content-Type"); got != "'application/problem+json'" {
			t.Errorf("%s is %v", kind, got)
		}
		if retry := dig(response, "responseParameters", "gatewayresponse.header.Retry-After"); body.Status == 429 && retry == nil {
			t.Errorf("%s does not say when to try again", kind)
		}
	}
	for kind, status := range map[string]int{
		"UNAUTHORIZED": 401, "ACCESS_DENIED": 403, "MISSING_AUTHENTICATION_TOKEN": 404, "REQUEST_TOO_LARGE": 413, "THROTTLED": 429,
		"INTEGRATION_TIMEOUT": 504,
	} {
		if got := dig(responses[kind], "statusCode"); got != strconv.Itoa(status) {
			t.Errorf("%s is answered with %v, want %d", kind, got, status)
		}
	}
}

// callersStatements are what the APIs' roles may do in prod.
func callersStatements() (may []string) {
	synthesized["prod"].each(func(x template, _ string, r resource) {
		if x.Stack == "rialto-prod-apis" {
			statements(r.Properties, func(s map[string]any) {
				for _, on := range many(s["Resource"]) {
					may = append(may, flat(s["Action"])+" "+flat(on))
				}
			})
		}
	}, "AWS::IAM::Policy")
	return may
}

func TestTheGatewayMayCallJustItsFunctions(t *testing.T) {
	t.Parallel()
	got := slices.DeleteFunc(callersStatements(), func(s string) bool { return strings.HasPrefix(s, "s3:GetObject ") }) // its document
	const function = "lambda:InvokeFunction arn:aws:lambda:us-east-1:${AWS::AccountId}:function:rialto-prod-"
	one := []string{function + "customers-authorize:live", function + "carts-api:live", function + "fulfillment-api:live", function + "catalog-api:live"}
	signed := one[1:] // who signs is judged by IAM, and by no function
	if diff := cmp.Diff(slices.Concat(signed, one, one), got); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

// What each API serves at its document's path is the file that was written for it, and its role may read that alone. Seen to catch:
// a key of another file; our extensions in it; a bucket's error passed on as it is.
func TestAnAPIServesItsReference(t *testing.T) {
	t.Parallel()
	paths := map[string]string{"shopper": contract.ShopperDocumentPath, "seller": contract.SellerDocumentPath, "ops": contract.OpsDocumentPath}
	for _, stage := range []string{"local", "prod"} {
		for name, path := range paths {
			operation := dig(find(t, stage, "AWS::ApiGateway::RestApi", "Name", "rialto-"+stage+"-"+name).at("Body"), "paths", path, "get")
			integration := dig(operation, "x-amazon-apigateway-integration")
			in, lies := strings.CutPrefix(flat(dig(integration, "uri")), "arn:aws:apigateway:us-east-1:s3:path/")
			_, key, _ := strings.Cut(in, "/")
			text, err := os.ReadFile(filepath.Join(folders[stage], "asset."+key))
			if err != nil || !lies || dig(operation, "security") != nil || dig(integration, "httpMethod") != "GET" {
				t.Fatal(err, operation)
			}
			if readable, err := os.ReadFile(filepath.Join(folders[stage], "rialto-"+stage+"-apis."+name+".openapi.json")); err != nil ||
				string(readable) != string(text) {
				t.Errorf("%s: what is reviewed is not what is served (%v)", name, err)
			}
			var got map[string]any
			if err := json.Unmarshal(text, &got); err != nil || strings.Contains(string(text), extension) || len(got["paths"].(map[string]any)) != 3 {
				t.Errorf("%s serves %s (%v)", name, text, err)
			}
			if dig(integration, "responses", "200", "statusCode") != "200" || dig(integration, "responses", "default", "statusCode") != "502" ||
				!strings.Contains(flat(dig(integration, "responses", "default", "responseTemplates", "application/json")), "unavailable") {
				t.Errorf("%s answers %v", name, dig(integration, "responses"))
			}
			if stage == "prod" && !slices.Contains(callersStatements(), "s3:GetObject arn:aws:s3:::"+in) {
				t.Errorf("%s may not read %s: %v", name, in, callersStatements())
			}
		}
	}
}

// On AWS each operation of the operators' API asks for a signature (IAM) and is joined to no authorizer; locally for a token. Nobody but
// who was given its policy may sign. Seen to catch: an operator's operation with the authorizer of customers' tokens on AWS.
func TestOperatorsSign(t *testing.T) {
	t.Parallel()
	for name, scheme := range map[string]string{"prod": signatureScheme, "dev": signatureScheme, "local": authorizerScheme} {
		doc, _, err := gatewayDocument(standInDocument("/ops/v1", operator), stageOf(t, name), "")
		if err != nil {
			t.Fatal(err)
		}
		want := []any{map[string]any{scheme: []any{}}}
		if diff := cmp.Diff(want, dig(doc, "paths", "/ops/v1/orders", "get", "security")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		schemes := dig(doc, "components", "securitySchemes").(map[string]any)
		if len(schemes) != 1 || schemes[scheme] == nil || name != "local" && dig(schemes[scheme], "x-amazon-apigateway-authtype") != "awsSigv4" {
			t.Errorf("%s: %v", name, schemes)
		}
	}
	policy := find(t, "prod", "AWS::IAM::ManagedPolicy", "ManagedPolicyName", "rialto-prod-operators")
	for _, s := range many(policy.at("PolicyDocument", "Statement")) {
		for _, on := range many(dig(s, "Resource")) {
			if on := flat(on); !strings.HasSuffix(on, "/ops/v1/*") || strings.Count(on, "*") != 1 {
				t.Errorf("operators may call %s", on)
			}
		}
	}
	if policy.at("Roles") != nil || policy.at("Users") != nil || policy.at("Groups") != nil {
		t.Error("the policy is given to somebody already")
	}
}
