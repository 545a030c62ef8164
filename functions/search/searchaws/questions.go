package searchaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/search"
)

// Invoking is the part of Lambda that calls functions.
type Invoking interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// rest is for how long the function is not asked after it was away.
const rest = 5 * time.Second

// Questions asks the function search-recall, which reaches the cache. It implements search.Questions; while the function rests, nothing
// is kept, and nothing recalled.
type Questions struct {
	Lambda   Invoking
	Function string // its name
	Now      func() time.Time

	mu    sync.Mutex
	until time.Time // which it is not asked
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
func (s *Questions) ask(ctx context.Context, q search.Question) (search.Question, error) {
	s.mu.Lock()
	resting := s.Now().Before(s.until)
	s.mu.Unlock()
	if resting {
		return search.Question{}, nil
	}
	answer, err := s.call(ctx, q)
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		s.mu.Lock()
		s.until = s.Now().Add(rest)
		s.mu.Unlock()
	}
	return answer, err
}

func (s *Questions) call(ctx context.Context, q search.Question) (answer search.Question, err error) {
	payload, err := json.Marshal(q)
	if err != nil {
		return answer, fmt.Errorf("write question: %w", err)
	}
	out, err := s.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &s.Function, Payload: payload})
	if err != nil {
		return answer, fmt.Errorf("ask what is kept of a question: %w", err)
	}
	if out.FunctionError != nil {
		return answer, errors.New(string(out.Payload))
	}
	if err := json.Unmarshal(out.Payload, &answer); err != nil {
		return answer, fmt.Errorf("read what is kept of a question: %w", err)
	}
	return answer, nil
}
