// Package invoke calls other functions and waits for their answers, where a network has no way to what they reach.
package invoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Client is the part of Lambda that calls functions.
type Client interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Failure is the failure of a function that was called.
type Failure struct {
	Type string // of its error: for a fault, the code
	text string
}

func (f *Failure) Error() string { return f.text }

// Function calls a function with what becomes its event, and reads its answer into out, a pointer; nil for one that nobody needs.
// Errors: Failure; Lambda's; an answer that is not readable.
func Function(ctx context.Context, c Client, name string, in, out any) error {
	payload, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("write what a function is given: %w", err)
	}
	answer, err := c.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: payload})
	if err != nil {
		return fmt.Errorf("call a function: %w", err)
	}
	if answer.FunctionError != nil {
		var said struct {
			Type string `json:"errorType"`
		}
		_ = json.Unmarshal(answer.Payload, &said) // what is no JSON has no type
		return &Failure{said.Type, fmt.Sprintf("%s: %.200s", *answer.FunctionError, answer.Payload)}
	}
	if out == nil {
		return nil
	}
	if json.Unmarshal(answer.Payload, out) != nil {
		return errors.New("a function's answer is not readable") // why would tell of what it has, which may be private
	}
	return nil
}

// Rest is the time for which what was away is not asked again, so that nobody waits for it in vain. The zero Rest is over.
type Rest struct {
	mu    sync.Mutex
	until time.Time
}

// Over tells whether it may be asked.
func (r *Rest) Over(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !now.Before(r.until)
}

// Begin has it rest until a time.
func (r *Rest) Begin(until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = until
}
