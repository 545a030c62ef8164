// Package chunkqueue moves chunks, and the results on them, along SQS queues.
package chunkqueue

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"rialto/functions/internal/chunks"
)

// perCall and perCallBytes are what SendMessageBatch takes at most, with some room
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html; the local cloud holds to
// the 256 KiB that it took before 2025).
const (
	perCall      = 10
	perCallBytes = 240 << 10
)

// Queue is an SQS queue that messages are put into as JSON.
type Queue struct {
	Client *sqs.Client
	URL    string
}

// New returns the queue at a URL.
func New(cfg aws.Config, url string) *Queue { return &Queue{sqs.NewFromConfig(cfg), url} }

// Send puts one message into the queue.
func Send[T any](ctx context.Context, q *Queue, message T) error {
	return SendAll(ctx, q, []T{message})
}

// SendAll puts messages into the queue, as few calls as they fit into. After an error some may be in it.
func SendAll[T any](ctx context.Context, q *Queue, messages []T) error {
	var entries []types.SendMessageBatchRequestEntry
	size := 0
	for _, m := range messages {
		body, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("write message: %w", err)
		}
		if len(entries) == perCall || len(entries) > 0 && size+len(body) > perCallBytes {
			if err := q.send(ctx, entries); err != nil {
				return err
			}
			entries, size = nil, 0
		}
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(len(entries))), MessageBody: aws.String(string(body))})
		size += len(body)
	}
	if len(entries) == 0 {
		return nil
	}
	return q.send(ctx, entries)
}

func (q *Queue) send(ctx context.Context, entries []types.SendMessageBatchRequestEntry) error {
	out, err := q.Client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.URL, Entries: entries})
	if err != nil {
		return fmt.Errorf("send to the queue: %w", err)
	}
	if n := len(out.Failed); n > 0 {
		return fmt.Errorf("send to the queue: %d of %d failed, the first with %s", n, len(entries), aws.ToString(out.Failed[0].Code))
	}
	return nil
}

// Later puts one message into the queue that is there after a while, 15 minutes at most.
func Later[T any](ctx context.Context, q *Queue, message T, after time.Duration) error {
	body, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	in := &sqs.SendMessageInput{QueueUrl: &q.URL, MessageBody: aws.String(string(body)), DelaySeconds: int32(after.Seconds())}
	if _, err := q.Client.SendMessage(ctx, in); err != nil {
		return fmt.Errorf("send to the queue: %w", err)
	}
	return nil
}

// Results returns what puts results into the queue.
func Results(q *Queue) func(context.Context, chunks.Result) error {
	return func(ctx context.Context, a chunks.Result) error { return Send(ctx, q, a) }
}
