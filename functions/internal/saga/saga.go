// Package saga turns a context's use case into a task of a state machine, and its faults into error names.
//
// The state machine sees a fault's Code as the name of the error ("item_unavailable"), so a Catch can tell a
// shopper's problem from ours; what is worth trying again has one of the names in Transient. The message is the fault's
// Text, so its fields reach the state that handles the error.
package saga

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"rialto/functions/internal/fault"
)

// The error names that a Retry in a state machine lists beside Lambda's own: everything transient leaves
// under one of them, whatever its code.
const (
	Unavailable = "unavailable"
	Throttled   = "throttled"
	Internal    = "internal"
)

// Transient lists them.
func Transient() []string { return []string{Unavailable, Throttled, Internal} }

// Task returns a Lambda handler for a task state. An error is logged here and leaves as the error's name.
func Task[I, O any](name string, do func(context.Context, I) (O, error)) func(context.Context, I) (O, error) {
	return func(ctx context.Context, in I) (O, error) {
		out, err := do(ctx, in)
		if err == nil {
			return out, nil
		}
		var zero O
		f := fault.Of(err)
		level := slog.LevelInfo
		if f.Kind.Transient() {
			level = slog.LevelError
		}
		slog.Log(ctx, level, "task failed", "task", name, "code", f.Code, "error", err)
		return zero, messages.InvokeResponse_Error{Type: errorName(f), Message: f.Text()}
	}
}

// Named returns the name and the message that a task's error has for the state machine, if it has any.
func Named(err error) (name, message string, ok bool) {
	var e messages.InvokeResponse_Error
	ok = errors.As(err, &e)
	return e.Type, e.Message, ok
}

func errorName(f *fault.Error) string {
	switch {
	case f.Kind == fault.Internal:
		return Internal
	case f.Kind == fault.Throttled:
		return Throttled
	case f.Kind == fault.Unavailable:
		return Unavailable
	case slices.Contains(Transient(), f.Code): // a code must not pass for one of ours
		return "refused_" + f.Code
	}
	return f.Code
}
