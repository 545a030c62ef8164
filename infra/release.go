package infra

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"rialto/functions/contract"
)

// On AWS every deployment publishes a version of each function that it changes, and all callers call an alias, which CodeDeploy moves
// to the new version: a part of the calls at first where the stage says so, the rest when no alarm rang, and back when one did. The
// machine of a saga names versions, not aliases, and is itself called by an alias to one of its versions: so a run meets one set of
// versions from its first step to its last, whatever is deployed meanwhile. The local cloud has one version of everything.

const (
	canaryWait    = 5 * time.Minute // as in the configuration's name below
	canaryPercent = 10.0
	// broken is the share of an alias's calls that fail while it moves, from which it is moved back. All that a new version does
	// wrong makes a tenth.
	broken       = 0.05
	brokenPeriod = time.Minute
)

// versions says what becomes of a function's versions. Those of a machine's functions stay: the machine calls them until its own alias
// has moved, which is in another stack. Environments are kept warm for a version, since an alias that calls two may have none.
func (s Stage) versions(f contract.Function) *awslambda.VersionOptions {
	if s.Local {
		return nil
	}
	o := &awslambda.VersionOptions{RemovalPolicy: awscdk.RemovalPolicy_DESTROY}
	if inMachine(f) {
		o.RemovalPolicy = awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	if warm := s.Provisioned[f.ID()]; warm > 0 {
		o.ProvisionedConcurrentExecutions = new(float64(warm))
	}
	return o
}

// release gives a function its alias, which is what is called.
func (c *contextStack) release(f contract.Function, deployed awslambda.Function, log awslogs.ILogGroup) {
	c.live[f.Name] = deployed
	if c.stage.Local {
		return
	}
	version, id := deployed.CurrentVersion(), title(f.Name)
	alias := awslambda.NewAlias(c.stack, new(id+"Live"), &awslambda.AliasProps{AliasName: new(liveAlias), Version: version})
	c.live[f.Name] = alias
	c.aliases = append(c.aliases, alias)
	if inMachine(f) {
		awsssm.NewStringParameter(c.stack, new(id+"Version"), &awsssm.StringParameterProps{
			ParameterName: new(c.stage.versionParameter(f.ID())), StringValue: version.FunctionArn(),
			Description: new("the version of " + f.ID() + " that a new version of its machine calls"),
		})
	}
	if c.releases == nil {
		c.releases = c.codeDeploy()
	}
	how := awscodedeploy.LambdaDeploymentConfig_ALL_AT_ONCE()
	if c.stage.Canary {
		how = awscodedeploy.LambdaDeploymentConfig_CANARY_10PERCENT_5MINUTES()
	}
	awscodedeploy.NewLambdaDeploymentGroup(c.stack, new(id+"Release"), &awscodedeploy.LambdaDeploymentGroupProps{
		Alias: alias, Application: c.releases.application, Role: c.releases.role, DeploymentConfig: how,
		DeploymentGroupName: new(c.stage.functionName(f.ID())),
		Alarms:              &[]awscloudwatch.IAlarm{c.breaks(f, alias, log)},
		AutoRollback:        &awscodedeploy.AutoRollbackConfig{FailedDeployment: new(true), StoppedDeployment: new(true), DeploymentInAlarm: new(true)},
	})
}

// codeDeploy is what moves a context's aliases.
func (c *contextStack) codeDeploy() *releases {
	var aliases []string
	for _, f := range c.stage.functions() {
		if f.Context == c.context {
			aliases = append(aliases, c.stage.functionARN(f.ID()), c.stage.invokeARN(f.ID()))
		}
	}
	return &releases{
		application: awscodedeploy.NewLambdaApplication(c.stack, new("Releases"), &awscodedeploy.LambdaApplicationProps{
			ApplicationName: new(c.stage.prefix() + c.context)}),
		role: role(c.stack, "Releaser", "codedeploy.amazonaws.com", []permission{
			{actions: []string{"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}, on: aliases},
			{actions: []string{"cloudwatch:DescribeAlarms"}, on: []string{"*"}},
		}).WithoutPolicyUpdates(nil),
	}
}

// breaks is the alarm that has an alias moved back: calls that end in an error, or lines of that level in the log, where handlers say
// what they could not do and answer all the same. It tells nobody: what has failed for longer has alarms of its own.
func (c *contextStack) breaks(f contract.Function, alias awslambda.Alias, log awslogs.ILogGroup) awscloudwatch.Alarm {
	id, name := title(f.Name), f.ID()+"-broken"
	lines := awslogs.NewMetricFilter(c.stack, new(id+"Failed"), &awslogs.MetricFilterProps{
		LogGroup: log, FilterPattern: awslogs.FilterPattern_StringValue(new("$.level"), new("="), new("ERROR")),
		MetricNamespace: new(c.stage.prefix() + "log"), MetricName: &name, MetricValue: new("1"),
	})
	of := &awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(brokenPeriod)}
	return awscloudwatch.NewAlarm(c.stack, new(id+"Broken"), &awscloudwatch.AlarmProps{
		AlarmName:        new(c.stage.prefix() + name),
		AlarmDescription: new(f.ID() + " fails; what is being released of it is taken back (infra/OPERATIONS.md)"),
		Metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression: new("IF(FILL(calls, 0) > 0, (FILL(errors, 0) + FILL(lines, 0)) / calls, 0)"), Period: duration(brokenPeriod),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"calls": alias.MetricInvocations(of), "errors": alias.MetricErrors(of), "lines": lines.Metric(of),
			},
		}),
		Threshold: new(broken), EvaluationPeriods: new(2.0),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
}

// released: nobody who is set up by a stack calls what is not released, and each release has an alarm.
func released(a *assembly) (violations []string) {
	if a.stage.Local {
		return nil
	}
	complain := func(t template, id, what string) { violations = append(violations, t.Stack+"/"+id+" "+what) }
	for _, t := range a.templates {
		aliases, groups := map[string]bool{}, 0
		for id, r := range t.Resources {
			if r.Type != "AWS::Lambda::Alias" {
				continue
			}
			aliases["${"+id+"}"] = true
			if r.UpdatePolicy["CodeDeployLambdaAliasUpdate"] == nil || r.at("ProvisionedConcurrencyConfig") != nil {
				complain(t, id, "moves at once, or cannot call two versions")
			}
		}
		one := &assembly{templates: []template{t}}
		one.each(func(_ template, id string, r resource) {
			called := []string{flat(r.at("FunctionName"))}
			switch r.Type {
			case "AWS::Events::Rule":
				called = nil
				for _, target := range many(r.at("Targets")) {
					name := flat(target.(map[string]any)["Arn"])
					if t.Resources[strings.Trim(name, "${}")].Type != "AWS::StepFunctions::StateMachine" { // whose tasks are pinned
						called = append(called, name)
					}
				}
			case "AWS::CodeDeploy::DeploymentGroup":
				if groups++; len(many(r.at("AlarmConfiguration", "Alarms"))) == 0 || r.at("AlarmConfiguration", "Enabled") != true ||
					r.at("AutoRollbackConfiguration", "Enabled") != true {
					complain(t, id, "is not rolled back by an alarm")
				}
				return
			}
			for _, name := range called {
				if _, of, ok := strings.Cut(name, `{"Ref":"`); ok && strings.HasSuffix(name, ":"+liveAlias) { // CDK's way to write an alias's name
					of, _, _ = strings.Cut(of, `"`)
					name = "${" + of + "}"
				}
				if !aliases[name] {
					complain(t, id, "calls "+name+", which is no alias")
				}
			}
		}, "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Permission", "AWS::Events::Rule", "AWS::CodeDeploy::DeploymentGroup")
		functions := 0
		one.each(func(template, string, resource) { functions++ }, "AWS::Lambda::Function")
		if functions != len(aliases) || functions != groups {
			complain(t, "", fmt.Sprintf("has %d functions, %d aliases and %d groups of deployments", functions, len(aliases), groups))
		}
	}
	return violations
}

// pinnedMachines: a definition's tasks are versions, that a parameter or a resource of the same template names.
func pinnedMachines(a *assembly) (violations []string) {
	if a.stage.Local {
		return nil
	}
	a.each(func(t template, id string, r resource) {
		called := calledBy(flat(r.at("DefinitionString")))
		for _, task := range called {
			name := strings.TrimSuffix(strings.TrimPrefix(task, "${"), "}")
			parameter, resource := t.Parameters[name], t.Resources[name]
			if !strings.HasPrefix(flat(parameter["Default"]), a.stage.versionParameter("")) && resource.Type != "AWS::Lambda::Version" {
				violations = append(violations, fmt.Sprintf("%s/%s calls %s, which is no version", t.Stack, id, task))
			}
		}
		if len(called) == 0 {
			violations = append(violations, fmt.Sprintf("%s/%s names no task", t.Stack, id))
		}
	}, "AWS::StepFunctions::StateMachine")
	return violations
}

var (
	taskOf  = regexp.MustCompile(`"(?:Resource|FunctionName)": *"([^"]*)"`)
	choices = regexp.MustCompile(`"FunctionName\.\$": *"([^"]*)"`)
	laneOf  = regexp.MustCompile(`'([^']*)'`)
)

// calledBy lists what the states of a machine call, also those that choose it of a list.
func calledBy(definition string) (all []string) {
	for _, match := range taskOf.FindAllStringSubmatch(definition, -1) {
		if match[1] != sparkTask && match[1] != invokeTask {
			all = append(all, match[1])
		}
	}
	for _, match := range choices.FindAllStringSubmatch(definition, -1) {
		all = append(all, lanesIn(match[1])...)
	}
	return all
}

// invokeTask is what a state calls that chooses its function.
const invokeTask = "arn:aws:states:::lambda:invoke"

// lanesIn lists the functions that a state chooses among.
func lanesIn(choice string) (all []string) {
	for _, match := range laneOf.FindAllStringSubmatch(choice, -1) {
		all = append(all, match[1])
	}
	return all
}

// stackLimit is how many resources a stack may have, and templateLimit how many bytes its template
// (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const (
	stackLimit    = 500
	templateLimit = 1_000_000
)

func small(a *assembly) (violations []string) {
	for _, t := range a.templates {
		if n := len(t.Resources); n > stackLimit {
			violations = append(violations, fmt.Sprintf("%s has %d resources", t.Stack, n))
		}
		// At nine tenths there is still time: the next route must not be what cannot be deployed.
		if t.Bytes > templateLimit*9/10 {
			violations = append(violations, fmt.Sprintf("the template of %s has %d bytes of %d: divide the stack (one an API, if it is the APIs')",
				t.Stack, t.Bytes, templateLimit))
		}
	}
	return violations
}

// releases is what a context's deployments of functions share.
type releases struct {
	application awscodedeploy.LambdaApplication
	role        awsiam.IRole
}

// pinned is the ARN of a function as a machine calls it: on AWS the version that its stack deployed last. It stands in a parameter of
// its own, since an export could not change while the machine imports it.
func (c *contextStack) pinned(f contract.Function) string {
	switch {
	case c.stage.Local:
		return c.stage.functionARN(f.ID())
	case f.Context == c.context:
		return *c.deployed[f.Name].CurrentVersion().FunctionArn()
	}
	return *awsssm.StringParameter_ValueForStringParameter(c.stack, new(c.stage.versionParameter(f.ID())), nil)
}

// releaseMachine publishes a version of a machine and moves its alias there, as that of a function is.
func (c *contextStack) releaseMachine(name string, deployed awsstepfunctions.StateMachine) {
	machine := deployed.Node().DefaultChild().(awsstepfunctions.CfnStateMachine)
	version := awsstepfunctions.NewCfnStateMachineVersion(c.stack, new("MachineVersion"), &awsstepfunctions.CfnStateMachineVersionProps{
		StateMachineArn: machine.AttrArn(), StateMachineRevisionId: machine.AttrStateMachineRevisionId(),
	})
	version.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE, nil) // to go back to
	how := &awsstepfunctions.CfnStateMachineAlias_DeploymentPreferenceProperty{StateMachineVersionArn: version.AttrArn(), Type: new("ALL_AT_ONCE")}
	if c.stage.Canary {
		how.Type, how.Percentage, how.Interval = new("CANARY"), new(canaryPercent), new(canaryWait.Minutes())
	}
	var alarms []string
	for _, end := range machineEnds {
		alarms = append(alarms, c.stage.prefix()+name+"-executions-"+end)
	}
	how.Alarms = list(alarms)
	awsstepfunctions.NewCfnStateMachineAlias(c.stack, new("MachineLive"), &awsstepfunctions.CfnStateMachineAliasProps{
		Name: new(liveAlias), DeploymentPreference: how,
	})
}

// afterTasks has a machine's stack deployed after those of the functions that it calls, whose versions it reads.
func afterTasks(stacks map[string]*contextStack, machine, definition string) error {
	tasks, err := stacks[machine].stage.tasksOf(definition)
	if err != nil {
		return err
	}
	for _, f := range tasks {
		if f.Context != machine {
			stacks[machine].stack.AddDependency(stacks[f.Context].stack, new("its machine calls versions of that one's functions"))
		}
	}
	return nil
}
