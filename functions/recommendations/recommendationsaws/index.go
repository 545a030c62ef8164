package recommendationsaws

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/invoke"
	"rialto/functions/recommendations"
)

// Times that a shopper waits for the indexes, and for which they are not asked after they were away.
const (
	asking = 1500 * time.Millisecond
	rest   = 5 * time.Second
)

// Index asks the indexes by way of a function: the network of the cache has no way out to them.
type Index struct {
	Lambda   invoke.Client
	Function string // its name
	Now      func() time.Time

	rest invoke.Rest
}

var errIndex = fault.New(fault.Unavailable, "index_unavailable", "the indexes cannot be asked now")

// Find implements recommendations.Index. Errors: index_unavailable.
func (x *Index) Find(ctx context.Context, q recommendations.Question) (f recommendations.Findings, err error) {
	if !x.rest.Over(x.Now()) {
		return f, errIndex
	}
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	if err = invoke.Function(ctx, x.Lambda, x.Function, q, &f); err != nil {
		x.rest.Begin(x.Now().Add(rest))
		return recommendations.Findings{}, errIndex.Because(err)
	}
	return f, nil
}
