package infra

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"rialto/functions/contract"
)

// room is one context's stack while it is built. A context's own file adds what is special to it, by provide and
// set, and then calls functions.
type room struct {
	stack   awscdk.Stack
	stage   Stage
	context string
	shared  *shared

	users awscognito.UserPool // whose tokens the context issues; nil in the local stage

	provided map[contract.Access]granted
	settings map[string]string
	deployed map[string]awslambda.Function // by name
	queues   map[string]awssqs.Queue       // of the functions that have one, by name
}

// shared is what the stacks before a context's hand to it.
type shared struct {
	zips     string             // folder of the functions' zips, one a context
	streams  map[string]*string // ARN of a table's stream
	network  *network           // nil in the local stage
	checkout string             // the checkout machine, in Amazon States Language
}

// contexts says what builds each context's stack. The order is that of the house.
var contexts = []struct {
	name  string
	build func(*room) error
}{
	{"catalog", catalog},
	{"search", search},
	{"offers", offers},
	{"inventory", inventory},
	{"promotions", promotions},
	{"carts", carts},
	{"checkout", checkout},
	{"customers", customers},
	{"tax", tax},
	{"payments", payments},
	{"orders", orders},
	{"fulfillment", fulfillment},
	{"sellers", sellers},
	{"payouts", payouts},
	{"reviews", reviews},
}

func newRoom(app awscdk.App, stage Stage, context string, shared *shared) *room {
	return &room{
		stack: newStack(app, stage, context, "Rialto "+stage.Name+": the context "+context),
		stage: stage, context: context, shared: shared,
		provided: map[contract.Access]granted{},
		settings: map[string]string{},
		deployed: map[string]awslambda.Function{},
		queues:   map[string]awssqs.Queue{},
	}
}

// provide says what a grant means in this room, where no name alone can tell.
func (r *room) provide(a contract.Access, g granted) { r.provided[a] = g }

// set gives every function of the room a setting.
func (r *room) set(name, value string) { r.settings[name] = value }

// functions deploys the context's functions of the contract, with all that they need.
func (r *room) functions() error {
	zip := filepath.Join(r.shared.zips, r.context+".zip")
	if _, err := os.Stat(zip); err != nil {
		return fmt.Errorf("%s: its functions are not built for %s: run go run ./infra/cmd/build -arch %s", r.context, r.stage.Arch, r.stage.Arch)
	}
	code := awslambda.Code_FromAsset(&zip, nil) // once, so that all functions share the asset
	var problems []error
	for _, f := range contract.Functions() {
		if f.Context != r.context {
			continue
		}
		if err := r.function(f, code); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", f.ID(), err))
		}
	}
	return errors.Join(problems...)
}

// environment is what a function is told, before its grants add to it.
func (r *room) environment() map[string]string {
	env := map[string]string{"STAGE": r.stage.Name, "PREFIX": r.stage.prefix(), "LOG_LEVEL": r.stage.LogLevel}
	if r.stage.Local {
		env["AWS_ENDPOINT_URL"] = r.stage.Stands.AWS
		env["AWS_ENDPOINT_URL_DYNAMODB"] = r.stage.Stands.DynamoDB
	}
	maps.Copy(env, r.settings)
	return env
}
