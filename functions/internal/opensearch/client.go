// Package opensearch makes requests to OpenSearch, and tells what it refused from its being away.
package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/signer/awsv2"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/trace"
)

// again is when it is worth asking an index again that is away.
const again = 2 * time.Second

// Config says where OpenSearch is.
type Config struct {
	URL string
	// Sign is what requests are signed with; nil where they are not, on the local cloud.
	Sign     *aws.Config
	Recorded bool // every request is logged
}

// Client makes requests.
type Client struct{ client *opensearch.Client }

// New returns a client of the indexes at an address. It connects to nothing.
func New(c Config) (*Client, error) {
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
	return &Client{client}, nil
}

// Refusal is an answer that is no success.
type Refusal struct {
	Status int   `json:"status"`
	Cause  Cause `json:"error"`
}

// Cause is why something was refused.
type Cause struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// Refuse makes the error of a status that is none of success: search_unavailable, or a Refusal.
func Refuse(status int, c Cause) error {
	r := &Refusal{status, c}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return away(r)
	}
	return r
}

// Error says what OpenSearch answered.
func (r *Refusal) Error() string {
	return fmt.Sprintf("OpenSearch answered %d %s: %s", r.Status, r.Cause.Type, r.Cause.Reason)
}

// Refused tells whether err is an answer of one of the types.
func Refused(err error, kinds ...string) bool {
	var r *Refusal
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

// Raw is a body of JSON lines as it stands.
type Raw []byte

// Call makes a request whose body is body, none for nil, and decodes the answer into out unless it is nil. It
// fails with search_unavailable (Unavailable) if OpenSearch is away, slow or too busy, and otherwise with a
// Refusal.
func (x *Client) Call(ctx context.Context, limit time.Duration, method, path string, body, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var content io.Reader
	kind := "application/json"
	if lines, ok := body.(Raw); ok {
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
		var r Refusal
		_ = json.Unmarshal(answer, &r) // what a proxy before the domain says may be no JSON; the status tells
		return Refuse(response.StatusCode, r.Cause)
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
