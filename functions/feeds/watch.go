package feeds

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"rialto/functions/internal/chunks"
	"rialto/functions/internal/rows"
)

const (
	// watchEvery is how often somebody looks whether a feed still moves: a message waits no longer in its queue.
	watchEvery = 15 * time.Minute
	// watchFor is for how long. Then a feed that is not over stays stalled, until an operator sends on what is dead.
	watchFor = 7 * 24 * time.Hour
)

// watch tells whether a feed has stalled. One that has not, and is not over, is looked at again later.
func (s *Splitter) watch(ctx context.Context, t Task) (bool, error) {
	f, err := s.Store.Feed(ctx, t.FeedID)
	if errors.Is(err, ErrFeedNotFound) {
		return false, nil
	}
	now := s.Now()
	if err != nil || f.State != Processing || f.ETag != t.ETag || now.Sub(f.BegunAt) > watchFor {
		return false, err
	}
	if f.Counted() { // and its report was not made
		if err := s.Queues.Assemble(ctx, f.ID); err != nil {
			return false, err
		}
	}
	if f.Counted() || !f.Stalled(now) {
		return false, s.Queues.Later(ctx, t, watchEvery)
	}
	slog.ErrorContext(ctx, "feed stalled, and is cut again to give up the chunks that nobody reported on",
		"feed_id", f.ID, "chunks", f.Chunks, "counted", f.CountedChunks)
	return true, nil
}

// giveUpChunks reports for those who did not: their function died without a word, or the chunks' messages are dead. A result
// that comes after all is counted in the place of this.
func (s *Splitter) giveUpChunks(ctx context.Context, f Feed, list []chunks.Chunk) error {
	numbers := make([]int64, len(list))
	for i, c := range list {
		numbers[i] = c.Number
	}
	counted, err := s.Store.CountedChunks(ctx, f.ID, numbers)
	if err != nil {
		return err
	}
	var results []chunks.Result
	for _, c := range list {
		if counted[c.Number] {
			continue
		}
		var r rows.Report
		for i := range c.Rows {
			r.Rows = append(r.Rows, rows.Result{Line: i, Code: "no_answer", Message: "nobody said what became of the row, which may stand", Retry: true})
			r.Failed++
		}
		results = append(results, c.Result(r))
	}
	if len(results) == 0 {
		return nil
	}
	return s.Queues.Results(ctx, results)
}
