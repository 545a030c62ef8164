package infra

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

// What the gateway calls of a function that is kept warm is its alias; the warm environments are of the version, and have room beside
// those of the next one. Seen to catch: the alias of one function alone.
func TestWarmFunctionsAreCalledByAlias(t *testing.T) {
	t.Parallel()
	prod, err := StageNamed("prod")
	if err != nil {
		t.Fatal(err)
	}
	prod.Account = "1"
	for _, id := range []string{"checkout-api", "catalog-api"} {
		if uri := invocation(prod, id); !strings.HasSuffix(uri, ":function:rialto-prod-"+id+":live/invocations") {
			t.Errorf("the gateway calls %s", uri)
		}
	}
	warm, own := 0.0, find(t, "prod", "AWS::Lambda::Function", "FunctionName", "rialto-prod-checkout-api").number("ReservedConcurrentExecutions")
	synthesized["prod"].each(func(_ template, _ string, r resource) {
		warm += r.number("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions")
	}, "AWS::Lambda::Version")
	if warm != float64(prod.Provisioned["checkout-api"]) || own > 0 && 2*warm > own {
		t.Errorf("%v environments are kept warm of %v reserved", warm, own)
	}
}

// Versions that a machine may still call stay when there are newer ones, and its role may call them; no others pile up. Seen to catch:
// a saga's version that goes with the deployment of its own stack, before the machine's.
func TestASagasVersionsStay(t *testing.T) {
	t.Parallel()
	for id, policy := range map[string]string{"inventory-hold": retained, "payments-authorize": retained, "carts-api": "Delete"} {
		var got []string
		synthesized["prod"].each(func(x template, _ string, r resource) {
			if flat(x.Resources[strings.Trim(flat(r.at("FunctionName")), "${}")].at("FunctionName")) == "rialto-prod-"+id {
				got = append(got, r.DeletionPolicy)
			}
		}, "AWS::Lambda::Version")
		if diff := cmp.Diff([]string{policy}, got); diff != "" {
			t.Errorf("%s: what becomes of its version, want (-), got (+):\n%s", id, diff)
		}
	}
	i := slices.IndexFunc(synthesized["prod"].templates, func(x template) bool { return x.Stack == "rialto-prod-checkout" })
	checkout := synthesized["prod"].templates[i]
	for _, context := range []string{"carts", "customers", "tax", "inventory", "promotions", "payments"} {
		if !slices.Contains(checkout.After, "rialto-prod-"+context) {
			t.Errorf("the machine's stack does not wait for %s", context)
		}
	}
	may := 0
	for _, r := range checkout.Resources {
		statements(r.Properties, func(s map[string]any) {
			for _, on := range many(s["Resource"]) {
				if flat(s["Action"]) == "lambda:InvokeFunction" && strings.HasSuffix(flat(on), ":function:rialto-prod-inventory-hold:*") {
					may++
				}
			}
		})
	}
	if may != 1 {
		t.Errorf("%d statements let the machine call any version of inventory-hold", may)
	}
}

// In prod a tenth of the calls, and of the runs, meets a new version first. Seen to catch: a machine whose alias moves at once.
func TestProdReleasesByCanary(t *testing.T) {
	t.Parallel()
	for stage, want := range map[string][2]string{"prod": {"CodeDeployDefault.LambdaCanary10Percent5Minutes", "CANARY"},
		"dev": {"CodeDeployDefault.LambdaAllAtOnce", "ALL_AT_ONCE"}} {
		group := find(t, stage, "AWS::CodeDeploy::DeploymentGroup", "DeploymentGroupName", "rialto-"+stage+"-payments-authorize")
		machine := find(t, stage, "AWS::StepFunctions::StateMachineAlias", "Name", liveAlias)
		if got := [2]string{flat(group.at("DeploymentConfigName")), flat(machine.at("DeploymentPreference", "Type"))}; got != want {
			t.Errorf("%s: %v", stage, got)
		}
		if alarms := many(machine.at("DeploymentPreference", "Alarms")); len(alarms) != len(machineEnds) {
			t.Errorf("%s: the machine's alias hears %v", stage, alarms)
		}
	}
	started := find(t, "prod", "AWS::Lambda::Function", "FunctionName", "rialto-prod-checkout-api").at("Environment", "Variables", "MACHINE_CHECKOUT")
	if !strings.HasSuffix(flat(started), ":stateMachine:rialto-prod-checkout:live") {
		t.Errorf("checkouts start %s", flat(started))
	}
}

// A deployment migrates before any alias of the context moves, and when the database can be reached. Seen to catch: aliases that do not
// wait; a migration before the database's writer is there.
func TestADeploymentMigratesFirst(t *testing.T) {
	t.Parallel()
	synthesized["prod"].each(func(x template, schema string, r resource) {
		if r.at("Version") == nil || !strings.HasPrefix(flat(r.at("ServiceToken")), "${Migrate") {
			t.Errorf("%v is called, with %v", r.at("ServiceToken"), r.at("Version"))
		}
		for id, other := range x.Resources {
			switch {
			case other.Type == "AWS::Lambda::Alias" && !slices.Contains(other.DependsOn, schema):
				t.Errorf("%s does not wait for the schema", id)
			case slices.Contains([]string{"AWS::RDS::DBInstance", "AWS::RDS::DBProxyTargetGroup"}, other.Type) && !slices.Contains(r.DependsOn, id):
				t.Errorf("the migration does not wait for %s", id)
			}
		}
	}, "Custom::Schema")
	find(t, "prod", "Custom::Schema", "ServiceTimeout", "120")
}

// Where holds are parted, the machine calls a version of each lane's function, of which each may do what the first may; where they
// are not, all lanes are of the one that there is. Seen to catch: a lane that leads to the first's version; one without a grant; a
// role that may call the first alone.
func TestLanesAreFunctionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(contract.Functions(), func(f contract.Function) bool { return f.ID() == "inventory-hold" })
	hold := contract.Functions()[i]
	for stage, lanes := range map[string]int{"prod": hold.Lanes, "dev": 1, "local": 1} {
		a := synthesized[stage]
		machine := find(t, stage, "AWS::StepFunctions::StateMachine", "StateMachineName", "rialto-"+stage+"-checkout")
		var definition struct {
			States map[string]struct{ Parameters map[string]any }
		}
		if err := json.Unmarshal([]byte(flat(machine.at("DefinitionString"))), &definition); err != nil {
			t.Fatal(err)
		}
		called := lanesIn(flat(definition.States["Hold"].Parameters["FunctionName.$"]))
		if different := slices.Compact(slices.Sorted(slices.Values(called))); len(called) != hold.Lanes || len(different) != lanes {
			t.Errorf("%s: %d lanes are of %d functions, not of %d: %v", stage, len(called), len(different), lanes, called)
		}
		roles, own := rolesOf(t, a), 0
		for _, f := range a.stage.functions() {
			if f.Shared() != hold.ID() {
				continue
			}
			if own += a.stage.reserved(f); len(roles[f.ID()]) == 0 || len(roles[f.ID()]) != len(roles[hold.ID()]) {
				t.Errorf("%s: %s may do other than inventory-hold", stage, f.ID())
			}
			arn, may := flat(a.stage.functionARN(f.ID())), 0
			a.each(func(_ template, _ string, r resource) {
				statements(r.Properties, func(s map[string]any) {
					for _, on := range many(s["Resource"]) {
						if flat(s["Action"]) == "lambda:InvokeFunction" && strings.TrimSuffix(flat(on), ":*") == arn {
							may++
						}
					}
				})
			}, "AWS::IAM::Role")
			if may != 1 {
				t.Errorf("%s: %d roles may call %s", stage, may, f.ID())
			}
		}
		if need := busy(a.stage.Checkouts, stepTime); own < need || own >= need+hold.Lanes {
			t.Errorf("%s: %d environments are reserved for holds, %d are needed", stage, own, need)
		}
	}
	if n := (Stage{Checkouts: 50_000, Lanes: true}).reserved(hold); n != laneCap {
		t.Errorf("a lane of a peak has %d environments, more or less than can work beside each other", n)
	}
}
