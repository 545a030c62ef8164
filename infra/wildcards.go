package infra

import (
	"fmt"
	"slices"
	"strings"
)

// reason excuses one action on one wildcard. Resource is "*" itself, or how the resource ends.
type reason struct {
	action, resource, why string
}

// reasons is the one list of wildcards that policies may hold.
var reasons = append(append(versionsOfTasks(), versionsKeptWarm()...), []reason{
	{"cloudwatch:DescribeAlarms", "*", "CodeDeploy asks for the alarms of a release by a call that names no resource"},

	{"logs:CreateLogStream", ":log-stream:*", "Lambda names the streams of a function's log itself"},
	{"logs:PutLogEvents", ":log-stream:*", "Lambda names the streams of a function's log itself"},

	{"xray:PutTraceSegments", "*", "X-Ray's actions take no resource"},
	{"xray:PutTelemetryRecords", "*", "X-Ray's actions take no resource"},
	{"xray:GetSamplingRules", "*", "X-Ray's actions take no resource"},
	{"xray:GetSamplingTargets", "*", "X-Ray's actions take no resource"},

	{"ec2:CreateNetworkInterface", "*", "Lambda attaches functions to the VPC, by interfaces it names itself"},
	{"ec2:DescribeNetworkInterfaces", "*", "EC2's describe actions take no resource"},
	{"ec2:DescribeSubnets", "*", "EC2's describe actions take no resource"},
	{"ec2:AssignPrivateIpAddresses", "*", "Lambda attaches functions to the VPC, by interfaces it names itself"},
	{"ec2:UnassignPrivateIpAddresses", "*", "Lambda detaches functions from the VPC, by interfaces it names itself"},
	{"ec2:DeleteNetworkInterface", "*", "Lambda detaches functions from the VPC, by interfaces it names itself"},

	{"logs:CreateLogDelivery", "*", "log delivery takes no resource; Step Functions asks for these to log"},
	{"logs:GetLogDelivery", "*", "log delivery takes no resource"},
	{"logs:UpdateLogDelivery", "*", "log delivery takes no resource"},
	{"logs:DeleteLogDelivery", "*", "log delivery takes no resource"},
	{"logs:ListLogDeliveries", "*", "log delivery takes no resource"},
	{"logs:PutResourcePolicy", "*", "log delivery takes no resource"},
	{"logs:DescribeResourcePolicies", "*", "log delivery takes no resource"},
	{"logs:DescribeLogGroups", "*", "log delivery takes no resource"},

	{"s3:PutObject", "/*", "Lambda names the objects that hold a stream's failed records, and tries as it likes whether it may write them"},

	{"s3:PutObject", "/uploads/*", "sellers' files are named by seller and feed"},
	{"s3:GetObject", "/uploads/*", "sellers' files are named by seller and feed"},
	{"s3:DeleteObject", "/uploads/*", "images of reviews are named by product, review and image"},
	{"s3:PutObject", "/parts/*", "parts of reports are named by feed and chunk"},
	{"s3:GetObject", "/parts/*", "parts of reports are named by feed and chunk"},
	{"s3:PutObject", "/reports/*", "reports are named by seller and feed"},
	{"s3:GetObject", "/reports/*", "reports are named by seller and feed"},
	{"s3:PutObject", "/copies/*", "copies of invoices are named by order and parcel"},
	{"s3:GetObject", "/copies/*", "copies of invoices are named by order and parcel"},

	{"s3:PutObject", "/images/*", "images are named by product and file"},
	{"s3:GetObject", "/images/*", "images are named by product and file"},
	{"s3:DeleteObject", "/images/*", "images are named by product and file"},
	{"s3:PutObject", "/withheld/*", "images are named by product and file"},
	{"s3:GetObject", "/withheld/*", "images are named by product and file"},
	{"s3:DeleteObject", "/withheld/*", "images are named by product and file"},

	{"execute-api:Invoke", "/ops/v1/*", "an operator may make every call of the operators' API; what was made stands in its audit log"},

	{"s3:PutObject", "/raw/*", "the lake's files are named by hour and part of the stream"},
	{"s3:GetObject", "/raw/*", "the lake's files are named by hour and part of the stream"},
	{"s3:PutObject", "/invalid/*", "the lake's files are named by hour and part of the stream"},
	{"s3:PutObject", "/tallies/*", "the lake's files are named by hour and part of the stream"},
	{"s3:PutObject", "/events/*", "the lake's files are named by hour and shard"},
	{"s3:PutObject", "/bots/*", "the lake's files are named by hour and shard"},
	{"s3:DeleteObject", "/bots/*", "the lake's files are named by hour and shard"},
	{"s3:PutObject", "/conflicts/*", "the lake's files are named by hour and shard"},
	{"s3:DeleteObject", "/conflicts/*", "the lake's files are named by hour and shard"},

	{"s3:PutObject", "/models/*", "models are named by version and file"},
	{"s3:GetObject", "/models/*", "models are named by version and file"},
	{"s3:PutObject", "/catalog/*", "a snapshot's files are named by when it was begun, and their part"},
	{"s3:PutObject", "/experiments/*", "experiments are named by those who start them"},
	{"s3:GetObject", "/experiments/*", "experiments are named by those who start them"},

	{"es:ESHttpPost", "/*/_search", "an index is named by its marketplace or its model; a search writes nothing"},
	{"es:ESHttpGet", "/products-*", "an index is named by its marketplace; what it is may be read"},
	{"es:ESHttpGet", "/products-*/_settings/index.number_of_replicas", "an index is named by its marketplace; how many copies it has may be read"},
	{"es:ESHttpPut", "/products-*/_settings", "an index is named by its marketplace; events have it copied"},
	{"es:ESHttpGet", "/*", "a path below the domain is an index or an API of the index, not a resource of AWS"},
	{"es:ESHttpHead", "/*", "a path below the domain is an index or an API of the index, not a resource of AWS"},
	{"es:ESHttpPost", "/*", "a path below the domain is an index or an API of the index, not a resource of AWS"},
	{"es:ESHttpPut", "/*", "a path below the domain is an index or an API of the index, not a resource of AWS"},
	{"es:ESHttpDelete", "/*", "a path below the domain is an index or an API of the index, not a resource of AWS"},

	{"s3:GetObject", "/events/*", "files of the lake are named by hour and shard"},
	{"s3:GetObject", "/catalog/*", "Hadoop looks into folders that it reads from"},
	{"s3:GetObject", "/training/*", "Spark fetches its archives itself"},
	{"emr-serverless:GetJobRun", "/jobruns/*", "runs are named by EMR"},
	{"emr-serverless:CancelJobRun", "/jobruns/*", "runs are named by EMR"},

	{"lambda:ListEventSourceMappings", "*", "a list of mappings takes no resource"},
	{"lambda:UpdateEventSourceMapping", ":event-source-mapping:*", "mappings are named by Lambda"},

	{"ecr:GetAuthorizationToken", "*", "ECR's token takes no resource"},

	{"kms:*", "*", "in a key's own policy * is that key, and the account must be able to administer it"},

	{"AmazonAPIGatewayPushToCloudWatchLogs", "managed", "API Gateway makes logs of its own; it accepts no narrower policy for the account"},
}...)

// parted has every function in as many lanes as it may have: what is excused of one is so of all.
var parted = Stage{Lanes: true}

// versionsOfTasks: a run that began before a deployment ends with the versions that it began with.
func versionsOfTasks() (all []reason) {
	for _, f := range parted.functions() {
		if inMachine(f) {
			all = append(all, reason{"lambda:InvokeFunction", "-" + f.ID() + ":*", "a machine calls the versions that each of its own versions names"})
		}
	}
	return all
}

// versionsKeptWarm: environments are kept for a version, which a deployment names. Events warm the same functions on every stage.
func versionsKeptWarm() (all []reason) {
	has, err := parted.campaigns()
	if err != nil {
		panic(err) // the counted use cases are embedded
	}
	for _, f := range has.Functions {
		for _, action := range []string{"Get", "Put", "Delete"} {
			all = append(all, reason{"lambda:" + action + "ProvisionedConcurrencyConfig", "-" + f.ID + ":*", "versions are numbered by deployments"})
		}
	}
	return all
}

// keyType is the only place for kms:*; elsewhere it would be every key.
const keyType = "AWS::KMS::Key"

// wildcards finds every statement that allows, wherever it stands, and every managed policy.
func wildcards(a *assembly) (violations []string) {
	a.each(func(t template, id string, r resource) {
		complain := func(what string) { violations = append(violations, fmt.Sprintf("%s/%s %s", t.Stack, id, what)) }
		for _, arn := range many(r.at("ManagedPolicyArns")) {
			name := flat(arn)
			if name = name[strings.LastIndex(name, "/")+1:]; !excused(name, "managed") {
				complain("has the managed policy " + name + ", which nobody here wrote")
			}
		}
		statements(r.Properties, func(s map[string]any) { judge(s, r.Type, complain) })
	})
	return violations
}

// judge looks at one statement.
func judge(s map[string]any, kind string, complain func(string)) {
	if s["NotAction"] != nil || s["NotResource"] != nil || s["NotPrincipal"] != nil {
		complain("allows all but something")
	}
	if p := s["Principal"]; p != nil && (flat(p) == "*" || strings.Contains(flat(p), `:"*"`)) {
		complain("lets anybody in")
	}
	for _, action := range many(s["Action"]) {
		for _, on := range many(s["Resource"]) {
			action, on := flat(action), flat(on)
			if !strings.Contains(action, "*") && !strings.Contains(on, "*") {
				continue
			}
			if !excused(action, on) || action == "kms:*" && kind != keyType {
				complain(fmt.Sprintf("allows %s on %s without a reason in wildcards.go", action, on))
			}
		}
	}
}

func excused(action, on string) bool {
	return slices.ContainsFunc(reasons, func(r reason) bool { return r.covers(action, on) })
}

func (r reason) covers(action, on string) bool {
	if r.action != action {
		return false
	}
	if r.resource == "*" || r.resource == "managed" {
		return on == r.resource
	}
	return strings.HasSuffix(on, r.resource) && strings.Count(on, "*") == 1
}

// statements visits every allowing statement below v.
func statements(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			statements(item, visit)
		}
	case map[string]any:
		if v["Effect"] == "Allow" && (v["Action"] != nil || v["NotAction"] != nil) {
			visit(v)
		}
		for _, item := range v {
			statements(item, visit)
		}
	}
}
