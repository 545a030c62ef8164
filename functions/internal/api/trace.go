package api

import "context"

type traceKey struct{}

// WithTraceID names the request in answers and logs. The name comes from the platform, not from the caller.
func WithTraceID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, traceKey{}, id)
}

// TraceID returns the name of the request, "" if it has none.
func TraceID(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}
