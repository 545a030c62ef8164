// Package metrics counts what functions did, in lines of their logs that CloudWatch makes metrics of: the embedded metric format
// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html). It makes no call, so
// counting costs a line. Each metric has two dimensions: the stage, and one whose values are few and known. What is delivered twice is
// counted twice: the figures are for a dashboard, and books are kept elsewhere.
package metrics

import (
	"context"
	"log/slog"
	"os"
	"time"
)

// Namespace is that of all metrics here.
const Namespace = "rialto"

// Metric is a name, and the dimension that tells its figures apart.
type Metric struct{ Name, Dimension string }

var (
	// Published counts events that a table's stream was turned into, by their names.
	Published = Metric{"published", "event"}
	// CheckoutsFailed counts checkouts that ended without an order, by the code of their failure.
	CheckoutsFailed = Metric{"checkouts_failed", "code"}
	// Unbalanced counts changes of stock after which the ledger's equation does not hold, by what is wrong.
	Unbalanced = Metric{"unbalanced", "with"}
)

// stage is the deployed function's.
var stage = os.Getenv("STAGE")

// embedded is what tells CloudWatch to take a number of the line.
type embedded struct {
	Timestamp         int64 // milliseconds
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []named
}

type named struct{ Name string }

// Count notes that n of something happened at an instant, which must be at most two weeks ago.
func Count(ctx context.Context, m Metric, of string, n int, at time.Time) {
	slog.InfoContext(ctx, "counted", "stage", stage, m.Dimension, of, m.Name, n,
		"_aws", embedded{at.UnixMilli(), []directive{{Namespace, [][]string{{"stage", m.Dimension}}, []named{{m.Name}}}}})
}
