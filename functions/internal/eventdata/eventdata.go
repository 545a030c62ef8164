// Package eventdata reads the data of events for the contexts that take them. It stands apart from package outbox, which
// brings them, so that root packages can use it without reaching AWS.
package eventdata

import (
	"context"
	"encoding/json"

	"rialto/functions/internal/fault"
)

// Decode reads an event's data. Errors: malformed_event.
func Decode(event string, data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fault.New(fault.Malformed, "malformed_event", "the data of %s cannot be read", event).Because(err)
	}
	return nil
}

// Handle reads an event's data and does with it what is to be done. Errors: malformed_event, those of do.
func Handle[T any](ctx context.Context, event string, data []byte, do func(context.Context, T) error) error {
	var v T
	if err := Decode(event, data, &v); err != nil {
		return err
	}
	return do(ctx, v)
}
