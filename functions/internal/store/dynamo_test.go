package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
)

// requests stands in for DynamoDB: it keeps what it is asked, and answers every request with nothing.
type requests struct {
	operation string
	throttle  bool // every request is refused
	body      struct {
		ConsistentRead *bool
		RequestItems   map[string]struct{ ConsistentRead *bool }
	}
}

func (r *requests) Do(req *http.Request) (*http.Response, error) {
	_, r.operation, _ = strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	b, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.body.ConsistentRead, r.body.RequestItems = nil, nil
	if err := json.Unmarshal(b, &r.body); err != nil {
		return nil, err
	}
	answer := `{}`
	if r.operation == "TransactGetItems" {
		answer = `{"Responses":[{}]}`
	}
	status := http.StatusOK
	if r.throttle {
		status, answer = http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewBufferString(answer)), Request: req}, nil
}

// consistent lists what the request's reads are: one a table.
func (r *requests) consistent() (out []bool) {
	if r.body.ConsistentRead != nil {
		out = append(out, *r.body.ConsistentRead)
	}
	for _, t := range r.body.RequestItems {
		out = append(out, t.ConsistentRead != nil && *t.ConsistentRead)
	}
	return out
}

// DynamoDB Local has one copy of every item, so it cannot show a read that is not consistent: what is asked for is tested
// instead. Seen to catch: each of the reads without ConsistentRead.
func TestReadsAreAskedForConsistently(t *testing.T) {
	t.Parallel()
	asked := &requests{}
	db := store.NewDynamo(aws.Config{Region: "us-east-1", HTTPClient: asked, BaseEndpoint: aws.String("http://127.0.0.1:1"),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}, "test-", rand.Float64)
	ctx, key := context.Background(), store.Key{PK: "a"}
	query := func(q store.Query) error { _, err := db.Query(ctx, q); return err }
	for _, c := range []struct {
		operation string
		want      bool
		ask       func() error
	}{
		{"GetItem", true, func() error { _, err := db.Get(ctx, "carts", key); return err }},
		{"BatchGetItem", true, func() error {
			_, err := db.GetMany(ctx, store.Get{Table: "carts", Key: key}, store.Get{Table: "orders", Key: key})
			return err
		}},
		{"Query", true, func() error { return query(store.Query{Table: "holds", Hash: "a"}) }},
		{"Query", false, func() error { return query(store.Query{Table: "holds", Hash: "a", Eventual: true}) }},
		// An index has no consistent reads, and DynamoDB refuses to be asked for one.
		{"Query", false, func() error {
			return query(store.Query{Table: "ledger", Index: "unpaid", HashAttr: "bucket", Hash: "1", SortAttr: "due"})
		}},
		{"Scan", true, func() error { _, err := db.Scan(ctx, store.Scan{Table: "products"}); return err }},
	} {
		if err := c.ask(); err != nil || asked.operation != c.operation {
			t.Fatal(c.operation, asked.operation, err)
		}
		got := asked.consistent()
		if len(got) == 0 {
			t.Errorf("%s does not say whether it is consistent", c.operation)
		}
		for _, is := range got {
			if is != c.want {
				t.Errorf("%s: consistent %v, want %v", c.operation, got, c.want)
			}
		}
	}
	// A snapshot is serializable by what it is.
	if _, err := db.Snapshot(ctx, store.Get{Table: "carts", Key: key}); err != nil || asked.operation != "TransactGetItems" {
		t.Error(asked.operation, err)
	}
}

// Who meets a table that serves no more is told to come again, whatever they asked. Seen to catch: a read that is ours to answer for.
func TestAThrottledTableIsToldAsSuch(t *testing.T) {
	t.Parallel()
	db := store.NewDynamo(aws.Config{Region: "us-east-1", HTTPClient: &requests{throttle: true}, BaseEndpoint: aws.String("http://127.0.0.1:1"),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), RetryMaxAttempts: 1}, "test-", rand.Float64)
	ctx, key := t.Context(), store.Key{PK: "a"}
	one := store.Get{Table: "carts", Key: key}
	put := store.Put("carts", key, struct{}{})
	for name, do := range map[string]func() error{
		"get":      func() error { _, err := db.Get(ctx, "carts", key); return err },
		"get many": func() error { _, err := db.GetMany(ctx, one); return err },
		"snapshot": func() error { _, err := db.Snapshot(ctx, one); return err },
		"query":    func() error { _, err := db.Query(ctx, store.Query{Table: "holds", Hash: "a"}); return err },
		"scan":     func() error { _, err := db.Scan(ctx, store.Scan{Table: "holds"}); return err },
		"write":    func() error { _, err := db.Apply(ctx, put); return err },
		"transact": func() error { return db.Transact(ctx, put, store.Put("carts", store.Key{PK: "b"}, struct{}{})) },
	} {
		f := fault.Of(do())
		if f.Kind != fault.Throttled || f.Code != "throttled" || f.RetryAfter != time.Second {
			t.Errorf("%s: %v, again after %v", name, f, f.RetryAfter)
		}
	}
}
