// Package task runs functions of a state machine in process, as Lambda and Step Functions would between them: JSON in and out, and
// an error by its name. It is for tests: nothing that is deployed wires it.
package task

import (
	"context"
	"encoding/json"

	"rialto/functions/internal/saga"
	"rialto/statemachines/interpreter"
)

// Of is the function of a task state, for the interpreter's Host.
func Of[I, O any](do func(context.Context, I) (O, error)) func(context.Context, []byte) ([]byte, error) {
	handler := saga.Task("test", do)
	return func(ctx context.Context, b []byte) ([]byte, error) {
		var in I
		if err := json.Unmarshal(b, &in); err != nil {
			return nil, &interpreter.Error{Name: "Runtime.BadInput", Cause: err.Error()}
		}
		out, err := handler(ctx, in)
		if name, message, ok := saga.Named(err); ok {
			return nil, &interpreter.Error{Name: name, Cause: message}
		}
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}
