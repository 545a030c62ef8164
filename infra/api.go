package infra

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"

	"rialto/functions/contract"
)

// apis are the front doors, each deployed from its document.
type apis struct{ shopper, seller, ops awsapigateway.SpecRestApi }

// apisStack deploys them. It waits for no context: functions are named, not imported.
func apisStack(app awscdk.App, stage Stage, documents Documents) (*apis, error) {
	stack := newStack(app, stage, "apis", "Rialto "+stage.Name+": the APIs of shoppers, sellers and operators")
	if !stage.Local {
		stack.AddDependency(accountStack(app, stage), new("its stages write logs, which the account must let them"))
	}
	shopper, err := api(stack, stage, "shopper", contract.ShopperDocumentPath, documents.Shopper)
	if err != nil {
		return nil, err
	}
	seller, err := api(stack, stage, "seller", contract.SellerDocumentPath, documents.Seller)
	if err != nil {
		return nil, err
	}
	ops, err := api(stack, stage, "ops", contract.OpsDocumentPath, documents.Ops)
	if err != nil {
		return nil, err
	}
	if !stage.Local {
		usagePlans(stack, stage, seller)
		letOperatorsIn(stack, stage, ops)
	}
	return &apis{shopper, seller, ops}, nil
}

// letOperatorsIn makes the one policy that opens the operators' API. Whoever administers the account gives it to the roles that
// operators take on; nobody has it from here.
func letOperatorsIn(stack awscdk.Stack, stage Stage, ops awsapigateway.SpecRestApi) {
	var calls []string
	for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
		calls = append(calls, *ops.ArnForExecuteApi(&method, new("/ops/v1/*"), &stage.Name))
	}
	awsiam.NewManagedPolicy(stack, new("Operators"), &awsiam.ManagedPolicyProps{
		ManagedPolicyName: new(stage.prefix() + "operators"),
		Description:       new("calls the operators' API of Rialto " + stage.Name),
		Statements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Actions: list([]string{"execute-api:Invoke"}), Resources: list(calls),
		})},
	})
}

// usagePlans makes a plan and its key for each tier of sellers on the seller API, whose methods demand a key; the
// authorizer presents the one of the seller's tier. A plan is the gateway's, so approximate; what one seller may write is
// held to by its own bucket (functions/internal/ratelimit). The local cloud knows no plans.
func usagePlans(stack awscdk.Stack, stage Stage, seller awsapigateway.SpecRestApi) {
	for _, p := range contract.Plans(stage.prefix()) {
		plan := awsapigateway.NewUsagePlan(stack, new(title(p.Name)+"Plan"), &awsapigateway.UsagePlanProps{
			Name:        new(stage.prefix() + p.Name),
			Description: new("what all sellers of the tier " + p.Name + " together may ask of the seller API"),
			ApiStages:   &[]*awsapigateway.UsagePlanPerApiStage{{Api: seller, Stage: seller.DeploymentStage()}},
			Throttle:    &awsapigateway.ThrottleSettings{RateLimit: new(float64(p.Rate)), BurstLimit: new(float64(p.Rate))},
		})
		plan.AddApiKey(awsapigateway.NewApiKey(stack, new(title(p.Name)+"Key"),
			&awsapigateway.ApiKeyProps{ApiKeyName: new(stage.prefix() + p.Name), Value: &p.Key}), nil)
	}
}

// api deploys one API from its document, and has it serve the whole one at a path.
func api(stack awscdk.Stack, stage Stage, name, path string, doc Document) (awsapigateway.SpecRestApi, error) {
	// API Gateway calls functions with a role that may call just those of this document. The local cloud asks
	// nobody for permission, and assuming a role there would slow down every request.
	var caller awsiam.Role
	var callerARN string
	if !stage.Local {
		caller = awsiam.NewRole(stack, new(title(name)+"Caller"), &awsiam.RoleProps{
			AssumedBy: awsiam.NewServicePrincipal(new("apigateway.amazonaws.com"), nil),
		})
		callerARN = *caller.RoleArn()
	}
	placed, called, err := gatewayDocument(doc.Deployed, stage, callerARN)
	if err != nil {
		return nil, fmt.Errorf("%s API: %w", name, err)
	}
	object, err := reference(stack, name, doc.Reference)
	if err != nil {
		return nil, fmt.Errorf("%s API: %w", name, err)
	}
	serveReference(placed, path, stage, object, callerARN)
	if name != "ops" { // which no shop's pages call
		answerPreflights(placed, stage.Origins)
	}
	if name == "seller" && !stage.Local {
		meter(placed)
	}
	if caller != nil {
		mayServe(caller, stage, called, streamsOf(doc.Deployed, stage), object)
	}
	deploy := &awsapigateway.StageOptions{
		StageName:           &stage.Name,
		ThrottlingRateLimit: &stage.Throttle, ThrottlingBurstLimit: &stage.Burst, MethodOptions: throttles(stage, doc.Deployed),
	}
	if !stage.Local {
		log := logGroup(stack, stage, title(name)+"Log", "/rialto/"+stage.Name+"/"+name)
		deploy.AccessLogDestination = awsapigateway.NewLogGroupLogDestination(log)
		deploy.AccessLogFormat = awsapigateway.AccessLogFormat_Custom(new(accessLine))
		deploy.MetricsEnabled, deploy.TracingEnabled = new(true), new(true)
	}
	rest := awsapigateway.NewSpecRestApi(stack, new(title(name)), &awsapigateway.SpecRestApiProps{
		RestApiName:        new(stage.apiName(name)),
		ApiDefinition:      awsapigateway.ApiDefinition_FromInline(placed),
		EndpointTypes:      &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole:     new(false), // accessLogs sets it once an account
		DeployOptions:      deploy,
		MinCompressionSize: awscdk.Size_Kibibytes(new(1.0)),
	})
	if !stage.Local {
		unwell(stack, stage, name, rest)
	}
	url := *rest.Url()
	if stage.Local { // the local cloud lets an API choose its id, and serves it by path
		awscdk.Tags_Of(rest).Add(new("_custom_id_"), new(stage.apiName(name)),
			&awscdk.TagProps{IncludeResourceTypes: list([]string{"AWS::ApiGateway::RestApi"})})
		url = stage.Endpoints.AWS + "/_aws/execute-api/" + stage.apiName(name) + "/" + stage.Name
	}
	awscdk.NewCfnOutput(stack, new(title(name)+"Url"), &awscdk.CfnOutputProps{Value: &url, Description: new("Base URL of the " + name + " API")})
	return rest, nil
}

// reference writes an API's reference document beside the templates, makes an asset of it, and returns its bucket/key. The document that
// the API is made from stays in the template: it names functions and roles of an account that only the deployment knows, which nothing
// could put into an asset (BodyS3Location takes a file as it is), and an AWS::Include counts within CloudFormation's limit of a
// template all the same, and takes no file over 450 KB. The reference names nothing of AWS's, and is more than half of all that the APIs are.
func reference(stack awscdk.Stack, name string, document map[string]any) (string, error) {
	file := filepath.Join(*awscdk.Stage_Of(stack).Outdir(), *stack.StackName()+"."+name+".openapi.json")
	if err := writeReference(file, document); err != nil {
		return "", err
	}
	asset := awss3assets.NewAsset(stack, new(title(name)+"Reference"), &awss3assets.AssetProps{Path: &file})
	return *asset.S3BucketName() + "/" + *asset.S3ObjectKey(), nil
}

// throttles are those of a stage's that are of an API's operations.
func throttles(stage Stage, document map[string]any) *map[string]*awsapigateway.MethodDeploymentOptions {
	out := map[string]*awsapigateway.MethodDeploymentOptions{}
	paths, _ := document["paths"].(map[string]any)
	for operation, rate := range stage.Throttles {
		method, path, _ := strings.Cut(operation, " ")
		if methods, _ := paths[path].(map[string]any); methods[strings.ToLower(method)] != nil {
			out[path+"/"+method] = &awsapigateway.MethodDeploymentOptions{
				ThrottlingRateLimit: &rate, ThrottlingBurstLimit: new(2 * rate), MetricsEnabled: new(true)}
		}
	}
	return &out
}

// mayCall lets whoever has it call functions.
func mayCall(stage Stage, ids []string) awsiam.PolicyStatement {
	var functions []string
	for _, id := range ids {
		functions = append(functions, stage.invokeARN(id))
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: list([]string{"lambda:InvokeFunction"}), Resources: list(functions)})
}

// mayServe lets a role do what serving an API takes: call its functions, write its streams, and read the object that is its document.
func mayServe(caller awsiam.Role, stage Stage, functions, streams []string, object string) {
	caller.AddToPolicy(mayCall(stage, functions))
	if len(streams) > 0 {
		caller.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: list([]string{"kinesis:PutRecord"}), Resources: list(streams)}))
	}
	caller.AddToPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: list([]string{"s3:GetObject"}), Resources: list([]string{"arn:aws:s3:::" + object})}))
}

// accessLine is one line of the access log. It says which operation was called and how that went, and nothing that
// belongs to a caller: no address, no path with ids, no query.
const accessLine = `{"request_id":"$context.requestId","trace_id":"$context.xrayTraceId","time":"$context.requestTime",` +
	`"method":"$context.httpMethod","resource":"$context.resourcePath","status":"$context.status","latency_ms":"$context.responseLatency",` +
	`"function_ms":"$context.integrationLatency","bytes":"$context.responseLength","refused":"$context.error.responseType"}`

// accountStack lets API Gateway write logs. It is a setting of the account in its region, which all stages there share: the stack
// has no stage in its name, and whoever removes it with a stage leaves what it made to the others.
func accountStack(app awscdk.App, stage Stage) awscdk.Stack {
	stack := awscdk.NewStack(app, new(accountStackName), &awscdk.StackProps{
		Description:        new("Rialto: what all stages of an account share in a region"),
		Env:                environmentOf(stage),
		Synthesizer:        synthesizer(stage),
		AnalyticsReporting: new(false),
	})
	writer := awsiam.NewRole(stack, new("LogWriter"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(new("apigateway.amazonaws.com"), nil),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(new("service-role/AmazonAPIGatewayPushToCloudWatchLogs")),
		},
	})
	account := awsapigateway.NewCfnAccount(stack, new("Account"), &awsapigateway.CfnAccountProps{CloudWatchRoleArn: writer.RoleArn()})
	account.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE, nil)
	writer.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)
	return stack
}

const accountStackName = "rialto-account"
