// Package infra is Rialto's CDK app: what functions/contract says is deployed, turned into CloudFormation.
//
// # Stacks
//
// tables and events come first: the DynamoDB tables with their streams, and the topics that contexts publish to.
// One stack a context follows, all of them in parallel, since they name each other's queues, topics, functions
// and machines by their fixed physical names (names.go) instead of by stack outputs; only a table's stream, whose
// ARN holds a timestamp, is imported. The two APIs are one stack of their own. On AWS there are two more: the
// network, and the edge in front of the APIs; and the checkout's stack waits for those of its machine's tasks, whose
// versions it names.
//
// # Releases
//
// On AWS callers call aliases, of functions and of the machine, which a deployment moves to new versions and an alarm
// moves back; the SQL schema is migrated before they move (release.go). The local cloud has one version of everything.
//
// # Stages
//
// stage.go is the one place where stages differ. Everything else asks a Stage for a value, or whether it is on
// AWS at all, and never compares names.
//
// # Promises
//
// Every synth ends with the guards (guards.go), cdk-nag's rules among them (nag.go): IAM wildcards have a written reason, queues have a dead-letter
// queue and an alarm, prod's tables survive their stack, every timeout lies below its caller's, and the functions
// deployed are those of the contract, each once. A synth whose guards fail is an error. It needs no credentials,
// and the same source gives the same assembly.
package infra
