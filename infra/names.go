package infra

import "github.com/aws/aws-cdk-go/awscdk/v2"

// Physical names are fixed, so that a stack can name what another one deploys without importing its outputs. This
// file is the only one that spells them.

func (s Stage) prefix() string { return "rialto-" + s.Name + "-" }

func (s Stage) stackName(part string) string   { return s.prefix() + part }
func (s Stage) tableName(table string) string  { return s.prefix() + table }
func (s Stage) topicName(ctx string) string    { return s.prefix() + ctx }
func (s Stage) recordsName(ctx string) string  { return s.prefix() + ctx }
func (s Stage) machineName(name string) string { return s.prefix() + name }
func (s Stage) queueName(id string) string     { return s.prefix() + id }
func (s Stage) deadQueueName(id string) string { return s.queueName(id) + "-dead" }
func (s Stage) sealAlias(ctx string) string    { return "alias/" + s.prefix() + ctx }
func (s Stage) macAlias(ctx string) string     { return s.sealAlias(ctx) + "-mac" }
func (s Stage) signAlias(ctx string) string    { return s.sealAlias(ctx) + "-sign" }
func (s Stage) apiName(api string) string      { return s.prefix() + api }
func (s Stage) failuresBucket() string         { return s.prefix() + "stream-failures-" + s.account() }

// filesBucket is the bucket of a context's files.
func (s Stage) filesBucket(ctx string) string { return s.prefix() + ctx + "-files-" + s.account() }
func (s Stage) filesARN(ctx string) string    { return "arn:aws:s3:::" + s.filesBucket(ctx) }

// functionName is the name of a function, and of its role: "<context>-<name>" behind the prefix.
func (s Stage) functionName(id string) string { return s.prefix() + id }
func (s Stage) logGroupName(id string) string { return "/aws/lambda/" + s.functionName(id) }

// sparkName is the application's that trains.
func (s Stage) sparkName() string    { return s.prefix() + "training" }
func (s Stage) sparkLogName() string { return "/aws/emr-serverless/" + s.sparkName() }

// machineLogName: logs whose names begin so share one resource policy, whose size is limited.
func (s Stage) machineLogName(name string) string {
	return "/aws/vendedlogs/states/" + s.machineName(name)
}

// alarms is the topic, named like a context's, that tells people.
const alarms = "alarms"

// guestIssuer is the iss claim of the tokens that Rialto signs for guests itself.
func (s Stage) guestIssuer() string { return "urn:rialto:" + s.Name + ":guests" }

// account is CloudFormation's own word where the stage leaves it open.
func (s Stage) account() string {
	if s.Account != "" {
		return s.Account
	}
	return *awscdk.Aws_ACCOUNT_ID()
}

func (s Stage) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + s.Region + ":" + s.account() + ":" + rest
}

func (s Stage) tableARN(table string) string { return s.arn("dynamodb", "table/"+s.tableName(table)) }
func (s Stage) queueARN(id string) string    { return s.arn("sqs", s.queueName(id)) }
func (s Stage) topicARN(ctx string) string   { return s.arn("sns", s.topicName(ctx)) }
func (s Stage) machineARN(name string) string {
	return s.arn("states", "stateMachine:"+s.machineName(name))
}
func (s Stage) functionARN(id string) string    { return s.arn("lambda", "function:"+s.functionName(id)) }
func (s Stage) recordsARN(ctx string) string    { return s.arn("kinesis", "stream/"+s.recordsName(ctx)) }
func (s Stage) failuresARN() string             { return "arn:aws:s3:::" + s.failuresBucket() }
func (s Stage) indexARN(table, i string) string { return s.tableARN(table) + "/index/" + i }

// invokeARN is what callers of a function call: on AWS its alias (release.go).
func (s Stage) invokeARN(id string) string { return s.qualified(s.functionARN(id)) }

func (s Stage) qualified(name string) string {
	if s.Local {
		return name
	}
	return name + ":" + liveAlias
}

const liveAlias = "live"

// versionParameter names the parameter that says which version of a function a machine calls.
func (s Stage) versionParameter(id string) string { return "/rialto/" + s.Name + "/versions/" + id }

// queueURL is what the SQS API calls a queue.
func (s Stage) queueURL(id string) string {
	host := "https://sqs." + s.Region + ".amazonaws.com"
	if s.Local {
		host = s.Endpoints.AWS
	}
	return host + "/" + s.account() + "/" + s.queueName(id)
}
