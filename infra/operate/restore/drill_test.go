package restore

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// aWS answers as DynamoDB on AWS does, of a table and its copy: what is made or deleted takes some looks.
type aWS struct {
	mu       sync.Mutex
	copy     string // the copy's status, empty if there is none
	looks    int    // until the status changes
	broken   bool   // scans fail
	changes  []string
	restored map[string]any
}

func (a *aWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, _ := io.ReadAll(r.Body)
	var in map[string]any
	_ = json.Unmarshal(body, &in)
	name, _ := in["TableName"].(string)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	fail := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#`+code+`","message":"no"}`)
	}
	switch call {
	case "DescribeTable":
		status := "ACTIVE"
		if name == "rialto-dev-orders-drill" {
			if a.looks--; a.looks < 0 {
				a.copy = map[string]string{"CREATING": "ACTIVE", "ACTIVE": "ACTIVE"}[a.copy]
			}
			if status = a.copy; status == "" {
				fail("ResourceNotFoundException")
				return
			}
		}
		_, _ = io.WriteString(w, `{"Table":{"TableName":"`+name+`","TableStatus":"`+status+`","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],`+
			`"RestoreSummary":{"RestoreDateTime":1795766400,"RestoreInProgress":false}}}`)
	case "RestoreTableToPointInTime":
		a.changes, a.restored, a.copy, a.looks = append(a.changes, "restore"), in, "CREATING", 2
		_, _ = io.WriteString(w, `{}`)
	case "DeleteTable":
		if a.copy == "CREATING" {
			fail("ResourceInUseException")
			return
		}
		a.changes, a.copy, a.looks = append(a.changes, "delete "+name), "DELETING", 2
		_, _ = io.WriteString(w, `{}`)
	case "Scan":
		if a.broken {
			fail("AccessDeniedException")
			return
		}
		_, _ = io.WriteString(w, `{"Items":[],"Count":0}`)
	default:
		fail("UnknownOperationException")
	}
}

// Seen to catch: a copy that stays when the comparison fails; one of an earlier drill that this one trips over; the live table deleted.
func TestADrillOnAWSLeavesNothing(t *testing.T) {
	t.Parallel()
	const gone = "delete rialto-dev-orders-drill"
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		before string
		broken bool
		o      Options
		want   []string
	}{
		"first":               {want: []string{"restore", gone}},
		"after one that died": {before: "ACTIVE", want: []string{gone, "restore", gone}},
		"while one is made":   {before: "CREATING", want: []string{gone, "restore", gone}},
		"while one goes":      {before: "DELETING", want: []string{"restore", gone}},
		"not readable":        {broken: true, want: []string{"restore", gone}},
		"to an instant":       {o: Options{At: at}, want: []string{"restore", gone}},
		"kept":                {o: Options{Keep: true}, want: []string{"restore"}},
	} {
		a := &aWS{copy: c.before, looks: 2, broken: c.broken}
		server := httptest.NewServer(a)
		t.Cleanup(server.Close)
		client := &Client{prefix: "rialto-dev-", poll: time.Millisecond, db: dynamodb.New(dynamodb.Options{Region: "us-east-1",
			BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), Retryer: aws.NopRetryer{}})}
		c.o.Table = "orders"
		r, err := client.Drill(t.Context(), c.o)
		if (err != nil) != c.broken || !slices.Equal(a.changes, c.want) {
			t.Errorf("%s: it did %q, want %q (%v)", name, a.changes, c.want, err)
		}
		if a.restored["SourceTableName"] != "rialto-dev-orders" || a.restored["TargetTableName"] != "rialto-dev-orders-drill" {
			t.Errorf("%s: it restored %v", name, a.restored)
		}
		if latest := a.restored["UseLatestRestorableTime"] == true; latest != c.o.At.IsZero() || !latest && a.restored["RestoreDateTime"] != 1795766400.0 {
			t.Errorf("%s: it restored to %v", name, a.restored)
		}
		if !r.At.Equal(at) {
			t.Errorf("%s: it says it restored to %s", name, r.At)
		}
	}
}
