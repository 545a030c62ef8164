package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rialto/localstack/checks/audit"
)

// counted is a line as functions/internal/metrics writes it.
func counted(metric, dimension, of string, n int, at time.Time) string {
	return fmt.Sprintf(`{"time":"%s","level":"INFO","msg":"counted","stage":"local","%s":"%s","%s":%d,"_aws":{"Timestamp":%d,"CloudWatchMetrics":`+
		`[{"Namespace":"rialto","Dimensions":[["stage","%s"]],"Metrics":[{"Name":"%s"}]}]}}`+"\n",
		at.Format(time.RFC3339Nano), dimension, of, metric, n, at.Truncate(time.Minute).UnixMilli(), dimension, metric)
}

func write(t *testing.T, file string, flags int, text string) {
	t.Helper()
	f, err := os.OpenFile(file, flags|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, s *Source) (f Figures) {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, httptest.NewRequest("GET", "/figures.json", nil))
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != 200 {
		t.Fatalf("%d %v: %s", w.Code, err, w.Body)
	}
	return f
}

// Seen to catch: a line that is read before it is whole, and again after; figures of the cloud before this one.
func TestTheFiguresAreWhatLogsQueuesAndStockSay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	orders, api := filepath.Join(folder, "rialto-local-orders-publish.log"), filepath.Join(folder, "rialto-local-checkout-api.log")
	s := &Source{Logs: NewLogs(folder),
		Queue: func(_ context.Context, name string) (Queue, error) {
			if name == "feeds-split" {
				return Queue{Name: name}, errors.New("find queue feeds-split: there is none")
			}
			return Queue{name, 2, 1}, nil
		},
		Stock: func(context.Context) (audit.Books, error) {
			return audit.Books{Received: 5, Available: 5, Items: 1}, nil
		}}
	if f := ask(t, s); f.Placed != 0 || f.Conversion != 0 || len(f.Counted) != 0 {
		t.Errorf("before anything: %+v", f)
	}
	now := time.Now()
	half := counted("published", "event", "OrderPlaced", 2, now)
	write(t, orders, os.O_APPEND, counted("published", "event", "OrderPlaced", 4, now.Add(-time.Hour))+half[:40])
	write(t, api, os.O_APPEND, counted("checkouts_failed", "code", "payment_declined", 2, now)+`{"level":"ERROR","msg":"x"}`+"\n"+
		"REPORT RequestId: a\tDuration: 130.66 ms\tBilled Duration: 131 ms\n"+"REPORT RequestId: b\tDuration: 10 ms\tBilled Duration: 10 ms\n")
	if f := ask(t, s); f.Placed != 4 || f.PlacedNow != 0 || f.Failed != 2 {
		t.Errorf("with half a line: %+v", f)
	}
	write(t, orders, os.O_APPEND, half[40:])
	f := ask(t, s)
	if f.Placed != 6 || f.PlacedNow != 2 || f.Failed != 2 || f.Conversion != 75 || f.Stock.Received != 5 {
		t.Errorf("the figures are %+v", f)
	}
	if len(f.Functions) != 2 || f.Functions[0] != (Calls{"checkout-api", 2, 1, 10, 10}) {
		t.Errorf("the functions are %+v", f.Functions)
	}
	if len(f.Queues) != len(Queues) || f.Queues[0] != (Queue{"search-index", 2, 1}) || len(f.Problems) != 1 {
		t.Errorf("the queues are %+v, the problems %q", f.Queues, f.Problems)
	}
	write(t, orders, os.O_TRUNC, counted("published", "event", "OrderPlaced", 1, now)) // another cloud
	if f := ask(t, s); f.Placed != 1 {
		t.Errorf("of the next cloud: %+v", f)
	}
}

// Seen to catch: a script of a CDN's.
func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Handler(&Source{}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != 200 || !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(w.Body.String(), "fetch('figures.json')") ||
		strings.Contains(w.Body.String(), "://") {
		t.Errorf("%d, %q: %s", w.Code, policy, w.Body)
	}
}
