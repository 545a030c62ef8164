package infra

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsglue"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"rialto/functions/contract"
)

// How long the lake's files are kept, in days. What is settled is kept until somebody deletes it.
const (
	rawDays     = 30
	invalidDays = 30
	tallyDays   = 400
	// recordHours is how long the stream keeps a record: a consumer that is broken on a Friday loses nothing by Monday.
	recordHours = 96.0
	// localShards is how many shards the local stream has: two show that a lake has files of several.
	localShards = 2.0
)

// clickstream has the stream that the gateway writes, the bucket of the lake with its tables, and the key of pseudonyms.
func clickstream(c *contextStack) error {
	c.records = c.stream()
	c.shared.feeding[c.context] = c.stack
	c.files(folder{"raw", rawDays}, folder{"invalid", invalidDays}, folder{"tallies", tallyDays})
	if !c.stage.Local { // which has no Glue; Spark finds columns and partitions in the files
		c.lakeTables()
	}
	key := awskms.NewKey(c.stack, new("MacKey"), &awskms.KeyProps{
		Description:   new("makes the secret of the pseudonyms of sessions"),
		KeySpec:       awskms.KeySpec_HMAC_256,
		KeyUsage:      awskms.KeyUsage_GENERATE_VERIFY_MAC,
		RemovalPolicy: c.stage.removal(),
	})
	awskms.NewAlias(c.stack, new("MacAlias"), &awskms.AliasProps{AliasName: new(c.stage.macAlias(c.context)), TargetKey: key})
	c.provide(contract.Mac, granted{
		allow: []permission{{actions: []string{"kms:GenerateMac"}, on: []string{*key.KeyArn()}}},
		env:   map[string]string{"MAC_KEY_ID": c.stage.macAlias(c.context)},
	})
	return c.functions()
}

// stream is the context's Kinesis stream. On AWS its shards follow what is written.
func (c *contextStack) stream() awskinesis.Stream {
	props := &awskinesis.StreamProps{StreamName: new(c.stage.recordsName(c.context)), RemovalPolicy: c.stage.removal()}
	if c.stage.Local {
		props.StreamMode, props.ShardCount = awskinesis.StreamMode_PROVISIONED, new(localShards)
	} else {
		props.StreamMode = awskinesis.StreamMode_ON_DEMAND
		props.RetentionPeriod = awscdk.Duration_Hours(new(recordHours))
		props.Encryption = awskinesis.StreamEncryption_MANAGED
	}
	return awskinesis.NewStream(c.stack, new("Records"), props)
}

// lakeTables tells Glue of the lake, for Athena and Spark. Partitions are projected from their names: none has to be added.
func (c *contextStack) lakeTables() {
	name := strings.ReplaceAll(c.stage.prefix()+c.context, "-", "_")
	database := awsglue.NewCfnDatabase(c.stack, new("Lake"), &awsglue.CfnDatabaseProps{CatalogId: new(c.stage.account()),
		DatabaseInput: &awsglue.CfnDatabase_DatabaseInputProperty{Name: &name, Description: new("what shoppers do")}})
	var columns []any
	for _, x := range contract.LakeColumns() {
		columns = append(columns, &awsglue.CfnTable_ColumnProperty{Name: new(x.Name), Type: new(x.Type)})
	}
	for _, folder := range contract.LakeFolders {
		at := "s3://" + c.stage.filesBucket(c.context) + "/" + folder + "/"
		table := awsglue.NewCfnTable(c.stack, new("Lake"+title(folder)), &awsglue.CfnTableProps{CatalogId: new(c.stage.account()), DatabaseName: &name,
			TableInput: &awsglue.CfnTable_TableInputProperty{
				Name: new(folder), TableType: new("EXTERNAL_TABLE"),
				Parameters: &map[string]any{
					"classification": "parquet", "projection.enabled": "true", "storage.location.template": at + "date=${date}/hour=${hour}/",
					"projection.date.type": "date", "projection.date.format": "yyyy-MM-dd", "projection.date.range": "2026-01-01,NOW+1DAY",
					"projection.hour.type": "integer", "projection.hour.range": "0,23", "projection.hour.digits": "2",
				},
				PartitionKeys: &[]any{&awsglue.CfnTable_ColumnProperty{Name: new("date"), Type: new("string")},
					&awsglue.CfnTable_ColumnProperty{Name: new("hour"), Type: new("string")}},
				StorageDescriptor: &awsglue.CfnTable_StorageDescriptorProperty{
					Columns: &columns, Location: &at,
					InputFormat:  new("org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"),
					OutputFormat: new("org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"),
					SerdeInfo: &awsglue.CfnTable_SerdeInfoProperty{
						SerializationLibrary: new("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")},
				},
			}})
		table.AddDependency(database)
	}
}

// streamTo has the gateway put an operation's body on a stream. It frames the body as clickstream.Record is framed: origin,
// request, agent, body. The partition key is the session, which keeps a session's events in order; of a body that has none the
// request's id, so that no key is a sender's to choose freely.
func streamTo(operation map[string]any, stage Stage, stream, caller string) {
	delete(operation, "security")
	frame := `#set($session = $input.path('$.session_id'))` + "\n" +
		`#set($key = $context.requestId)` + "\n" +
		`#if($session && $session.matches("[A-Za-z0-9_-]{16,64}"))#set($key = $session)#end` + "\n" +
		`#set($agent = "$!context.identity.userAgent")` + "\n" +
		`#set($agent64 = $util.base64Encode($agent))` + "\n" +
		`#set($body = "$input.body")` + "\n" +
		`#set($record = "browser $context.requestId $agent64 $body")` + "\n" +
		// What is too long is sent without a key, which Kinesis refuses.
		`#set($length = $body.length())` + "\n" +
		`#if($length > ` + strconv.Itoa(contract.MaxEventBytes) + `)#set($key = "")#set($record = "")#end` +
		`{"StreamName":"` + stage.recordsName(stream) + `","PartitionKey":"$key","Data":"$util.base64Encode($record)"}`
	templates := map[string]any{}
	for _, kind := range []string{"application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8",
		"text/plain", "text/plain; charset=utf-8", "text/plain;charset=UTF-8"} {
		templates[kind] = frame
	}
	integration := map[string]any{
		"type": "aws", "httpMethod": "POST", "uri": "arn:aws:apigateway:" + stage.Region + ":kinesis:action/PutRecord",
		"requestParameters":   map[string]any{"integration.request.header.Content-Type": "'application/x-amz-json-1.1'"},
		"requestTemplates":    templates,
		"passthroughBehavior": "never", "timeoutInMillis": gatewayLimit,
		"responses": streamAnswers(stage),
	}
	if caller != "" {
		integration["credentials"] = caller
	}
	operation["x-amazon-apigateway-integration"] = integration
	responses := operation["responses"].(map[string]any)
	named := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(plainHeaders)) {
		named[name] = headerText()
	}
	for _, status := range []string{"202", "413", "429", "503"} {
		r, _ := responses[status].(map[string]any)
		if r == nil {
			r = map[string]any{"description": status}
			responses[status] = r
		}
		r["headers"] = named
	}
}

// plainHeaders are those of every answer. They hold nothing of anybody's, so any page may read them.
var plainHeaders = map[string]string{
	"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "application/problem+json",
	"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}

// streamAnswers turns what Kinesis answers into what a page is told: 202, and of failures the problems that the gateway and the
// handlers have for the same.
func streamAnswers(stage Stage) map[string]any {
	answer := func(status, template string) map[string]any {
		said := map[string]any{}
		for name, value := range plainHeaders {
			said["method.response.header."+name] = "'" + value + "'"
		}
		if template == nothing {
			delete(said, "method.response.header.Content-Type")
		}
		return map[string]any{"statusCode": status, "responseParameters": said, "responseTemplates": map[string]any{"application/json": template}}
	}
	trace := traceOf(stage)
	tooLarge, throttled, away := gatewayProblems["REQUEST_TOO_LARGE"], gatewayProblems["THROTTLED"], streamAway
	refused := `#set($kind = $input.path('$.__type'))#if(!$kind)#set($kind = "")#end` + "\n" +
		`#if($kind.contains("Throughput") || $kind.contains("LimitExceeded"))#set($context.responseOverride.status = 429)` +
		`#set($context.responseOverride.header.Retry-After = "1")` + throttled.template(trace) +
		`#elseif($kind.contains("Validation") || $kind.contains("Serialization") || $kind.contains("InvalidArgument"))` + tooLarge.template(trace) +
		`#else#set($context.responseOverride.status = 503)#set($context.responseOverride.header.Retry-After = "1")` + away.template(trace) + `#end`
	return map[string]any{
		"default": answer("202", nothing),
		"4\\d{2}": answer("413", refused),
		"5\\d{2}": answer("503", away.template(trace)),
	}
}

// nothing is a template that says nothing; an empty one would hand on what Kinesis says.
const nothing = "#set($nothing = 0)"

var streamAway = gatewayProblem{503, "unavailable", "events cannot be taken now; try again", 1}

// streamsOf are the streams that a document's operations write.
func streamsOf(doc map[string]any, stage Stage) []string {
	found := map[string]bool{}
	for _, item := range doc["paths"].(map[string]any) {
		for _, operation := range item.(map[string]any) {
			if o, ok := operation.(map[string]any); ok {
				if stream, ok := o[streamOf].(string); ok {
					found[stage.recordsARN(stream)] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
