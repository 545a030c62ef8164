package infra

import (
	"strconv"
	"strings"
	"testing"
)

func TestGuardsPass(t *testing.T) {
	t.Parallel()
	for stage, a := range synthesized {
		if err := guard(a); err != nil {
			t.Errorf("%s: %v", stage, err)
		}
	}
}

// TestGuardsCatch breaks each law on a copy of a stage and expects the guard to say so.
func TestGuardsCatch(t *testing.T) {
	t.Parallel()
	// change applies to the one resource whose property has the value.
	change := func(kind, property, value string, edit func(resource)) func(*testing.T, *assembly) {
		return func(t *testing.T, a *assembly) {
			t.Helper()
			edits := 0
			a.each(func(x template, id string, r resource) {
				if flat(r.at(property)) == value {
					edit(r)
					edits++
				}
			}, kind)
			if edits == 0 {
				t.Fatalf("no %s has a %s %s", kind, property, value)
			}
		}
	}
	set := func(name string, v any) func(resource) { return func(r resource) { r.Properties[name] = v } }
	unset := func(name string) func(resource) { return func(r resource) { delete(r.Properties, name) } }
	const function, queue, table = "AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table"
	policy := func(statement map[string]any) func(*testing.T, *assembly) {
		return func(_ *testing.T, a *assembly) {
			statement["Effect"] = "Allow"
			a.templates[0].Resources["Broken"] = resource{Type: "AWS::IAM::Policy", Properties: map[string]any{
				"PolicyDocument": map[string]any{"Statement": []any{statement}},
			}}
		}
	}
	for name, c := range map[string]struct {
		stage string
		spoil func(*testing.T, *assembly)
		want  string
	}{
		"an action with a wildcard":  {"prod", policy(map[string]any{"Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:x:y:table/z"}), "dynamodb:*"},
		"a resource with a wildcard": {"prod", policy(map[string]any{"Action": []any{"s3:GetObject"}, "Resource": "arn:aws:s3:::z/*"}), "s3:GetObject"},
		"a joined resource": {"prod", policy(map[string]any{"Action": "s3:PutObject",
			"Resource": map[string]any{"Fn::Join": []any{"", []any{"arn:", map[string]any{"Ref": "A"}, ":*"}}}}), "s3:PutObject"},
		"an excused action on more": {"prod", policy(map[string]any{"Action": "s3:PutObject", "Resource": "*"}), "s3:PutObject"},
		"kms:* outside a key":       {"prod", policy(map[string]any{"Action": "kms:*", "Resource": "*"}), "kms:*"},
		"all but something":         {"prod", policy(map[string]any{"NotAction": "iam:*", "Resource": "x"}), "all but"},
		"anybody": {"prod", policy(map[string]any{"Action": "sqs:SendMessage", "Resource": "x",
			"Principal": map[string]any{"AWS": "*"}}), "anybody"},
		"a managed policy": {"prod", change(function, "FunctionName", "rialto-prod-tax-assess", func(r resource) {
			r.Properties["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AdministratorAccess"}
		}), "AdministratorAccess"},
		"a queue without a dead-letter queue": {"local", change(queue, "QueueName", "rialto-local-search-index", unset("RedrivePolicy")),
			"no dead-letter queue"},
		"a dead-letter queue without alarm": {"prod", change("AWS::CloudWatch::Alarm", "AlarmName", "rialto-prod-search-index-dead",
			set("MetricName", "NumberOfMessagesSent")), "without an alarm"},
		"an alarm nobody hears": {"prod", change("AWS::CloudWatch::Alarm", "AlarmName", "rialto-prod-search-index-dead",
			unset("AlarmActions")), "without an alarm"},
		"a queue without a bound": {"prod", change("AWS::Lambda::EventSourceMapping", "ScalingConfig", `{"MaximumConcurrency":50}`,
			unset("ScalingConfig")), "whole concurrency"},
		"a stream that retries without end": {"local", change("AWS::Lambda::EventSourceMapping", "StartingPosition", "TRIM_HORIZON",
			unset("MaximumRetryAttempts")), "retries without end"},
		"a stream that loses what fails": {"local", change("AWS::Lambda::EventSourceMapping", "StartingPosition", "TRIM_HORIZON",
			unset("DestinationConfig")), "loses what fails"},
		"a table that cannot be restored": {"prod", change(table, "TableName", "rialto-prod-orders",
			unset("PointInTimeRecoverySpecification")), "point in time"},
		"a table that may be deleted": {"prod", change(table, "TableName", "rialto-prod-orders", set("DeletionProtectionEnabled", false)),
			"may be deleted"},
		"a database that may be deleted": {"prod", change("AWS::RDS::DBCluster", "Engine", "aurora-postgresql",
			set("DeletionProtection", false)), "may be deleted"},
		"a bucket that forgets": {"prod", change("AWS::S3::Bucket", "BucketName", "rialto-prod-feeds-files-${AWS::AccountId}",
			unset("VersioningConfiguration")), "written over"},
		"a table that goes with its stack": {"prod", func(_ *testing.T, a *assembly) {
			for _, x := range a.templates {
				for id, r := range x.Resources {
					if r.Type == table {
						r.DeletionPolicy = "Delete"
						x.Resources[id] = r
					}
				}
			}
		}, "does not outlive"},
		"a table that a failed creation leaves": {"prod", func(_ *testing.T, a *assembly) {
			for _, x := range a.templates {
				for id, r := range x.Resources {
					if r.Type == table {
						r.DeletionPolicy = "Retain"
						x.Resources[id] = r
					}
				}
			}
		}, "its name be taken"},
		"a zone by its name": {"prod", change("AWS::EC2::Subnet", "AvailabilityZoneId", "use1-az4", func(r resource) {
			r.Properties["AvailabilityZone"] = r.Properties["AvailabilityZoneId"]
		}), "in the zone of a name"},
		"a zone without RDS Proxy": {"prod", change("AWS::EC2::Subnet", "AvailabilityZoneId", "use1-az4", set("AvailabilityZoneId", "use1-az3")),
			"that the stage does not name"},
		"a queue that shows records too early": {"local", change(queue, "QueueName", "rialto-local-payments-capture",
			set("VisibilityTimeout", 60.0)), "payments-capture needs 3m0s"},
		"a checkout that waits too long": {"local", change(function, "FunctionName", "rialto-local-checkout-api", set("Timeout", 20.0)),
			"waits 20s for the saga"},
		"a state below its function": {"local", change("AWS::StepFunctions::StateMachine", "StateMachineName", "rialto-local-checkout", func(r resource) {
			r.Properties["DefinitionString"] = strings.ReplaceAll(flat(r.at("DefinitionString")), `"TimeoutSeconds": 6`, `"TimeoutSeconds": 5`)
		}), "it waits 5 s for a function that may take 5s"},
		"a state without a limit": {"local", change("AWS::StepFunctions::StateMachine", "StateMachineName", "rialto-local-checkout", func(r resource) {
			r.Properties["DefinitionString"] = strings.ReplaceAll(flat(r.at("DefinitionString")), `"TimeoutSeconds"`, `"Timeout"`)
		}), "it waits 0 s"},
		"a state that calls a stranger": {"local", change("AWS::StepFunctions::StateMachine", "StateMachineName", "rialto-local-checkout",
			func(r resource) {
				r.Properties["DefinitionString"] = strings.ReplaceAll(flat(r.at("DefinitionString")), `rialto-local-tax-assess`, `rialto-local-tax-guess`)
			}), "calls no function of the contract"},
		"a function that is missing": {"local", func(_ *testing.T, a *assembly) {
			for _, x := range a.templates {
				for id, r := range x.Resources {
					if flat(r.at("FunctionName")) == "rialto-local-tax-assess" {
						delete(x.Resources, id)
					}
				}
			}
		}, "rialto-local-tax-assess is deployed 0 times"},
		"a function twice": {"local", func(_ *testing.T, a *assembly) {
			a.each(func(x template, id string, r resource) {
				if flat(r.at("FunctionName")) == "rialto-local-tax-assess" {
					x.Resources[id+"Again"] = r
				}
			}, function)
		}, "rialto-local-tax-assess is deployed 2 times"},
		"a function of nobody": {"local", change(function, "FunctionName", "rialto-local-tax-assess", set("FunctionName", "other")),
			"other is not in the contract"},
		"a function with another limit": {"local", change(function, "FunctionName", "rialto-local-tax-assess", set("Timeout", 900.0)),
			"differs from the contract"},
		"a machine that logs its data": {"prod", change("AWS::StepFunctions::StateMachine", "StateMachineName", "rialto-prod-checkout",
			set("LoggingConfiguration", map[string]any{"IncludeExecutionData": true})), "logs what its executions hold"},
		"a queue that feeds what is not released": {"prod", change("AWS::Lambda::EventSourceMapping", "ScalingConfig", `{"MaximumConcurrency":50}`,
			set("FunctionName", map[string]any{"Ref": "Index"})), "calls ${Index}, which is no alias"},
		"a release that no alarm takes back": {"prod", change("AWS::CodeDeploy::DeploymentGroup", "DeploymentGroupName", "rialto-prod-tax-assess",
			unset("AlarmConfiguration")), "not rolled back"},
		"an alias that moves at once": {"prod", func(_ *testing.T, a *assembly) {
			for _, x := range a.templates {
				for id, r := range x.Resources {
					if r.Type == "AWS::Lambda::Alias" {
						r.UpdatePolicy = nil
						x.Resources[id] = r
					}
				}
			}
		}, "moves at once"},
		"a machine that calls an alias": {"prod", change("AWS::StepFunctions::StateMachine", "StateMachineName", "rialto-prod-checkout", func(r resource) {
			r.Properties["DefinitionString"] = `{"States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:x:y:function:rialto-prod-tax-assess:live"}}}`
		}), "which is no version"},
		"a stack too large": {"local", func(_ *testing.T, a *assembly) {
			for i := range stackLimit + 1 {
				a.templates[0].Resources["R"+strconv.Itoa(i)] = resource{Type: "AWS::SNS::TopicPolicy"}
			}
		}, "resources"},
		"a template that is nearly too long": {"prod", func(_ *testing.T, a *assembly) {
			a.templates[0].Bytes = templateLimit*9/10 + 1
		}, "divide the stack"},
		"a custom resource locally": {"local", func(_ *testing.T, a *assembly) {
			a.templates[0].Resources["Custom"] = resource{Type: "Custom::S3AutoDeleteObjects"}
		}, "cannot run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := copyOf(t, c.stage)
			c.spoil(t, a)
			if err := guard(a); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the guards say %v, want a word of %q", err, c.want)
			}
		})
	}
}

// TestReasonsAreUsed keeps the list of excused wildcards from outliving what it excuses.
func TestReasonsAreUsed(t *testing.T) {
	t.Parallel()
	used := map[reason]bool{}
	note := func(action, on string) {
		for _, r := range reasons {
			if r.covers(action, on) {
				used[r] = true
			}
		}
	}
	for _, a := range synthesized {
		a.each(func(_ template, _ string, r resource) {
			for _, arn := range many(r.at("ManagedPolicyArns")) {
				name := flat(arn)
				note(name[strings.LastIndex(name, "/")+1:], "managed")
			}
			statements(r.Properties, func(s map[string]any) {
				for _, action := range many(s["Action"]) {
					for _, on := range many(s["Resource"]) {
						note(flat(action), flat(on))
					}
				}
			})
		})
	}
	for _, r := range reasons {
		if !used[r] {
			t.Errorf("nothing needs %s on %s any more", r.action, r.resource)
		}
		if r.why == "" {
			t.Errorf("%s on %s has no reason", r.action, r.resource)
		}
	}
}
