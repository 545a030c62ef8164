package infra

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"

	"rialto/functions/contract"
)

// contextStack is one context's stack while it is built. A context's own file adds what is special to it, by provide and
// set, and then calls functions.
type contextStack struct {
	stack   awscdk.Stack
	stage   Stage
	context string
	shared  *shared

	users awscognito.UserPool // whose tokens the context issues; nil in the local stage
	sql   []scope             // what a connection to the context's database needs to be there

	provided map[contract.Access]granted
	settings map[string]string
	deployed map[string]awslambda.Function  // by name
	live     map[string]awslambda.IFunction // what is called of each: its alias, on AWS
	aliases  []awslambda.Alias
	releases *releases               // nil in the local stage
	records  awskinesis.Stream       // the context's own, nil if it has none
	queues   map[string]awssqs.Queue // of the functions that have one, by name
}

// shared is what the stacks before a context's hand to it.
type shared struct {
	zips     string             // folder of the functions' zips, one a context
	streams  map[string]*string // ARN of a table's stream
	network  *network           // nil in the local stage
	checkout string             // the checkout machine, in Amazon States Language
	retrain  string             // the machine that learns what to recommend
	training string             // folder of the scripts that train
	fonts    string             // folder of the fonts that documents are written with

	lent    map[contract.Grant]granted // what contexts provide, for the others
	feeding map[string]awscdk.Stack    // those of contexts that have a Kinesis stream
}

// own says what contexts have in their stacks beyond their functions: resources and settings of their own. The others are
// what the contract lists.
var own = map[string]func(*contextStack) error{
	"campaigns":       campaigns,
	"carts":           carts,
	"catalog":         catalog,
	"reviews":         reviews,
	"checkout":        checkout,
	"clickstream":     clickstream,
	"customers":       customers,
	"feeds":           feeds,
	"fulfillment":     fulfillment,
	"notifications":   notifications,
	"payments":        payments,
	"payouts":         payouts,
	"recommendations": recommendations,
	"search":          search,
	"tax":             tax,
	"invoices":        invoices,
}

// tax is worked out as the stage says.
func tax(c *contextStack) error {
	c.set("TAX_ENGINE", c.stage.TaxEngine)
	return c.functions()
}

// fulfillment moves shipments on at the stage's pace.
func fulfillment(c *contextStack) error {
	c.set("FULFILLMENT_STEP_SECONDS", seconds(c.stage.FulfillmentStep))
	return c.functions()
}

// payouts waits with what it owes for as long as the stage says. Where that is shorter than customers may send goods back,
// synthesis says so: Rialto then pays sales that may still come back, and has a seller's later sales alone to net them with.
func payouts(c *contextStack) error {
	if c.stage.PayoutReserve < contract.ReturnWindow {
		note := fmt.Sprintf("sales are paid out after %s and may be sent back for %s: what comes back between is owed by sellers who may sell no more",
			c.stage.PayoutReserve, contract.ReturnWindow)
		awscdk.Annotations_Of(c.stack).AddInfo(&note)
	}
	c.set("PAYOUT_RESERVE_SECONDS", seconds(c.stage.PayoutReserve))
	return c.functions()
}

// build builds the stack.
func (c *contextStack) build() error {
	if build, ok := own[c.context]; ok {
		return build(c)
	}
	return c.functions()
}

func newContextStack(app awscdk.App, stage Stage, context string, shared *shared) *contextStack {
	return &contextStack{
		stack: newStack(app, stage, context, "Rialto "+stage.Name+": the context "+context),
		stage: stage, context: context, shared: shared,
		provided: map[contract.Access]granted{},
		settings: map[string]string{},
		deployed: map[string]awslambda.Function{},
		live:     map[string]awslambda.IFunction{},
		queues:   map[string]awssqs.Queue{},
	}
}

// provide says what a grant means in this stack, and in those of others that name this context in theirs, where no name
// alone can tell.
func (c *contextStack) provide(a contract.Access, g granted) {
	c.provided[a] = g
	c.shared.lent[contract.Grant{Access: a, Name: c.context}] = g
}

// set gives every function of the context a setting.
func (c *contextStack) set(name, value string) { c.settings[name] = value }

// functions deploys the context's functions of the contract, with all that they need.
func (c *contextStack) functions() error {
	zip := filepath.Join(c.shared.zips, c.context+".zip")
	if _, err := os.Stat(zip); err != nil {
		return fmt.Errorf("%s: its functions are not built for %s: run go run ./infra/cmd/build -arch %s", c.context, c.stage.Arch, c.stage.Arch)
	}
	code := awslambda.Code_FromAsset(&zip, nil) // once, so that all functions share the asset
	var problems []error
	for _, f := range c.stage.functions() {
		if f.Context != c.context {
			continue
		}
		if err := c.function(f, code); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", f.ID(), err))
		}
	}
	if len(problems) == 0 {
		c.dashboard()
	}
	return errors.Join(problems...)
}

// environment is what a function is told, before its grants add to it.
func (c *contextStack) environment() map[string]string {
	env := map[string]string{"STAGE": c.stage.Name, "PREFIX": c.stage.prefix(), "LOG_LEVEL": c.stage.LogLevel}
	if c.stage.Local {
		env["AWS_ENDPOINT_URL"] = c.stage.Endpoints.AWS
		env["AWS_ENDPOINT_URL_DYNAMODB"] = c.stage.Endpoints.DynamoDB
	}
	maps.Copy(env, c.settings)
	return env
}
