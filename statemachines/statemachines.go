// Package statemachines holds the state machines as they are deployed. They use JSONPath with plain reference
// paths only, so that a small interpreter reads the same bytes in tests. ${<context>-<function>} stands for a
// function's ARN.
package statemachines

import _ "embed"

// Checkout is the checkout saga, an Express workflow.
//
//go:embed checkout.asl.json
var Checkout string
