package metrics

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"rialto/functions/internal/trace"
)

// A line is what the specification asks for: _aws at the top, and each dimension and metric that it names beside it. Seen to catch: a
// metric in a group of the logger's; a dimension that the line does not have.
func TestALineIsAnEmbeddedMetric(t *testing.T) {
	var out bytes.Buffer
	trace.Start(&out, "orders-publish", "info")
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	Count(t.Context(), Published, "OrderPlaced", 3, at)
	var line map[string]any
	var aws struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &aws); err != nil {
		t.Fatal(err)
	}
	if aws.AWS.Timestamp != at.UnixMilli() || len(aws.AWS.CloudWatchMetrics) != 1 {
		t.Fatalf("%s", out.Bytes())
	}
	d := aws.AWS.CloudWatchMetrics[0]
	if d.Namespace != "rialto" || len(d.Dimensions) != 1 || len(d.Dimensions[0]) != 2 || len(d.Metrics) != 1 {
		t.Fatalf("%s", out.Bytes())
	}
	for _, name := range d.Dimensions[0] {
		if _, text := line[name].(string); !text {
			t.Errorf("the line has no dimension %s: %s", name, out.Bytes())
		}
	}
	if line[d.Metrics[0].Name] != 3.0 || line["event"] != "OrderPlaced" {
		t.Errorf("%s", out.Bytes())
	}
}
