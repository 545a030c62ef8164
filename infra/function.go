package infra

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"rialto/functions/contract"
)

// function deploys one function with its own role, its log and its trigger.
func (c *contextStack) function(f contract.Function, code awslambda.Code) error {
	all := c.baseline(f)
	if q := f.Trigger.Queue; q != nil {
		all.env["RECEIVES"] = strconv.Itoa(q.MaxReceiveCount) // which try of a record is its last
	}
	for _, g := range f.Grants {
		more, err := c.grant(g)
		if err != nil {
			return err
		}
		all.add(more)
	}
	if len(all.groups) > 0 {
		all.allow = append(all.allow, permission{actions: []string{
			// What the managed policy AWSLambdaVPCAccessExecutionRole holds, but for logs.
			"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
			"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
		}, on: []string{"*"}})
	}
	source, err := c.triggerPermissions(f)
	if err != nil {
		return err
	}
	all.allow = append(all.allow, source...)

	props := &awslambda.FunctionProps{
		FunctionName: new(c.stage.functionName(f.ID())),
		Description:  new(f.Description),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: architecture(c.stage.Arch),
		Handler:      new(f.Handler()),
		Code:         code,
		MemorySize:   new(float64(f.Memory)),
		Timeout:      duration(f.Timeout),
		Environment:  texts(all.env),
		// Permissions are exactly those of the contract: what CDK would add by itself is turned away.
		Role:                  role(c.stack, "Role"+title(f.Name), "lambda.amazonaws.com", all.allow).WithoutPolicyUpdates(nil),
		CurrentVersionOptions: c.stage.versions(f),
	}
	if own := c.stage.reserved(f); own > 0 {
		props.ReservedConcurrentExecutions = new(float64(own))
	}
	if f.Loop != "" {
		props.RecursiveLoop = awslambda.RecursiveLoop_ALLOW
	}
	if !c.stage.Local {
		props.Tracing = awslambda.Tracing_ACTIVE
		props.LogGroup = logGroup(c.stack, c.stage, "Log"+title(f.Name), c.stage.logGroupName(f.ID()))
	}
	if len(all.groups) > 0 {
		props.Vpc = c.shared.network.vpc
		props.VpcSubnets = isolated()
		props.SecurityGroups = &all.groups
	}
	deployed := awslambda.NewFunction(c.stack, new(title(f.Name)), props)
	c.deployed[f.Name] = deployed
	c.starved(f, deployed)
	for _, a := range f.Alarms {
		c.said(f, a, props.LogGroup)
	}
	c.release(f, deployed, props.LogGroup)
	return c.trigger(f, deployed)
}

// baseline is what every function may do and is told.
func (c *contextStack) baseline(f contract.Function) granted {
	all := granted{env: c.environment()}
	if f.Trigger.API {
		all.env["ALLOWED_ORIGINS"] = strings.Join(c.stage.Origins, " ")
	}
	if f.Trigger.API && !c.stage.Local {
		all.env["PROXIES"] = "1" // CloudFront stands before the gateway
	}
	if c.stage.Local {
		all.env["AWS_XRAY_SDK_DISABLED"] = "true" // nothing listens for traces there
		all.env["RECORD_CALLS"] = "true"
		return all
	}
	all.allow = []permission{
		{actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			on: []string{c.stage.arn("logs", "log-group:"+c.stage.logGroupName(f.ID())+":log-stream:*")}},
		{actions: []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, on: []string{"*"}},
	}
	return all
}

// permission is one IAM statement that allows.
type permission struct {
	actions, on []string
}

// granted is what a grant comes to.
type granted struct {
	allow  []permission
	env    map[string]string
	groups []awsec2.ISecurityGroup // a function that has any lives in the VPC
}

func (g *granted) add(more granted) {
	g.allow = append(g.allow, more.allow...)
	maps.Copy(g.env, more.env)
	g.groups = append(g.groups, more.groups...)
}

// role makes a role of a service that has these permissions and no other.
func role(scope scope, id, service string, allow []permission) awsiam.Role {
	props := &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(&service, nil)}
	if len(allow) > 0 {
		var statements []awsiam.PolicyStatement
		for _, p := range allow {
			statements = append(statements, awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Actions: list(p.actions), Resources: list(p.on),
			}))
		}
		props.InlinePolicies = &map[string]awsiam.PolicyDocument{
			"grants": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		}
	}
	return awsiam.NewRole(scope, &id, props)
}

// logGroup makes a log that is kept as long as the stage says, and goes with its stack: it is no record.
func logGroup(scope scope, stage Stage, id, name string) awslogs.LogGroup {
	props := &awslogs.LogGroupProps{
		Retention:     awslogs.RetentionDays_ONE_WEEK,
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	}
	if name != "" {
		props.LogGroupName = &name
	}
	group := awslogs.NewLogGroup(scope, &id, props)
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(&stage.LogDays)
	return group
}

func architecture(goarch string) awslambda.Architecture {
	if goarch == "amd64" {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}

func duration(d time.Duration) awscdk.Duration {
	if d%time.Second != 0 {
		return awscdk.Duration_Millis(new(float64(d.Milliseconds())))
	}
	return awscdk.Duration_Seconds(new(d.Seconds()))
}

func seconds(d time.Duration) string { return fmt.Sprint(int(d.Seconds())) }
