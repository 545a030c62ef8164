// Package recommendationsaws is the bucket of models, and the function that asks the indexes.
package recommendationsaws

import (
	"context"
	"io"
	"sync"

	"rialto/functions/internal/bucket"
	"rialto/functions/recommendations"
)

// Files implements recommendations.Files.
type Files struct{ Bucket *bucket.Bucket }

// Stream reads a file from a position on. Errors: file_missing.
func (f Files) Stream(ctx context.Context, key string, from int64) (io.ReadCloser, error) {
	return f.Bucket.Stream(ctx, key, from)
}

// Put writes a file.
func (f Files) Put(ctx context.Context, key string, body []byte) error {
	return f.Bucket.Put(ctx, key, "application/json", "no-store", body)
}

// Write writes a file of any length.
func (f Files) Write(ctx context.Context, key string, from io.Reader) error {
	return f.Bucket.Write(ctx, key, from)
}

// Rankers keeps the ranker that was read last, as all requests of a process want the same one.
type Rankers struct {
	Files   Files
	mu      sync.Mutex
	version string
	trees   *recommendations.Trees
}

// Ranker implements recommendations.Rankers.
func (r *Rankers) Ranker(ctx context.Context, version string) (*recommendations.Trees, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version == version {
		return r.trees, nil
	}
	trees, err := recommendations.ReadRanker(ctx, r.Files, version)
	if err != nil {
		return nil, err
	}
	r.version, r.trees = version, trees
	return trees, nil
}
