package infra

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rialto/functions/contract"
)

// guards are laws of the whole app, checked on the templates that come out. Each returns its violations.
var guards = []struct {
	law   string
	check func(*assembly) []string
}{
	{"no wildcard in a policy without a written reason", wildcards},
	{"every queue has a dead-letter queue, and on AWS an alarm on it", deadLetters},
	{"every stream is retried a bounded number of times, and what fails is kept", streamFailures},
	{"what must not be lost outlives its stack and can be restored", kept},
	{"a first deployment that failed can be tried again", retriable},
	{"on AWS, zones are named by their ids, the same in every account", zoneIDs},
	{"every queue's invocations are bounded", boundedQueues},
	{"every timeout lies below its caller's", timeouts},
	{"the functions deployed are those of the contract, each once", deployedOnce},
	{"what cdk-nag finds is mended, or accepted with a reason", nagged},
	{"machines log no data of their executions", silentMachines},
	{"the local stage has no custom resources", noCustomResources},
	{"on AWS, callers call aliases, which alarms move back", released},
	{"on AWS, a run of a machine meets one set of versions", pinnedMachines},
	{"a stack is no larger than CloudFormation takes", small},
}

// guard is every violation there is, as one error.
func guard(a *assembly) error {
	var problems []error
	for _, g := range guards {
		for _, violation := range g.check(a) {
			problems = append(problems, fmt.Errorf("guard %q: %s", g.law, violation))
		}
	}
	return errors.Join(problems...)
}

func deadLetters(a *assembly) (violations []string) {
	const queue, depth = "AWS::SQS::Queue", "ApproximateNumberOfMessagesVisible"
	for _, t := range a.templates {
		dead, alarmed := map[string]bool{}, map[string]bool{}
		for _, r := range t.Resources {
			switch r.Type {
			case queue:
				dead[flat(r.at("RedrivePolicy", "deadLetterTargetArn"))] = true
			case "AWS::CloudWatch::Alarm":
				if r.at("MetricName") == depth && len(many(r.at("AlarmActions"))) > 0 {
					for _, d := range many(r.at("Dimensions")) {
						alarmed[flat(d.(map[string]any)["Value"])] = true
					}
				}
			}
		}
		one := &assembly{templates: []template{t}}
		one.each(func(_ template, id string, r resource) {
			isDead := dead["${"+id+".Arn}"]
			if !isDead && r.number("RedrivePolicy", "maxReceiveCount") == 0 {
				violations = append(violations, fmt.Sprintf("%s/%s has no dead-letter queue", t.Stack, id))
			}
			if isDead && !a.stage.Local && !alarmed["${"+id+".QueueName}"] {
				violations = append(violations, fmt.Sprintf("%s/%s is a dead-letter queue without an alarm", t.Stack, id))
			}
		}, queue)
	}
	return violations
}

func streamFailures(a *assembly) (violations []string) {
	a.each(func(t template, id string, r resource) {
		if r.at("StartingPosition") == nil {
			return // of a queue
		}
		retries, bounded := r.at("MaximumRetryAttempts").(float64)
		if !bounded || retries < 0 || r.at("DestinationConfig", "OnFailure", "Destination") == nil || r.at("BisectBatchOnFunctionError") != true {
			violations = append(violations, fmt.Sprintf("%s/%s retries without end, does not bisect or loses what fails", t.Stack, id))
		}
	}, "AWS::Lambda::EventSourceMapping")
	return violations
}

func boundedQueues(a *assembly) (violations []string) {
	a.each(func(t template, id string, r resource) {
		if r.at("StartingPosition") == nil && r.number("ScalingConfig", "MaximumConcurrency") == 0 {
			violations = append(violations, fmt.Sprintf("%s/%s may take the account's whole concurrency", t.Stack, id))
		}
	}, "AWS::Lambda::EventSourceMapping")
	return violations
}

func kept(a *assembly) (violations []string) {
	if !a.stage.Keep {
		return nil
	}
	a.each(func(t template, id string, r resource) {
		complain := func(what string) {
			violations = append(violations, fmt.Sprintf("%s/%s (%s): %s", t.Stack, id, r.Type, what))
		}
		if r.DeletionPolicy != retained || r.UpdateReplacePolicy != "Retain" {
			complain("it does not outlive its stack")
		}
		switch r.Type {
		case "AWS::DynamoDB::Table":
			if r.at("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
				complain("it cannot be restored to a point in time")
			}
			if r.at("DeletionProtectionEnabled") != true {
				complain("it may be deleted")
			}
		case "AWS::RDS::DBCluster":
			if r.at("DeletionProtection") != true {
				complain("it may be deleted")
			}
		case "AWS::S3::Bucket":
			if r.at("VersioningConfiguration", "Status") != "Enabled" {
				complain("what is written over in it is gone")
			}
		}
	}, "AWS::DynamoDB::Table", "AWS::RDS::DBCluster", "AWS::KMS::Key", "AWS::OpenSearchService::Domain", "AWS::Cognito::UserPool",
		"AWS::S3::Bucket")
	return violations
}

// retained is the policy of what outlives its stack, but not a creation that failed.
const retained = "RetainExceptOnCreate"

func retriable(a *assembly) (violations []string) {
	a.each(func(t template, id string, r resource) {
		if r.DeletionPolicy == "Retain" {
			violations = append(violations, fmt.Sprintf("%s/%s (%s) would stay when its creation is rolled back, and its name be taken", t.Stack, id, r.Type))
		}
	})
	return violations
}

func zoneIDs(a *assembly) (violations []string) {
	a.each(func(t template, id string, r resource) {
		if r.at("AvailabilityZone") != nil || !slices.Contains(a.stage.Zones, flat(r.at("AvailabilityZoneId"))) {
			violations = append(violations, fmt.Sprintf("%s/%s is in the zone of a name, or in one that the stage does not name", t.Stack, id))
		}
	}, "AWS::EC2::Subnet")
	return violations
}

func deployedOnce(a *assembly) (violations []string) {
	times := map[string]int{}
	a.each(func(t template, id string, r resource) {
		name := flat(r.at("FunctionName"))
		i := slices.IndexFunc(a.stage.functions(), func(f contract.Function) bool { return a.stage.functionName(f.ID()) == name })
		if i < 0 {
			violations = append(violations, fmt.Sprintf("%s/%s: %s is not in the contract", t.Stack, id, name))
			return
		}
		times[name]++
		f := a.stage.functions()[i]
		if r.at("Handler") != f.Handler() || r.number("Timeout") != f.Timeout.Seconds() || r.number("MemorySize") != float64(f.Memory) ||
			r.number("ReservedConcurrentExecutions") != float64(a.stage.reserved(f)) || t.Stack != a.stage.stackName(f.Context) {
			violations = append(violations, fmt.Sprintf("%s/%s: %s differs from the contract", t.Stack, id, name))
		}
	}, "AWS::Lambda::Function")
	for _, f := range a.stage.functions() {
		if name := a.stage.functionName(f.ID()); times[name] != 1 {
			violations = append(violations, fmt.Sprintf("%s is deployed %d times", name, times[name]))
		}
	}
	return violations
}

func silentMachines(a *assembly) (violations []string) {
	a.each(func(t template, id string, r resource) {
		logging := r.at("LoggingConfiguration")
		if a.stage.Local && logging == nil {
			return
		}
		if r.at("LoggingConfiguration", "IncludeExecutionData") != false {
			violations = append(violations, fmt.Sprintf("%s/%s logs what its executions hold", t.Stack, id))
		}
	}, "AWS::StepFunctions::StateMachine")
	return violations
}

func noCustomResources(a *assembly) (violations []string) {
	if !a.stage.Local {
		return nil
	}
	a.each(func(t template, id string, r resource) {
		if strings.HasPrefix(r.Type, "Custom::") || r.Type == "AWS::CloudFormation::CustomResource" {
			violations = append(violations, fmt.Sprintf("%s/%s is a %s, which the local cloud cannot run", t.Stack, id, r.Type))
		}
	})
	return violations
}

// timeouts: API Gateway and Cognito above their functions, a queue's visibility above its consumer six times (or as the contract
// says), a state above its task, and a checkout's function above the time it waits for the saga.
func timeouts(a *assembly) (violations []string) {
	complain := func(format string, args ...any) { violations = append(violations, fmt.Sprintf(format, args...)) }
	limits := map[string]time.Duration{} // by function ARN
	for _, f := range a.stage.functions() {
		limits[a.stage.functionARN(f.ID())] = f.Timeout
		if limit := gatewayLimit * time.Millisecond; (f.Trigger.API || f.Trigger.Authorizer) && f.Timeout >= limit {
			complain("%s may take %s, and API Gateway waits %s", f.ID(), f.Timeout, limit)
		}
		if f.Trigger.Tokens && f.Timeout >= poolLimit {
			complain("%s may take %s, and Cognito waits %s", f.ID(), f.Timeout, poolLimit)
		}
		if f.Trigger.Schedule != 0 && f.Timeout > f.Trigger.Schedule {
			complain("%s may take %s and starts every %s", f.ID(), f.Timeout, f.Trigger.Schedule)
		}
	}
	a.each(func(t template, id string, r resource) {
		if wait, err := time.ParseDuration(flat(r.at("Environment", "Variables", "CHECKOUT_WAIT_SECONDS")) + "s"); err == nil &&
			r.at("Handler") == "api" && wait.Seconds() >= r.number("Timeout") {
			complain("%s/%s waits %s for the saga and ends after %v s", t.Stack, id, wait, r.number("Timeout"))
		}
	}, "AWS::Lambda::Function")
	a.each(func(t template, id string, r resource) {
		for _, f := range a.stage.functions() {
			if f.Trigger.Queue == nil || flat(r.at("QueueName")) != a.stage.queueName(f.ID()) {
				continue
			}
			need := f.Trigger.Queue.Visibility
			if need == 0 {
				need = 6 * f.Timeout
			}
			if need <= f.Timeout {
				complain("%s: a visibility of %s does not outlast the function's %s", f.ID(), need, f.Timeout)
			}
			if have := time.Duration(r.number("VisibilityTimeout")) * time.Second; have < need {
				complain("%s/%s hides a record for %s, and %s needs %s", t.Stack, id, have, f.ID(), need)
			}
		}
	}, "AWS::SQS::Queue")
	a.each(func(t template, id string, r resource) {
		var definition any
		if err := json.Unmarshal([]byte(flat(r.at("DefinitionString"))), &definition); err != nil {
			complain("%s/%s: its definition is no JSON: %v", t.Stack, id, err)
			return
		}
		for parameter, p := range t.Parameters { // what says which version
			if id, ok := strings.CutPrefix(flat(p["Default"]), a.stage.versionParameter("")); ok {
				limits["${"+parameter+"}"] = limits[a.stage.functionARN(id)]
			}
		}
		for id, r := range t.Resources {
			if r.Type == "AWS::Lambda::Version" {
				of := t.Resources[strings.Trim(flat(r.at("FunctionName")), "${}")]
				limits["${"+id+"}"] = time.Duration(of.number("Timeout")) * time.Second
			}
		}
		taskTimeouts(definition, limits, func(state, what string) { complain("%s/%s, state %s: %s", t.Stack, id, state, what) })
	}, "AWS::StepFunctions::StateMachine")
	return violations
}

// taskTimeouts visits every task state of a definition, branches and all.
func taskTimeouts(v any, limits map[string]time.Duration, complain func(state, what string)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			taskTimeouts(item, limits, complain)
		}
	case map[string]any:
		states, _ := v["States"].(map[string]any)
		for name, s := range states {
			state, _ := s.(map[string]any)
			if state["Type"] != "Task" {
				continue
			}
			limit, known := time.Duration(0), false
			called := []string{flat(state["Resource"]), flat(parameter(state, "FunctionName"))}
			for _, arn := range append(called, lanesIn(flat(parameter(state, "FunctionName.$")))...) {
				if l, ok := limits[arn]; ok {
					limit, known = max(limit, l), true
				}
			}
			wait, _ := state["TimeoutSeconds"].(float64)
			switch {
			case state["Resource"] == sparkTask && wait > 0:
			case !known:
				complain(name, "it calls no function of the contract")
			case wait <= limit.Seconds():
				complain(name, fmt.Sprintf("it waits %v s for a function that may take %s", wait, limit))
			}
		}
		for _, item := range v {
			taskTimeouts(item, limits, complain)
		}
	}
}

func parameter(state map[string]any, name string) any {
	parameters, _ := state["Parameters"].(map[string]any)
	return parameters[name]
}
