// Package interpreter runs the state machines of package statemachines in process, from the bytes that are
// deployed, so that tests put faults between any two of their steps.
//
// It knows the part of the Amazon States Language that Rialto uses (states-language.net): Task with a function,
// or with one of a list by an index (States.ArrayGetItem, States.Array) and a Payload;
// Choice by StringEquals and IsPresent, Parallel, Pass, Succeed, Fail, Retry, Catch, Parameters, ResultSelector, ResultPath,
// InputPath; JSONPath as plain reference paths. A field, state type or path that it does not know is
// an error when the machine is parsed, not when a run gets there. Data that would be too large there (Limit) is too
// large here.
package interpreter
