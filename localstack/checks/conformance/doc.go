// Package conformance checks that the interpreter which the saga's tests run on goes where Step Functions goes, as
// LocalStack plays it: the checkout machine is created there, its tasks fail by a script in every way that its
// language can see, and the states entered, the calls of each task, the outcome, the output and the error must be the
// interpreter's. The tests run when RIALTO_E2E is set (make test does).
//
// What is changed for the comparison, on both sides alike: every task calls one scripted function, is told its state
// and the case, and times out after four seconds where that is tried; retries wait a second or less, without growing.
//
// Differences that are known stand in the table known, with what AWS documents.
package conformance
