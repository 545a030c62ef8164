package infra

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsemrserverless"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
)

const (
	// trainingRate is how often a model is made.
	trainingRate = 4 * time.Hour
	// sparkRelease is EMR's: Spark 3.5.6 and Python 3.9 (docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-version-7110.html).
	sparkRelease = "emr-7.11.0"
	// sparkTask is the only task of a machine that is no function.
	sparkTask = "arn:aws:states:::emr-serverless:startJobRun.sync"
	// idleMinutes is for how long the application keeps its workers after a run.
	idleMinutes = 5.0
)

// training deploys the machine retrain, and on AWS what it begins with: an application of EMR Serverless, the role of its runs, their
// log, and the rule that starts it. Locally Spark runs by make train, which tells the machine the version that came of it.
func (c *contextStack) training() error {
	const none = "none"
	with := map[string]string{"application": none, "role": none, "script": none, "lake": none, "models": none, "settings": none, "log": none}
	var more []permission
	if !c.stage.Local {
		with, more = c.spark()
	}
	definition := c.shared.retrain
	for name, value := range with {
		definition = strings.ReplaceAll(definition, "${training:"+name+"}", value)
	}
	deployed, err := c.newMachine("retrain", definition, awsstepfunctions.StateMachineType_STANDARD, more)
	if err != nil || c.stage.Local {
		return err
	}
	awsevents.NewRule(c.stack, new("RetrainEvery"), &awsevents.RuleProps{
		RuleName: new(c.stage.machineName("retrain")), Schedule: awsevents.Schedule_Rate(duration(trainingRate)),
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewSfnStateMachine(deployed, nil)},
	})
	return nil
}

// spark deploys what trains, and returns what the machine's definition is told of it and what the machine may do with it.
func (c *contextStack) spark() (with map[string]string, machine []permission) {
	s, lake := c.stage, "clickstream"
	application := awsemrserverless.NewCfnApplication(c.stack, new("Spark"), &awsemrserverless.CfnApplicationProps{
		Name: new(s.sparkName()), ReleaseLabel: new(sparkRelease), Type: new("SPARK"), Architecture: new("ARM64"),
		AutoStartConfiguration: &awsemrserverless.CfnApplication_AutoStartConfigurationProperty{Enabled: new(true)},
		AutoStopConfiguration: &awsemrserverless.CfnApplication_AutoStopConfigurationProperty{
			Enabled: new(true), IdleTimeoutMinutes: new(idleMinutes)},
		MaximumCapacity: &awsemrserverless.CfnApplication_MaximumAllowedResourcesProperty{Cpu: new("128 vCPU"), Memory: new("512 GB")},
	})
	script := awss3assets.NewAsset(c.stack, new("Script"), &awss3assets.AssetProps{Path: new(c.shared.training + "/train.py")})
	modules := awss3assets.NewAsset(c.stack, new("Modules"), &awss3assets.AssetProps{Path: new(c.shared.training),
		Exclude: list([]string{"*", "!catalog.py", "!evaluation.py", "!files.py", "!lake.py", "!model.py", "!shelf.py", "!train.py"})})
	logGroup(c.stack, s, "SparkLog", s.sparkLogName())
	logs := s.arn("logs", "log-group:"+s.sparkLogName())
	runs := role(c.stack, "SparkRole", "emr-serverless.amazonaws.com", []permission{
		{actions: []string{"s3:ListBucket"}, on: []string{s.filesARN(lake), s.filesARN(c.context)}},
		{actions: []string{"s3:GetObject"}, on: []string{s.filesARN(lake) + "/events/*", s.filesARN(c.context) + "/models/*",
			s.filesARN(c.context) + "/catalog/*", s.filesARN(c.context) + "/training/*",
			*script.Bucket().ArnForObjects(script.S3ObjectKey()), *modules.Bucket().ArnForObjects(modules.S3ObjectKey())}},
		{actions: []string{"s3:PutObject"}, on: []string{s.filesARN(c.context) + "/models/*"}},
		{actions: []string{"logs:DescribeLogGroups"}, on: []string{"*"}},
		{actions: []string{"logs:DescribeLogStreams"}, on: []string{logs}},
		{actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, on: []string{logs + ":log-stream:*"}},
	}).WithoutPolicyUpdates(nil)
	settings := []string{
		"--py-files " + *modules.S3ObjectUrl(),
		"--archives s3://" + s.filesBucket(c.context) + "/training/packages.zip#packages",
		"--conf spark.driver.cores=4", "--conf spark.driver.memory=24g", "--conf spark.executor.cores=4", "--conf spark.executor.memory=16g",
		"--conf spark.dynamicAllocation.maxExecutors=24",
	}
	return map[string]string{
			"application": *application.AttrApplicationId(), "role": *runs.RoleArn(), "script": *script.S3ObjectUrl(),
			"lake": "s3://" + s.filesBucket(lake) + "/events", "models": "s3://" + s.filesBucket(c.context), "settings": strings.Join(settings, " "),
			"log": s.sparkLogName(),
		}, []permission{
			{actions: []string{"emr-serverless:StartJobRun"}, on: []string{*application.AttrArn()}},
			{actions: []string{"emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"}, on: []string{*application.AttrArn() + "/jobruns/*"}},
			{actions: []string{"iam:PassRole"}, on: []string{*runs.RoleArn()}},
			// Step Functions hears of a run's end by a rule of its own, which it makes.
			{actions: []string{"events:PutTargets", "events:PutRule", "events:DescribeRule"},
				on: []string{s.arn("events", "rule/StepFunctionsGetEventsForEMRServerlessJobRule")}},
		}
}
