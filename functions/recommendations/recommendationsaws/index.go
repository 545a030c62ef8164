package recommendationsaws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/internal/fault"
	"rialto/functions/recommendations"
)

// Invoking is the part of Lambda that calls functions.
type Invoking interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Times that a shopper waits for the indexes, and for which they are not asked after they were away.
const (
	asking = 1500 * time.Millisecond
	rest   = 5 * time.Second
)

// Index asks the indexes by way of a function: the network of the cache has no way out to them.
type Index struct {
	Lambda   Invoking
	Function string // its name
	Now      func() time.Time

	mu    sync.Mutex
	until time.Time // which it is not asked
}

var errIndex = fault.New(fault.Unavailable, "index_unavailable", "the indexes cannot be asked now")

// Find implements recommendations.Index. Errors: index_unavailable.
func (x *Index) Find(ctx context.Context, q recommendations.Question) (f recommendations.Findings, err error) {
	x.mu.Lock()
	resting := x.Now().Before(x.until)
	x.mu.Unlock()
	if resting {
		return f, errIndex
	}
	if f, err = x.ask(ctx, q); err != nil {
		x.mu.Lock()
		x.until = x.Now().Add(rest)
		x.mu.Unlock()
		return f, errIndex.Because(err)
	}
	return f, nil
}

func (x *Index) ask(ctx context.Context, q recommendations.Question) (f recommendations.Findings, err error) {
	payload, err := json.Marshal(q)
	if err != nil {
		return f, fmt.Errorf("write question: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	out, err := x.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &x.Function, Payload: payload})
	if err != nil {
		return f, fmt.Errorf("ask the indexes: %w", err)
	}
	if out.FunctionError != nil {
		return f, errors.New(string(out.Payload))
	}
	if err := json.Unmarshal(out.Payload, &f); err != nil {
		return f, fmt.Errorf("read findings: %w", err)
	}
	return f, nil
}
