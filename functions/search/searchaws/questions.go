package searchaws

import (
	"context"
	"errors"
	"time"

	"rialto/functions/internal/invoke"
	"rialto/functions/search"
)

// rest is for how long the function is not asked after it was away.
const rest = 5 * time.Second

// Questions asks the function search-recall, which reaches the cache. It implements search.Questions; while the function rests, nothing
// is kept, and nothing recalled.
type Questions struct {
	Lambda   invoke.Client
	Function string // its name
	Now      func() time.Time

	rest invoke.Rest
}

// Recall returns what is kept under a key.
func (s *Questions) Recall(ctx context.Context, key string) (search.Vector, error) {
	q, err := s.ask(ctx, search.Question{Key: key})
	if err != nil || len(q.Vector) != search.Dimensions {
		return nil, err
	}
	return search.VectorFrom(q.Vector), nil
}

// Keep keeps a vector.
func (s *Questions) Keep(ctx context.Context, key string, v search.Vector) error {
	_, err := s.ask(ctx, search.Question{Key: key, Vector: v.Bytes()})
	return err
}

// ask asks unless the function rests, which it does after each failure but that of a search that needed no answer any more.
func (s *Questions) ask(ctx context.Context, q search.Question) (answer search.Question, err error) {
	if !s.rest.Over(s.Now()) {
		return search.Question{}, nil
	}
	err = invoke.Function(ctx, s.Lambda, s.Function, q, &answer)
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		s.rest.Begin(s.Now().Add(rest))
	}
	return answer, err
}
