// Package statemachines holds the state machines as they are deployed. They use JSONPath with plain reference
// paths only, so that a small interpreter reads the same bytes in tests. ${<context>-<function>} stands for a
// function's ARN, and ${<context>-<function>:2} for that of the second of those that share its work.
package statemachines

import _ "embed"

// Checkout is the checkout saga, an Express workflow.
//
//go:embed checkout.asl.json
var Checkout string

// Retrain learns what to recommend every four hours, a Standard workflow. ${training:<what>} stands in it for what infra deploys to
// train with, and its Train state is run on AWS alone.
//
//go:embed retrain.asl.json
var Retrain string
