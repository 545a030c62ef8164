package trace

import (
	"context"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	traceHeader = "X-Amzn-Trace-Id"
	lineage     = "Lineage="
)

// keepLineage puts back into a call's trace header what the X-Ray SDK leaves out of it: the part by which Lambda knows functions
// that have called each other in a circle, and stops them (docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html).
// Circles that are meant are declared, as contract.Function.Loop; any other is a mistake, and costs a fortune unless it is stopped.
func keepLineage(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("KeepLineage", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			header := request.Header.Get(traceHeader)
			if part := lineageOf(ctx); part != "" && header != "" && !strings.Contains(header, lineage) {
				request.Header.Set(traceHeader, header+";"+part)
			}
		}
		return next.HandleDeserialize(ctx, in)
	}), middleware.Before)
}

// lineageOf is the part of the trace header with which the function was invoked, "" when there is none.
func lineageOf(ctx context.Context) string {
	header, _ := ctx.Value(invokedWith).(string)
	for part := range strings.SplitSeq(header, ";") {
		if strings.HasPrefix(part, lineage) {
			return part
		}
	}
	return ""
}
