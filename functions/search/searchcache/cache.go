// Package searchcache keeps vectors of questions in Redis, under keys that tell nobody the words.
package searchcache

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"rialto/functions/internal/fault"
	"rialto/functions/search"
)

// keep is for how long a vector is kept that nobody asks for: with its key it takes half a kilobyte, so a million questions an hour that
// nobody asks twice are half a gigabyte.
const keep = time.Hour

// Cache is one Redis (or Valkey). It implements search.Questions.
type Cache struct{ Client redis.UniversalClient }

func key(question string) string { return "search:question:" + question }

// Recall returns a question's vector, and keeps it for another hour. Errors: cache_unavailable.
func (c Cache) Recall(ctx context.Context, question string) (search.Vector, error) {
	b, err := c.Client.GetEx(ctx, key(question), keep).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, away(err)
	}
	if len(b) != search.Dimensions {
		return nil, nil // nobody here wrote it
	}
	return search.VectorFrom(b), nil
}

// Keep keeps a question's vector for an hour. Errors: cache_unavailable.
func (c Cache) Keep(ctx context.Context, question string, v search.Vector) error {
	if err := c.Client.Set(ctx, key(question), v.Bytes(), keep).Err(); err != nil {
		return away(err)
	}
	return nil
}

func away(cause error) error {
	return fault.New(fault.Unavailable, "cache_unavailable", "the cache cannot be reached just now").Because(cause)
}
