// Package trace is where logs and traces leave a function: slog as JSON, one line an event, and X-Ray.
//
// Every line carries the function, the request and the trace it belongs to, so that one query finds all that
// happened to one request. Nothing private is logged: contexts log ids, codes and counts.
package trace

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-xray-sdk-go/v2/instrumentation/awsv2"
	"github.com/aws/aws-xray-sdk-go/v2/xray"
)

// on tells whether an X-Ray daemon listens: Lambda says so when a function is traced. AWS_XRAY_SDK_DISABLED, the
// SDK's own switch, says that none does whatever else is set, as on the local cloud.
var on = os.Getenv("AWS_XRAY_DAEMON_ADDRESS") != "" && !strings.EqualFold(os.Getenv("AWS_XRAY_SDK_DISABLED"), "true")

// Start makes slog's default logger write JSON to out for the named function. Call it once, before anything
// else.
func Start(out io.Writer, function, level string) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	slog.SetDefault(slog.New(&handler{slog.NewJSONHandler(out, &slog.HandlerOptions{Level: l})}).With("function", function))
}

// Instrument makes every AWS call of a configuration a subsegment.
func Instrument(cfg *aws.Config) {
	if on {
		instrument(cfg)
	}
}

func instrument(cfg *aws.Config) {
	cfg.APIOptions = append(cfg.APIOptions, keepLineage) // the later of two that are put before the rest comes first
	awsv2.AWSV2Instrumentor(&cfg.APIOptions)
}

// Client returns an HTTP client whose calls are subsegments.
func Client(c *http.Client) *http.Client {
	if on {
		return xray.Client(c)
	}
	return c
}

// invokedWith is aws-lambda-go's key of the trace header with which a function was invoked.
const invokedWith = "x-amzn-trace-id"

// ID returns the trace of a request ("1-…", X-Ray's form), or its request id where it is not traced.
func ID(ctx context.Context) string {
	if h, ok := ctx.Value(invokedWith).(string); ok {
		for part := range strings.SplitSeq(h, ";") {
			if root, ok := strings.CutPrefix(part, "Root="); ok {
				return root
			}
		}
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		return lc.AwsRequestID
	}
	return ""
}

// handler adds the request to every line logged with its context.
type handler struct{ slog.Handler }

// Handle writes a line with the request and the trace of its context.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("request_id", lc.AwsRequestID), slog.String("trace_id", ID(ctx)))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(a []slog.Attr) slog.Handler { return &handler{h.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(n string) slog.Handler { return &handler{h.Handler.WithGroup(n)} }
