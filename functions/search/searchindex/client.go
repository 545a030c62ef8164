package searchindex

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"rialto/functions/internal/opensearch"
	"rialto/functions/marketplaces"
)

// Times that calls may take. A shopper waits for a search; nobody waits for the others.
const (
	searching = 2 * time.Second
	writing   = 8 * time.Second // the first write of an index waits for its shard
)

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

	mu    sync.Mutex
	words map[string]*counted // by marketplace
	about map[string]known    // by marketplace
}

// New returns the indexes at an address. It connects to nothing.
func New(c Config) (*Index, error) {
	client, err := opensearch.New(opensearch.Config{URL: c.URL, Sign: c.Sign, Recorded: c.Recorded})
	if err != nil {
		return nil, err
	}
	return &Index{client: client, prefix: c.Prefix, shards: max(1, c.Shards), now: c.Now, about: map[string]known{}, words: map[string]*counted{}}, nil
}

// counted is what is remembered of a marketplace's words; nothing where there is no clock.
func (x *Index) counted(m marketplaces.Marketplace) *counted {
	if x.now == nil {
		return &counted{}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.words[m.Code] == nil {
		x.words[m.Code] = &counted{}
	}
	return x.words[m.Code]
}

func (x *Index) time() time.Time {
	if x.now == nil {
		return time.Time{}
	}
	return x.now()
}

// What requests and answers are made of.
type (
	refusal = opensearch.Refusal
	cause   = opensearch.Cause
	raw     = opensearch.Raw
)

// refuse makes the error of an answer that is part of one.
func refuse(status int, c cause) error { return opensearch.Refuse(status, c) }

// refused tells whether err is an answer of one of the types.
func refused(err error, kinds ...string) bool { return opensearch.Refused(err, kinds...) }

// call makes a request. Errors: search_unavailable, or a refusal.
func (x *Index) call(ctx context.Context, limit time.Duration, method, path string, body, out any) error {
	return x.client.Call(ctx, limit, method, path, body, out)
}
