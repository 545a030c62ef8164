// Package fault holds the one error type that leaves a context.
//
// Inside a context errors are wrapped with fmt.Errorf. At its boundary they are fault.Errors with a stable
// code. Three exits turn them outward, each in one place: HTTP (package api, RFC 9457), Step Functions
// (package saga: the error name is the Code) and batches (package batch: retry this record, or drop it to
// where a person finds it). An error is logged once, at the exit.
package fault
