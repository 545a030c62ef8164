package infra

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

// policies returns what a function's role may do, as "action resource", in order.
func policies(t *testing.T, stage, id string) []string {
	t.Helper()
	function := find(t, stage, "AWS::Lambda::Function", "FunctionName", "rialto-"+stage+"-"+id)
	roleID := strings.TrimSuffix(strings.TrimPrefix(flat(function.at("Role")), "${"), ".Arn}")
	var lines []string
	synthesized[stage].each(func(x template, name string, r resource) {
		if name != roleID || x.Stack != "rialto-"+stage+"-"+strings.Split(id, "-")[0] {
			return
		}
		statements(r.at("Policies"), func(s map[string]any) {
			for _, action := range many(s["Action"]) {
				for _, on := range many(s["Resource"]) {
					lines = append(lines, flat(action)+" "+flat(on))
				}
			}
		})
	}, "AWS::IAM::Role")
	slices.Sort(lines)
	return lines
}

func TestPermissionsAreTheGrants(t *testing.T) {
	t.Parallel()
	const account = "000000000000"
	for id, want := range map[string][]string{
		"tax-assess": nil,
		"payouts-api": {
			"dynamodb:BatchGetItem arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-ledger",
			"dynamodb:GetItem arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-ledger",
			"dynamodb:Query arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-ledger",
			"dynamodb:Query arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-ledger/index/by_month",
			"dynamodb:Query arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-ledger/index/unpaid",
		},
		"customers-locate": {
			"dynamodb:BatchGetItem arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-customers",
			"dynamodb:GetItem arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-customers",
			"dynamodb:Query arn:aws:dynamodb:us-east-1:" + account + ":table/rialto-local-customers",
		},
	} {
		if diff := cmp.Diff(want, policies(t, "local", id)); diff != "" {
			t.Errorf("%s may, want (-), got (+):\n%s", id, diff)
		}
	}
}

// TestNoFunctionMayMore: no role holds an action that its function's grants and trigger do not call for.
func TestNoFunctionMayMore(t *testing.T) {
	t.Parallel()
	service := map[contract.Access]string{
		contract.Read: "dynamodb", contract.Write: "dynamodb", contract.Append: "dynamodb", contract.Scan: "dynamodb",
		contract.Send: "sqs", contract.Publish: "sns",
		contract.Start: "states", contract.Invoke: "lambda", contract.Seal: "kms", contract.Sign: "kms", contract.Verify: "kms",
		contract.Search: "es", contract.Admin: "es", contract.SQL: "rds-db", contract.Schema: "rds-db",
		contract.Gateway: "secretsmanager", contract.Redis: "ec2",
		contract.Encode: "sagemaker", contract.Webhook: "secretsmanager", contract.Mail: "ses", contract.Users: "cognito-idp",
		contract.GetObject: "s3", contract.PutObject: "s3", contract.DeleteObject: "s3", contract.Fonts: "s3",
		contract.Record: "kinesis", contract.Mac: "kms",
	}
	for _, f := range contract.Functions() {
		allowed := []string{"logs", "xray"}
		for _, g := range f.Grants {
			allowed = append(allowed, service[g.Access])
			if g.Access == contract.Warm {
				allowed = append(allowed, "lambda", "dynamodb", "kinesis", "es", "elasticache")
			}
			if g.Access == contract.SQL || g.Access == contract.Schema {
				allowed = append(allowed, "ec2")
			}
			if g.Access == contract.Schema { // gives the other role its password
				allowed = append(allowed, "secretsmanager")
			}
		}
		if f.Trigger.Queue != nil {
			allowed = append(allowed, "sqs")
		}
		if f.Trigger.Records != "" {
			allowed = append(allowed, "kinesis", "s3")
		}
		if f.Trigger.Stream != "" {
			allowed = append(allowed, "dynamodb", "s3")
		}
		for _, line := range policies(t, "prod", f.ID()) {
			if s, _, _ := strings.Cut(line, ":"); !slices.Contains(allowed, s) {
				t.Errorf("%s may %s, and nothing in the contract calls for it", f.ID(), line)
			}
			if strings.HasPrefix(line, "dynamodb:PutItem") && !slices.ContainsFunc(f.Grants, func(g contract.Grant) bool {
				return (g.Access == contract.Write || g.Access == contract.Append) && strings.HasSuffix(line, "/rialto-prod-"+g.Name)
			}) {
				t.Errorf("%s may %s without a grant", f.ID(), line)
			}
			if action, on, _ := strings.Cut(line, " "); strings.HasSuffix(on, "-files-${AWS::AccountId}/"+path.Base(path.Dir(on))+"/*") &&
				!slices.ContainsFunc(f.Grants, func(g contract.Grant) bool {
					return strings.HasSuffix(on, "/"+g.Name+"/*") && (g.Access == contract.GetObject && action == "s3:GetObject" ||
						g.Access == contract.PutObject && action == "s3:PutObject" || g.Access == contract.DeleteObject && action == "s3:DeleteObject")
				}) {
				t.Errorf("%s may %s without a grant", f.ID(), line)
			}
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for id, own := range map[string]map[string]string{
		"checkout-api": {
			"CHECKOUT_WAIT_SECONDS": "20", "CHECKOUT_DUE_BUCKETS": "4",
			"QUEUE_CHECKOUT_TIMER": contract.LocalAWSURL + "/000000000000/rialto-local-checkout-timer",
			"MACHINE_CHECKOUT":     "arn:aws:states:us-east-1:000000000000:stateMachine:rialto-local-checkout",
			"GATEWAY_URL":          contract.LocalPaymentsURL, "GATEWAY_SECRET": "sk_test_local", // calculates tax for quotes, too
			"GATEWAY_RETURN_URL": "http://localhost/checkout/return", "TAX_ENGINE": "tables",
		},
		"payments-authorize": {"GATEWAY_URL": contract.LocalPaymentsURL, "GATEWAY_SECRET": "sk_test_local",
			"GATEWAY_RETURN_URL": "http://localhost/checkout/return"},
		"orders-publish": {"TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:rialto-local-orders"},
		"carts-api": {"REDIS_ADDR": contract.LocalCache, "SIGNING_KEY_ID": "alias/rialto-local-customers-sign",
			"GUEST_ISSUER": "urn:rialto:local:guests"},
		"search-index":  {"SEARCH_URL": contract.LocalSearchURL, "RECEIVES": "5"},
		"search-encode": {"SEARCH_URL": contract.LocalSearchURL, "ENCODER_URL": contract.LocalEncoderURL + "/invocations", "RECEIVES": "5"},
		"feeds-assemble": {"FILES_BUCKET": "rialto-local-feeds-files-000000000000", "RECEIVES": "5",
			"QUEUE_FEEDS_INTAKE": contract.LocalAWSURL + "/000000000000/rialto-local-feeds-intake"},
		"customers-migrate": {"DATABASE_URL": contract.LocalSQLURL},
		"customers-locate":  {},
		"fulfillment-advance": {"FULFILLMENT_STEP_SECONDS": "1", "RECEIVES": "10",
			"QUEUE_FULFILLMENT_ADVANCE": contract.LocalAWSURL + "/000000000000/rialto-local-fulfillment-advance"},
		"customers-authorize": {
			"SIGNING_KEY_ID": "alias/rialto-local-customers-sign",
			"GUEST_ISSUER":   "urn:rialto:local:guests",
			"ISSUERS": `[{"issuer":"http://127.0.0.1:12112","jwks_uri":"http://127.0.0.1:12112/.well-known/jwks.json","audience":"rialto",` +
				`"operators":"rialto-operators"}]`,
		},
		"customers-api": {
			"SEAL_KEY_ID": "alias/rialto-local-customers", "SIGNING_KEY_ID": "alias/rialto-local-customers-sign",
			"GUEST_ISSUER": "urn:rialto:local:guests", "DATABASE_URL": contract.LocalSQLURL,
			"FUNCTION_PAYMENTS_METHODS": "rialto-local-payments-methods",
		},
	} {
		want := map[string]string{
			"STAGE": "local", "PREFIX": "rialto-local-", "LOG_LEVEL": "debug",
			"AWS_ENDPOINT_URL": contract.LocalAWSURL, "AWS_ENDPOINT_URL_DYNAMODB": contract.LocalDynamoDBURL, "AWS_XRAY_SDK_DISABLED": "true",
			"RECORD_CALLS": "true",
		}
		if strings.HasSuffix(id, "-api") {
			want["ALLOWED_ORIGINS"] = "https://shop.example http://localhost:*"
		}
		maps.Copy(want, own)
		got := map[string]string{}
		variables, _ := find(t, "local", "AWS::Lambda::Function", "FunctionName", "rialto-local-"+id).at("Environment", "Variables").(map[string]any)
		for k, v := range variables {
			got[k] = flat(v)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("settings of %s, want (-), got (+):\n%s", id, diff)
		}
	}
	// On AWS no function is told of an endpoint or a secret, only where a secret lies.
	synthesized["prod"].each(func(x template, id string, r resource) {
		variables, _ := r.at("Environment", "Variables").(map[string]any)
		for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "GATEWAY_SECRET", "DATABASE_URL", "AWS_XRAY_SDK_DISABLED"} {
			if _, there := variables[name]; there {
				t.Errorf("%s/%s is told %s", x.Stack, id, name)
			}
		}
	}, "AWS::Lambda::Function")
}

func TestOnlyWhatMustIsInTheVPC(t *testing.T) {
	t.Parallel()
	for _, f := range contract.Functions() {
		must := slices.ContainsFunc(f.Grants, func(g contract.Grant) bool {
			return slices.Contains([]contract.Access{contract.SQL, contract.Schema, contract.Redis}, g.Access)
		})
		in := find(t, "prod", "AWS::Lambda::Function", "FunctionName", "rialto-prod-"+f.ID()).at("VpcConfig") != nil
		if in != must {
			t.Errorf("%s in the VPC: %v, want %v", f.ID(), in, must)
		}
		if find(t, "local", "AWS::Lambda::Function", "FunctionName", "rialto-local-"+f.ID()).at("VpcConfig") != nil {
			t.Errorf("%s is in a VPC locally", f.ID())
		}
	}
}

// A public search writes nothing: its role may send the two requests that search, and read what an index is. Seen to catch: ESHttpPut, and
// ESHttpPost on every path.
func TestThePublicSearchOnlySearches(t *testing.T) {
	t.Parallel()
	const domain = "arn:aws:es:us-east-1:${AWS::AccountId}:domain/rialto-prod-products/"
	var got []string
	for _, line := range policies(t, "prod", "search-api") {
		if strings.HasPrefix(line, "es:") {
			got = append(got, line)
		}
	}
	want := []string{"es:ESHttpGet " + domain + "products-*", "es:ESHttpPost " + domain + "*/_search", "es:ESHttpPost " + domain + "_msearch"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("search-api may, want (-), got (+):\n%s", diff)
	}
}

// What Lambda needs to attach a function to a VPC is what its managed policy grants for that
// (docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html), and a failed record may be written
// anywhere in the bucket of failures, which holds nothing else. Seen to catch: three actions; the folder aws/lambda.
func TestWhatLambdaDoesInAFunctionsName(t *testing.T) {
	t.Parallel()
	carts := policies(t, "prod", "carts-api")
	for _, action := range []string{"CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface",
		"AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"} {
		if !slices.Contains(carts, "ec2:"+action+" *") {
			t.Errorf("a function in the VPC may not ec2:%s", action)
		}
	}
	want := "s3:PutObject arn:aws:s3:::rialto-prod-stream-failures-${AWS::AccountId}/*"
	if !slices.Contains(policies(t, "prod", "orders-publish"), want) {
		t.Errorf("a stream's function may not %s", want)
	}
}
