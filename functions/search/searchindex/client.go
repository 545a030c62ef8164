package searchindex

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/signer/awsv2"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/trace"
)

// Times that calls may take. A shopper waits for a search; nobody waits for the others.
const (
	searching = 2 * time.Second
	writing   = 8 * time.Second // the first write of an index waits for its shard
)

// again is when it is worth asking an index again that is away.
const again = 2 * time.Second

// Config says where OpenSearch is.
type Config struct {
	URL string
	// Sign is what requests are signed with; nil where they are not, on the local cloud.
	Sign     *aws.Config
	Recorded bool // every request is logged
	// Prefix stands before every index's name, for tests; "" is none.
	Prefix string
	// Shards of a new index; 0 is 1. A shard is good for tens of gigabytes.
	Shards int
	// Now is the clock by which is remembered whether an index has variants; nil remembers nothing.
	Now func() time.Time
}

// Index implements search.Index.
type Index struct {
	client *opensearch.Client
	prefix string
	shards int
	now    func() time.Time

	mu      sync.Mutex
	grouped map[string]grouped // by marketplace
}

// New returns the indexes at an address. It connects to nothing.
func New(c Config) (*Index, error) {
	// The client would look after its nodes in the background, which is frozen with the function between requests, and
	// there is one address only: with a context that has ended it does not.
	ended, end := context.WithCancel(context.Background())
	end()
	off := false
	// Retries would eat up the time of a shopper who waits; the queue retries writes.
	transport := trace.Client(&http.Client{Transport: http.DefaultTransport})
	if c.Recorded {
		transport = trace.RecordHTTP("OpenSearch", transport)
	}
	o := opensearch.Config{Addresses: []string{c.URL}, DisableRetry: true, DiscoverNodesOnStart: &off, HealthCheckMaxRetries: -1,
		MaxRetryClusterHealth: -1, Context: ended,
		Transport: transport.Transport}
	if c.Sign != nil {
		s, err := awsv2.NewSigner(*c.Sign)
		if err != nil {
			return nil, fmt.Errorf("sign requests: %w", err)
		}
		o.Signer = s
	}
	client, err := opensearch.NewClient(o)
	if err != nil {
		return nil, fmt.Errorf("reach OpenSearch: %w", err)
	}
	return &Index{client: client, prefix: c.Prefix, shards: max(1, c.Shards), now: c.Now, grouped: map[string]grouped{}}, nil
}

// refusal is an answer that is no success.
type refusal struct {
	Status int   `json:"status"`
	Cause  cause `json:"error"`
}

// cause is why something was refused.
type cause struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// refuse makes the error of a status that is none of success: search_unavailable, or a refusal.
func refuse(status int, c cause) error {
	r := &refusal{status, c}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return away(r)
	}
	return r
}

// Error says what OpenSearch answered.
func (r *refusal) Error() string {
	return fmt.Sprintf("OpenSearch answered %d %s: %s", r.Status, r.Cause.Type, r.Cause.Reason)
}

// refused tells whether err is an answer of one of the types.
func refused(err error, kinds ...string) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	for _, k := range kinds {
		if r.Cause.Type == k {
			return true
		}
	}
	return false
}

// raw is a body of JSON lines as it stands.
type raw []byte

// call makes a request whose body is body, none for nil, and decodes the answer into out unless it is nil. It
// fails with search_unavailable (Unavailable) if OpenSearch is away, slow or too busy, and otherwise with a
// refusal.
func (x *Index) call(ctx context.Context, limit time.Duration, method, path string, body, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var content io.Reader
	kind := "application/json"
	if lines, ok := body.(raw); ok {
		content, kind = bytes.NewReader(lines), "application/x-ndjson"
	} else if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("write request: %w", err)
		}
		content = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, path, content)
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", kind)
	}
	response, err := x.client.Stream(request)
	if err != nil {
		return away(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return away(err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		var r refusal
		_ = json.Unmarshal(answer, &r) // what a proxy before the domain says may be no JSON; the status tells
		return refuse(response.StatusCode, r.Cause)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read OpenSearch's answer: %w", err)
	}
	return nil
}

func away(cause error) error {
	return fault.New(fault.Unavailable, "search_unavailable", "the search cannot be reached just now").After(again).Because(cause)
}
