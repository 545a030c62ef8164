// Package feedsaws is the queues that feeds move along: feeds-intake (sellers' messages), feeds-split (files
// that came, and where to go on in one), the owners' queues, feeds-report (their results) and feeds-assemble.
package feedsaws

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/chunks"
)

// Queues are those that a function writes to; the others are nil.
type Queues struct {
	Owners  map[feeds.Kind]*chunkqueue.Queue
	Split   *chunkqueue.Queue
	Report  *chunkqueue.Queue
	Collect *chunkqueue.Queue // feeds-assemble
}

// Chunks sends chunks to the context that owns their rows.
func (q Queues) Chunks(ctx context.Context, kind feeds.Kind, list []chunks.Chunk) error {
	owner, ok := q.Owners[kind]
	if !ok {
		return fmt.Errorf("nobody owns rows of %s", kind)
	}
	return chunkqueue.SendAll(ctx, owner, list)
}

// Results counts chunks that need no owner.
func (q Queues) Results(ctx context.Context, list []chunks.Result) error {
	return chunkqueue.SendAll(ctx, q.Report, list)
}

// Next lets another invocation go on with a file.
func (q Queues) Next(ctx context.Context, t feeds.Task) error {
	return chunkqueue.Send(ctx, q.Split, t)
}

// Later lets another invocation go on after a while, 15 minutes at most.
func (q Queues) Later(ctx context.Context, t feeds.Task, after time.Duration) error {
	return chunkqueue.Later(ctx, q.Split, t, after)
}

// assemble is the message of the queue feeds-assemble.
type assemble struct {
	FeedID string `json:"feed_id"`
}

// Assemble has a feed's report made.
func (q Queues) Assemble(ctx context.Context, feedID string) error {
	return chunkqueue.Send(ctx, q.Collect, assemble{feedID})
}

var _ feeds.Queues = Queues{}
