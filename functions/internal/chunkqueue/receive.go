package chunkqueue

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

var (
	errMessage   = fault.New(fault.Malformed, "malformed_message", "the message is none that this queue takes")
	errMalformed = fault.New(fault.Malformed, "malformed_chunk", "the message is not a chunk of a feed")
	errAgain     = fault.New(fault.Unavailable, "rows_failed", "some rows failed and are tried again with their chunk")
)

// Receive returns the handler of an owner's queue. A chunk with rows that may pass later is tried again, receives times
// in all; then it is answered as far as it came, and goes to the dead-letter queue, from where it can be sent again.
func Receive(
	receives int,
	result func(context.Context, chunks.Result) error,
	do func(context.Context, chunks.Chunk) (rows.Report, error),
) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		var c chunks.Chunk
		if err := json.Unmarshal([]byte(m.Body), &c); err != nil || c.FeedID == "" || len(c.Lines) != len(c.Rows) {
			return errMalformed.Because(err)
		}
		tried, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
		last := err == nil && tried >= receives
		r, err := do(ctx, c)
		if err != nil {
			if !last {
				return err
			}
			slog.ErrorContext(ctx, "chunk given up", "feed_id", c.FeedID, "number", c.Number, "error", err)
			r = lost(c, err)
		}
		a := c.Result(r)
		if a.Dead > 0 && !last {
			return errAgain.Because(first(r))
		}
		if err := result(ctx, a); err != nil {
			return err
		}
		if a.Dead > 0 {
			return errAgain.Because(first(r))
		}
		return nil
	})
}

// Each returns the handler of a queue whose messages are each one T, as Send writes them.
func Each[T any](do func(context.Context, T) error) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		var message T
		if err := json.Unmarshal([]byte(m.Body), &message); err != nil {
			return errMessage.Because(err)
		}
		return do(ctx, message)
	})
}

// lost is the report on a chunk of which no row was worked on.
func lost(c chunks.Chunk, err error) rows.Report {
	f := fault.Of(err)
	var r rows.Report
	for i := range c.Rows {
		r.Rows = append(r.Rows, rows.Result{Line: i, Code: f.Code, Message: f.Message, Retry: true})
		r.Failed++
	}
	return r
}

func first(r rows.Report) error {
	for _, f := range r.Rows {
		if f.Retry {
			return fault.New(fault.Unavailable, f.Code, "%s", f.Message)
		}
	}
	return nil
}
