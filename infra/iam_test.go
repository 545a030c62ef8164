package infra

import (
	"bufio"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rialto/functions/contract"
)

// callsFile lists the AWS calls that functions were seen to make end to end, by name, as "<function> <service> <operation> <name>".
// make iam adds those of the running local cloud to it.
const callsFile = "testdata/calls.golden"

// statement is what one statement of a policy says; conditions, and all but something, are not among what Rialto writes.
type statement struct {
	allow         bool
	actions, on   []string
	incomprehense bool
}

func statementOf(v map[string]any) statement {
	s := statement{allow: v["Effect"] == "Allow"}
	for _, a := range many(v["Action"]) {
		s.actions = append(s.actions, flat(a))
	}
	for _, r := range many(v["Resource"]) {
		s.on = append(s.on, flat(r))
	}
	for key := range v {
		s.incomprehense = s.incomprehense || !slices.Contains([]string{"Effect", "Action", "Resource", "Sid"}, key)
	}
	return s
}

// allowed is IAM's own order: what a statement denies is denied, what one allows is allowed, all else is denied
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Actions have no case, resources have.
func allowed(policy []statement, action, on string) bool {
	answer := false
	for _, s := range policy {
		if !slices.ContainsFunc(s.actions, func(p string) bool { return matches(strings.ToLower(p), strings.ToLower(action)) }) ||
			!slices.ContainsFunc(s.on, func(p string) bool { return matches(p, on) }) {
			continue
		}
		if !s.allow {
			return false
		}
		answer = true
	}
	return answer
}

// matches: * stands for any text, slashes and colons included, and ? for one character.
func matches(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	switch pattern[0] {
	case '*':
		for i := 0; i <= len(text); i++ {
			if matches(pattern[1:], text[i:]) {
				return true
			}
		}
		return false
	case '?':
		return text != "" && matches(pattern[1:], text[1:])
	}
	return text != "" && pattern[0] == text[0] && matches(pattern[1:], text[1:])
}

// The cases are those of IAM's documentation (reference_policies_elements_action, _resource, _evaluation-logic). Seen to catch: an
// action's case taken for another; ? for any number; an allowance after a denial.
func TestPoliciesAreReadAsIAMReadsThem(t *testing.T) {
	t.Parallel()
	policy := func(effect string, action, on any) map[string]any {
		return map[string]any{"Effect": effect, "Action": action, "Resource": on}
	}
	for name, c := range map[string]struct {
		policy     []map[string]any
		action, on string
		want       bool
	}{
		"nothing is allowed by itself":     {nil, "s3:GetObject", "arn:aws:s3:::a/b", false},
		"an action by its name":            {[]map[string]any{policy("Allow", "sqs:SendMessage", "arn:q")}, "sqs:SendMessage", "arn:q", true},
		"another resource":                 {[]map[string]any{policy("Allow", "sqs:SendMessage", "arn:q")}, "sqs:SendMessage", "arn:q2", false},
		"an action's case":                 {[]map[string]any{policy("Allow", "iam:listaccesskeys", "*")}, "IAM:ListAccessKeys", "x", true},
		"a resource's case":                {[]map[string]any{policy("Allow", "s3:GetObject", "arn:A/*")}, "s3:GetObject", "arn:a/b", false},
		"a wildcard in an action":          {[]map[string]any{policy("Allow", "iam:*AccessKey*", "*")}, "iam:UpdateAccessKey", "x", true},
		"it spans slashes":                 {[]map[string]any{policy("Allow", "s3:PutObject", "arn:b/*/test/*")}, "s3:PutObject", "arn:b/1/2/test/3", true},
		"a question mark is one character": {[]map[string]any{policy("Allow", "s3:PutObject", "arn:b/?")}, "s3:PutObject", "arn:b/12", false},
		"a list":                           {[]map[string]any{policy("Allow", []any{"a:B", "a:C"}, []any{"x", "y"})}, "a:C", "y", true},
		"a denial outweighs":               {[]map[string]any{policy("Deny", "s3:*", "*"), policy("Allow", "s3:*", "*")}, "s3:GetObject", "x", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all []statement
			for _, s := range c.policy {
				all = append(all, statementOf(s))
			}
			if got := allowed(all, c.action, c.on); got != c.want {
				t.Errorf("allowed: %v", got)
			}
		})
	}
}

// call is one call as it was recorded, with names that no stage is in.
type call struct{ function, service, operation, name string }

func (c call) String() string {
	return strings.Join([]string{c.function, c.service, c.operation, c.name}, " ")
}

func parseCall(line string) (c call, ok bool) {
	parts := strings.Fields(line)
	if len(parts) != 4 {
		return c, false
	}
	return call{parts[0], parts[1], parts[2], parts[3]}, true
}

// needs is what IAM must allow for the call, in the prod stage: the action and the resource.
func (c call) needs(a *assembly, keys map[string]string) (action, on string, ok bool) {
	s := a.stage
	switch c.service {
	case "DynamoDB":
		table, index, indexed := strings.Cut(c.name, "/index/")
		if on = s.tableARN(table); indexed {
			on = s.indexARN(table, index)
		}
		return "dynamodb:" + c.operation, on, true
	case "SQS":
		return "sqs:" + strings.TrimSuffix(c.operation, "Batch"), s.queueARN(c.name), true
	case "SNS":
		return "sns:Publish", s.topicARN(c.name), true
	case "SFN":
		return "states:" + c.operation, s.machineARN(c.name), true
	case "Lambda":
		return "lambda:InvokeFunction", s.invokeARN(c.name), c.operation == "Invoke"
	case "KMS":
		return "kms:" + c.operation, keys[s.sealAlias(c.name)], keys[s.sealAlias(c.name)] != ""
	case "S3":
		bucket, key, _ := strings.Cut(c.name, "/")
		action, ok = map[string]string{"GetObject": "s3:GetObject", "HeadObject": "s3:GetObject", "PutObject": "s3:PutObject", "CopyObject": "s3:PutObject",
			"CreateMultipartUpload": "s3:PutObject", "UploadPart": "s3:PutObject", "CompleteMultipartUpload": "s3:PutObject",
			"AbortMultipartUpload": "s3:AbortMultipartUpload", "DeleteObject": "s3:DeleteObject", "ListObjectsV2": "s3:ListBucket"}[c.operation]
		if bucket == assets {
			return action, a.font(c.function), ok
		}
		return action, s.filesARN(bucket) + "/" + key, ok
	case "OpenSearch":
		method := strings.ToUpper(c.operation[:1]) + strings.ToLower(c.operation[1:])
		return "es:ESHttp" + method, s.arn("es", "domain/"+s.prefix()+"products") + c.name, true
	}
	return "", "", false
}

// assets stands for the bucket of what a deployment brings along.
const assets = "assets"

// font is one of the fonts that a function is told of.
func (a *assembly) font(function string) (arn string) {
	a.each(func(_ template, _ string, r resource) {
		if flat(r.at("FunctionName")) == a.stage.functionName(function) {
			arn = "arn:aws:s3:::" + flat(r.at("Environment", "Variables", "FONTS_BUCKET")) + "/" + flat(r.at("Environment", "Variables", "FONT_JP"))
		}
	}, "AWS::Lambda::Function")
	return arn
}

// rolesOf returns what each function's role may do, by the function's ID. References to what other stacks have made are followed.
func rolesOf(t *testing.T, a *assembly) map[string][]statement {
	t.Helper()
	roles := map[string][]statement{}
	for _, x := range a.templates {
		for _, r := range x.Resources {
			id := strings.TrimPrefix(flat(r.at("FunctionName")), a.stage.prefix())
			if r.Type != "AWS::Lambda::Function" {
				continue
			}
			role := x.Resources[strings.TrimSuffix(strings.TrimPrefix(flat(r.at("Role")), "${"), ".Arn}")]
			for _, p := range many(role.at("Policies")) {
				document, _ := p.(map[string]any)["PolicyDocument"].(map[string]any)
				for _, v := range many(document["Statement"]) {
					s := statementOf(v.(map[string]any))
					if s.incomprehense {
						t.Errorf("%s: the policy of its role has more than this test reads: %v", id, v)
					}
					for i, on := range s.on {
						s.on[i] = a.whole(x, on)
					}
					roles[id] = append(roles[id], s)
				}
			}
		}
	}
	return roles
}

// whole follows a reference from a template to the stack that made what it names: "<stack>/${Key.Arn}".
func (a *assembly) whole(x template, on string) string {
	name, imported := strings.CutPrefix(on, "${import ")
	if !imported {
		if strings.HasPrefix(on, "${") && !strings.HasPrefix(on, "${AWS::") {
			return x.Stack + "/" + on
		}
		return on
	}
	for _, other := range a.templates {
		for _, o := range other.Outputs {
			export, _ := o["Export"].(map[string]any)
			if flat(export["Name"])+"}" == name {
				return other.Stack + "/" + flat(o["Value"])
			}
		}
	}
	return on
}

// keysOf returns the keys behind the aliases by which functions name them.
func keysOf(a *assembly) map[string]string {
	keys := map[string]string{}
	a.each(func(x template, _ string, r resource) {
		keys[flat(r.at("AliasName"))] = a.whole(x, flat(r.at("TargetKeyId")))
	}, "AWS::KMS::Alias")
	return keys
}

// recordedCalls reads the list.
func recordedCalls(t *testing.T) (calls []call) {
	t.Helper()
	data, err := os.ReadFile(callsFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		c, ok := parseCall(line)
		if !ok {
			t.Fatalf("%s: %q is no call", callsFile, line)
		}
		calls = append(calls, c)
	}
	return calls
}

// unused says why a grant is there that no call was seen to use: the end-to-end tests come not that way, and unit tests do.
var unused = byGrant(map[string]string{
	"what is spread over shards, or was begun before, is read when a write meets another": `inventory-hold read inventory
		inventory-hold read holds
		operators-api read holds
		inventory-release read inventory
		inventory-ship read inventory
		promotions-redeem read coupons
		promotions-redeem read redemptions
		promotions-return read coupons
		promotions-restore read coupons`,
	"an operator's command": `sellers-tier write sellers
		sellers-tier write rate_limits
		search-synonyms read projections
		search-synonyms write projections
		reviews-rebuild scan reviews
		reviews-rebuild read reviews
		reviews-rebuild read product_ratings
		reviews-rebuild write product_ratings
		reviews-rebuild scan ratings
		reviews-rebuild scan seller_ratings
		reviews-rebuild write seller_ratings
		offers-again scan offers
		offers-again publish offers
		reviews-moderate read reviews
		reviews-moderate write reviews
		reviews-moderate write product_ratings
		payments-reissue read payments
		payments-reissue write payments
		payments-reissue write rate_limits
		fulfillment-resolve read shipments
		fulfillment-resolve write shipments
		fulfillment-resolve write tracking
		fulfillment-resolve write seller_orders
		search-reindex write projections`,
	"a rule starts it by the hour": `fulfillment-overdue read returns
		fulfillment-overdue write returns`,
	"a run that an older release of checkout-api began, without its cart": "carts-quote read carts",
	"a recovery that fails":                               "checkout-timer write checkouts\ncheckout-timer send checkout-timer-dead",
	"a close that comes again":                            "checkout-close read checkouts",
	"a customer who had these is erased":                  "accounts-api write returns\naccounts-api write reviews",
	"a file without rows":                                 "feeds-split send feeds-assemble",
	"a feed that comes as a message":                      "feeds-intake send feeds-split",
	"an image at an address of the open network":          "catalog-fetch put-object uploads",
	"an image that leaves its review while it is checked": "reviews-image delete-object images",
	"a quote with a coupon":                               "checkout-api read coupons",
	"an operator decides an appeal, or gives a seller another tier": `operators-api read seller_orders
		operators-api write rate_limits`,
	"a seller who has sold something is shown":  "operators-api read ledger",
	"a shopper says what may be kept of clicks": `clickstream-api read consents`,
	"two events have one id":                    "clickstream-settle put-object conflicts",
	"a webhook answers 410, or nothing for three days": `webhooks-publish publish webhooks
		notifications-notify read sellers
		notifications-notify read webhooks`,
	"a parcel that is lost": "fulfillment-advance write seller_orders",
})

// byGrant turns reasons with grants, one a line, into grants with their reason.
func byGrant(reasons map[string]string) map[string]string {
	out := map[string]string{}
	for why, grants := range reasons {
		for grant := range strings.Lines(grants) {
			out[strings.TrimSpace(grant)] = why
		}
	}
	return out
}

// uses tells whether a call is of those that a grant is for. The rest is no matter of a recorded call: what the network lets
// through (SQL, Redis), and secrets, which the local stage is told.
func (c call) uses(context string, g contract.Grant) bool {
	of := func(service string, operations ...string) bool {
		return c.service == service && slices.Contains(operations, strings.TrimSuffix(c.operation, "Batch"))
	}
	table, _, _ := strings.Cut(c.name, "/index/")
	folder := context + "/" + g.Name + "/"
	switch g.Access {
	case contract.Read:
		return of("DynamoDB", "GetItem", "BatchGetItem", "Query") && table == g.Name
	case contract.Write:
		return of("DynamoDB", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem") && table == g.Name
	case contract.Scan:
		return of("DynamoDB", "Scan") && table == g.Name
	case contract.Send:
		return of("SQS", "SendMessage", "ChangeMessageVisibility") && c.name == g.Name
	case contract.Publish:
		return c.service == "SNS" && c.name == g.Name
	case contract.Start:
		return c.service == "SFN" && c.name == g.Name
	case contract.Invoke:
		return c.service == "Lambda" && c.name == g.Name
	case contract.Seal:
		return of("KMS", "GenerateDataKey", "Decrypt")
	case contract.Sign:
		return of("KMS", "Sign")
	case contract.Verify:
		return of("KMS", "GetPublicKey")
	case contract.Search, contract.Admin:
		return c.service == "OpenSearch"
	case contract.Fonts:
		return of("S3", "GetObject") && strings.HasPrefix(c.name, assets+"/")
	case contract.GetObject:
		return of("S3", "GetObject", "HeadObject") && strings.HasPrefix(c.name, folder)
	case contract.PutObject:
		return of("S3", "PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload") && strings.HasPrefix(c.name, folder)
	case contract.DeleteObject:
		return of("S3", "DeleteObject") && strings.HasPrefix(c.name, folder)
	}
	return true
}

// judge says of a call why prod would not let it happen, "" if it would: its role's policy, and for a function in the VPC, which
// has no other way out, an endpoint of the service.
func (a *assembly) judge(c call, roles map[string][]statement, keys map[string]string) string {
	action, on, ok := c.needs(a, keys)
	switch {
	case !ok:
		return "what it needs of IAM is not known here"
	case !allowed(roles[c.function], action, on):
		return "its role may not " + action + " on " + on
	}
	inside, reached := false, false
	a.each(func(_ template, _ string, r resource) {
		if flat(r.at("FunctionName")) == a.stage.functionName(c.function) {
			inside = r.at("VpcConfig") != nil
		}
		if r.Type == "AWS::EC2::VPCEndpoint" && strings.HasSuffix(flat(r.at("ServiceName")), "."+strings.ToLower(c.service)) {
			reached = true
		}
	}, "AWS::Lambda::Function", "AWS::EC2::VPCEndpoint")
	if inside && !reached {
		return "it is in the VPC, which has no endpoint of " + c.service
	}
	return ""
}

// Every call that a function was seen to make is allowed by the policy that prod gives to its role, and no grant is excused that a
// call uses. Seen to catch: a grant taken away; an index read by GetItem.
func TestPoliciesAllowWhatFunctionsDo(t *testing.T) {
	t.Parallel()
	a := synthesized["prod"]
	roles, keys, calls := rolesOf(t, a), keysOf(a), recordedCalls(t)
	for _, c := range calls {
		if why := a.judge(c, roles, keys); why != "" {
			t.Errorf("%s: %s", c, why)
		}
	}
	idle := idleGrants(calls)
	for grant := range unused {
		if !slices.Contains(idle, grant) {
			t.Errorf("%s: it is used, or there no more, and excused here", grant)
		}
	}
}

// idleGrants lists the grants that none of the calls uses.
func idleGrants(calls []call) (idle []string) {
	for _, f := range contract.Functions() {
		for _, g := range f.Grants {
			if !(call{}).uses(f.Context, g) &&
				!slices.ContainsFunc(calls, func(c call) bool { return c.function == f.ID() && c.uses(f.Context, g) }) {
				idle = append(idle, strings.Join([]string{f.ID(), string(g.Access), g.Name}, " "))
			}
		}
	}
	return idle
}

// A call that prod would refuse is noticed. Seen to catch: a judge that asks the role of another function; no look at endpoints.
func TestCallsThatProdRefusesAreNoticed(t *testing.T) {
	t.Parallel()
	a := copyOf(t, "prod")
	for _, x := range a.templates {
		for id, r := range x.Resources {
			if r.Type == "AWS::EC2::VPCEndpoint" && strings.HasSuffix(flat(r.at("ServiceName")), ".kms") {
				delete(x.Resources, id)
			}
		}
	}
	roles, keys := rolesOf(t, a), keysOf(a)
	for line, want := range map[string]string{
		"catalog-api DynamoDB PutItem products":               "",
		"catalog-api DynamoDB PutItem orders":                 "may not dynamodb:PutItem",
		"tax-assess SQS SendMessage checkout-timer":           "may not sqs:SendMessage",
		"payouts-api DynamoDB Query ledger/index/by_month":    "",
		"payouts-api DynamoDB GetItem ledger/index/unpaid":    "may not dynamodb:GetItem",
		"search-api OpenSearch POST /products-index/_search":  "",
		"search-api OpenSearch POST /_bulk":                   "may not es:ESHttpPost",
		"customers-authorize KMS GetPublicKey customers-sign": "",
		"customers-authorize KMS Sign customers-sign":         "may not kms:Sign",
		"customers-api KMS Sign customers-sign":               "no endpoint of KMS",
		"customers-api KMS Decrypt orders":                    "not known",
	} {
		c, ok := parseCall(line)
		if why := a.judge(c, roles, keys); !ok || (why == "") != (want == "") || !strings.Contains(why, want) {
			t.Errorf("%s: %q, want a word of %q", line, why, want)
		}
	}
}

// What the functions of the running local cloud have logged since it started is allowed, too, and then every grant has been used or is
// excused by name: make iam, after the end-to-end tests, prints the table. RIALTO_GOLDEN=1 adds to the list what is new. Seen to catch:
// a message sent from the VPC; a grant that nothing uses.
func TestTheLocalCloudsCallsAreAllowed(t *testing.T) {
	logs := os.Getenv("RIALTO_CALLS")
	if logs == "" {
		t.Skip("needs the local cloud's logs: make iam names them")
	}
	files, err := filepath.Glob(filepath.Join(logs, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs in %s: %v", logs, err)
	}
	a := synthesized["prod"]
	roles, keys, calls := rolesOf(t, a), keysOf(a), recordedCalls(t)
	known, refused := len(calls), 0
	for _, file := range files {
		for _, c := range loggedCalls(t, file) {
			if slices.Contains(calls, c) {
				continue
			}
			calls = append(calls, c)
			if why := a.judge(c, roles, keys); why != "" {
				t.Errorf("%s: %s", c, why)
				refused++
			}
		}
	}
	idle := idleGrants(calls)
	for _, f := range contract.Functions() {
		actions, own := 0, 0
		for _, s := range roles[f.ID()] {
			actions += len(s.actions)
		}
		for _, c := range calls {
			if c.function == f.ID() {
				own++
			}
		}
		t.Logf("%-24s %3d calls recorded, %3d actions allowed", f.ID(), own, actions)
	}
	for _, grant := range idle {
		if unused[grant] == "" {
			t.Errorf("%s: nothing uses it; take it away, or say in the list of the unused why it is there", grant)
		}
	}
	t.Logf("%d calls, %d of them new; %d refused; %d grants that no call uses, %d of them excused by name",
		len(calls), len(calls)-known, refused, len(idle), len(unused))
	if os.Getenv("RIALTO_GOLDEN") != "" && refused == 0 {
		var lines []string
		for _, c := range calls {
			lines = append(lines, c.String()+"\n")
		}
		slices.Sort(lines)
		if err := os.WriteFile(callsFile, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// loggedCalls reads a function's log.
func loggedCalls(t *testing.T, file string) (calls []call) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line struct {
			Msg, Function, Service string
			On                     []string
		}
		if json.Unmarshal(scanner.Bytes(), &line) != nil || line.Msg != "call" || line.Service == "gateway" {
			continue
		}
		for _, on := range line.On {
			operation, name, _ := strings.Cut(on, " ")
			calls = append(calls, call{line.Function, strings.ReplaceAll(line.Service, " ", ""), operation, stageless(line.Service, name)})
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(file, err)
	}
	return calls
}

// stageless is the name of what a call is done to without what the stage adds to it; what is named by ids of its own is one.
func stageless(service, name string) string {
	const prefix = "rialto-local-"
	switch service {
	case "SQS":
		return strings.TrimPrefix(path.Base(name), prefix)
	case "S3":
		bucket, key, _ := strings.Cut(strings.TrimPrefix(name, prefix), "/")
		if strings.HasPrefix(bucket, "cdk-") {
			return assets + "/object"
		}
		folder, _, _ := strings.Cut(key, "/")
		return strings.TrimSuffix(bucket, "-files-"+contract.LocalAccount) + "/" + folder + "/object"
	case "OpenSearch":
		var parts []string
		for part := range strings.SplitSeq(name, "/") {
			if part != "" && !strings.HasPrefix(part, "_") {
				part = "products-index"
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, "/")
	}
	return strings.TrimPrefix(strings.TrimPrefix(name[strings.LastIndex(name, ":")+1:], "alias/"), prefix)
}
