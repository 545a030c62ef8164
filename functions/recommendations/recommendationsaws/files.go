// Package recommendationsaws is the bucket of models, and the function that asks the indexes.
package recommendationsaws

import (
	"context"
	"io"
	"sync"

	"rialto/functions/internal/bucket"
	"rialto/functions/internal/xgboost"
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

// rankersKept is how many: of the model that serves, and of those that an experiment compares.
const rankersKept = 4

// Rankers keeps the rankers that were read last, as all requests of a process want the same few.
type Rankers struct {
	Files Files
	mu    sync.Mutex
	last  []ranker // the one that was read last comes last
}

type ranker struct {
	version string
	trees   *xgboost.Trees
}

// Ranker implements recommendations.Rankers.
func (r *Rankers) Ranker(ctx context.Context, version string) (*xgboost.Trees, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kept := range r.last {
		if kept.version == version {
			return kept.trees, nil
		}
	}
	trees, err := recommendations.ReadRanker(ctx, r.Files, version)
	if err != nil {
		return nil, err
	}
	r.last = append(r.last[max(0, len(r.last)+1-rankersKept):], ranker{version, trees})
	return trees, nil
}
