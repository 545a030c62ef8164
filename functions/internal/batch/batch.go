// Package batch runs functions that take records in batches, and answers for each record alone.
//
// A record that fails is tried again by its source; after the source's bounded number of tries it goes, whole,
// to the place where a person finds it (a queue's dead-letter queue, a stream's failure destination), and the
// reason stands in the log under the record's id. A good record never waits for a bad one in a queue; in a
// stream, later records of the same shard do, because order is the stream's promise.
package batch

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
)

// atOnce bounds how many records of a queue's batch are worked on together.
const atOnce = 10

// QueueHandler is a function that an SQS queue invokes.
type QueueHandler = func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// StreamHandler is a function that a DynamoDB stream invokes.
type StreamHandler = func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error)

// KinesisHandler is a function that a Kinesis stream invokes.
type KinesisHandler = func(context.Context, events.KinesisEvent) error

// Queue returns a handler of an SQS mapping with ReportBatchItemFailures.
func Queue(do func(context.Context, events.SQSMessage) error) QueueHandler {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		var out events.SQSEventResponse
		var mu sync.Mutex
		var g errgroup.Group
		g.SetLimit(atOnce)
		for n, m := range e.Records {
			one := func() error {
				if err := guarded(func() error { return do(ctx, m) }); err != nil {
					report(ctx, "message", m.MessageId, m.Attributes["ApproximateReceiveCount"], err)
					mu.Lock()
					defer mu.Unlock()
					out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
				}
				return nil
			}
			if n == len(e.Records)-1 { // most batches are of one
				_ = one()
			} else {
				g.Go(one)
			}
		}
		_ = g.Wait() // no worker returns an error: each record answers for itself
		return out, nil
	}
}

// Stream returns a handler of a DynamoDB stream mapping with ReportBatchItemFailures and BisectBatchOnFunctionError.
// It stops at the first record that fails; that one and all after it are delivered again. Then the first record of a
// batch is the one at fault, and to say so again would keep the others with it until all are given up: so the batch
// fails as a whole, and Lambda halves it until the record is alone
// (docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
func Stream(do func(context.Context, []events.DynamoDBEventRecord) (done int, err error)) StreamHandler {
	return func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		var out events.DynamoDBEventResponse
		var done int
		err := guarded(func() (err error) { done, err = do(ctx, e.Records); return err })
		if err != nil && done < len(e.Records) {
			first := e.Records[done].Change.SequenceNumber
			report(ctx, "record", first, "", err)
			if done == 0 && len(e.Records) > 1 {
				return out, fmt.Errorf("record %s failed: %w", first, err)
			}
			out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: first})
		}
		return out, nil
	}
}

// Kinesis returns a handler of a Kinesis mapping with BisectBatchOnFunctionError: a batch is done whole, or fails whole and
// comes again, in halves. All records of a batch are of one shard.
func Kinesis(do func(context.Context, []events.KinesisEventRecord) error) KinesisHandler {
	return func(ctx context.Context, e events.KinesisEvent) error {
		err := guarded(func() error { return do(ctx, e.Records) })
		if err != nil && len(e.Records) > 0 {
			report(ctx, "batch", e.Records[0].EventID, "", err)
		}
		return err
	}
}

// ShardOf is the shard that a record is of: an event's id is the shard's, a colon and the sequence number.
func ShardOf(r events.KinesisEventRecord) (shard string, ok bool) {
	shard, _, ok = strings.Cut(r.EventID, ":")
	return shard, ok
}

// guarded keeps one record's panic from failing the others of its batch.
func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return do()
}

func report(ctx context.Context, what, id, try string, err error) {
	slog.ErrorContext(ctx, what+" failed", "id", id, "try", try, "code", fault.Code(err), "error", err)
}
