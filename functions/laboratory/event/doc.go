// Package event simulates two hours of an event at its peak on virtual time: checkouts as the deployed state machine and the real
// handlers make them, in front of models of Lambda, API Gateway, DynamoDB, SQS and the payment gateway. make event prints two tables,
// without and with what may be warmed ahead. The same seed gives the same tables, by their hash.
//
// Two halves make it. First, functions/checkout/checkoutbill runs checkouts of every kind (Mix) through the interpreter of the deployed
// bytes and the real services and stores, once as a whole and once for each state that fails for good, and writes down what each
// function called and in which order: scripts.json, which a test there keeps true. What a checkout calls depends on its kind alone, so
// one recording of each is all there is to know. Second, an event is that many checkouts of each kind, replayed as discrete events: a
// step takes an environment of its function, makes its calls, and ends, or is tried again as the machine's own Retry says, or is given
// up and goes the way that was recorded of that.
//
// # What is exact, and what is near
//
// Nothing is scaled down: one cell of the plan (infra/cmd/plan) with its whole share of the load meets whole limits. What is sampled is
// the orders: one in twenty is simulated and counts for twenty, so ramps, tables and queues see flows, not single requests.
//
//   - Exact: the ways through the machine, the functions, calls and units of each way, tries and waits between them, timeouts of
//     functions, the 20 seconds that a shopper waits, and the balance: every order that came was placed, refused for a reason or shed
//     before anything was begun, and keeps neither stock nor money unless it was placed (Figures.Check, for every order of every run).
//   - Documented, with source and date beside each (services.go; for DynamoDB's times laboratory/partitions): Lambda's ramp, its ten
//     requests a second for each environment, cold starts, tables on demand, pollers. The documents promise a least; a table that was
//     not warmed may well do better.
//   - Assumed: the event's shape and the mix of checkouts (plan.go), the payment gateway's 0.5 to 2 seconds (the design's), 20 ms for
//     a message, that nobody answers a bank's question, and that who was sent away does not come again.
//   - Near: a table's keys are spread evenly, so it is one bucket, not partitions; a call takes its units when its step begins; a step
//     that is tried again makes its calls again, but for the gateway's; environments are not given back while the event lasts; the
//     cells are alike. Computing, and the way from one service to another, take no time. Express executions have no published
//     limit, and none here.
//   - Left out: one hot sku, whose transactions meet within milliseconds (inventory/inventorymodel has it at its full rate), and the
//     rest of what shoppers do, but for what it takes of the APIs' requests and of the tables.
//
// The error that is printed is of sampling: a figure's 95% interval by drawing blocks of ten seconds again (bootstrap). A duration is
// known to 2%, the width of its bin, so ± 0 s means that much. Neither says anything of the assumptions.
package event
