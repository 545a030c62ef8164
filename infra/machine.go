package infra

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"rialto/functions/contract"
)

// placeholder stands in a machine for the ARN of a function: ${tax-assess}, or ${inventory-hold:2} for that of a lane.
var placeholder = regexp.MustCompile(`\$\{([a-z-]+)(?::([1-9][0-9]*))?\}`)

// inMachine tells whether a function is a task of a machine.
func inMachine(f contract.Function) bool { return f.Trigger.Saga || f.Trigger.Task }

// machine deploys the Express machine of a saga, which its callers reach by an alias.
func (c *contextStack) machine(name, definition string) error {
	deployed, err := c.newMachine(name, definition, awsstepfunctions.StateMachineType_EXPRESS, nil)
	if err != nil || c.stage.Local {
		return err
	}
	c.releaseMachine(name, deployed)
	return nil
}

// newMachine deploys a machine whose role may invoke exactly the functions that its definition names, and what else it is given.
// Logs never hold the data of an execution: it is a customer's.
func (c *contextStack) newMachine(name, definition string, kind awsstepfunctions.StateMachineType, more []permission) (awsstepfunctions.StateMachine,
	error) {
	tasks, err := c.stage.tasksOf(definition)
	if err != nil {
		return nil, fmt.Errorf("machine %s: %w", name, err)
	}
	var functions []string
	for _, f := range tasks {
		if c.stage.Local {
			functions = append(functions, c.stage.functionARN(f.ID()))
		} else {
			functions = append(functions, c.stage.functionARN(f.ID())+":*") // each version: that of the definition, and those of runs on their way
		}
	}
	// CloudFormation's own substitutions would do the same, but an ARN that is there can be checked by the guards.
	definition = placeholder.ReplaceAllStringFunc(definition, func(p string) string {
		f, _ := c.stage.task(placeholder.FindStringSubmatch(p)) // as tasksOf has found
		return c.pinned(f)
	})
	props := &awsstepfunctions.StateMachineProps{
		StateMachineName: new(c.stage.machineName(name)),
		StateMachineType: kind,
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromString(&definition),
	}
	allow := append([]permission{{actions: []string{"lambda:InvokeFunction"}, on: functions}}, more...)
	if !c.stage.Local {
		allow = append(allow,
			permission{actions: []string{
				"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
				"logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
			}, on: []string{"*"}},
			permission{actions: []string{
				"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
			}, on: []string{"*"}},
		)
		props.TracingEnabled = new(true)
		props.Logs = &awsstepfunctions.LogOptions{
			Destination:          logGroup(c.stack, c.stage, "MachineLog", c.stage.machineLogName(name)),
			IncludeExecutionData: new(false),
			Level:                awsstepfunctions.LogLevel_ERROR,
		}
	}
	props.Role = role(c.stack, "MachineRole", "states.amazonaws.com", allow).WithoutPolicyUpdates(nil)
	deployed := awsstepfunctions.NewStateMachine(c.stack, new("Machine"), props)
	if !c.stage.Local {
		c.machineAlarms(name, deployed)
	}
	return deployed, nil
}

// machineAlarms: a definition catches what its steps may fail with, so an execution that does not succeed left its work
// undone.
func (c *contextStack) machineAlarms(name string, deployed awsstepfunctions.StateMachine) {
	counted := &awscloudwatch.MetricOptions{Statistic: new("Sum"), Period: duration(failurePeriod)}
	metrics := []awscloudwatch.Metric{deployed.MetricFailed(counted), deployed.MetricTimedOut(counted), deployed.MetricAborted(counted)}
	for i, end := range machineEnds {
		c.alarm("Machine"+title(end), name+"-executions-"+end, "executions of "+name+" "+end+": find the state and the error in the log "+
			c.stage.machineLogName(name)+"; what they left open is recovered when it is due (infra/OPERATIONS.md), "+
			"unless the alarm on a dead-letter queue says otherwise", metrics[i], 1, 1)
	}
}

// machineEnds are how an execution ends that does not succeed.
var machineEnds = []string{"failed", "timed-out", "aborted"}

// tasksOf lists the functions that a definition names, each once. All must be tasks in the contract.
func (s Stage) tasksOf(definition string) ([]contract.Function, error) {
	var tasks []contract.Function
	for _, match := range placeholder.FindAllStringSubmatch(definition, -1) {
		f, ok := s.task(match)
		if !ok {
			return nil, fmt.Errorf("it names %s, which is no task of the contract", match[0])
		}
		if !slices.ContainsFunc(tasks, func(x contract.Function) bool { return x.ID() == f.ID() }) {
			tasks = append(tasks, f)
		}
	}
	if len(tasks) == 0 {
		return nil, fmt.Errorf("it names no function")
	}
	return tasks, nil
}

// task is the function that a placeholder stands for. A stage with fewer lanes than a machine knows has each stand for several.
func (s Stage) task(match []string) (contract.Function, bool) {
	i := slices.IndexFunc(contract.Functions(), func(f contract.Function) bool { return f.ID() == match[1] && inMachine(f) })
	if i < 0 {
		return contract.Function{}, false
	}
	f := contract.Functions()[i]
	if f.Lanes == 0 || match[2] == "" {
		return f, f.Lanes == 0 && match[2] == ""
	}
	lane, err := strconv.Atoi(match[2])
	return f.Lane((lane - 1) % s.lanes(f)), err == nil && lane <= f.Lanes
}
