// Package webhooksaws is the queue that messages wait in.
package webhooksaws

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/webhooks"
)

// longest is the longest delay of a message
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
const longest = 15 * time.Minute

// Queue is webhooks.Queue.
type Queue struct {
	Client *sqs.Client
	URL    string
}

// Send implements webhooks.Queue.
func (q Queue) Send(ctx context.Context, r webhooks.Ref, after time.Duration) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	delay := int32((max(0, min(after, longest)) + time.Second - 1) / time.Second)
	in := &sqs.SendMessageInput{QueueUrl: &q.URL, MessageBody: aws.String(string(body)), DelaySeconds: delay}
	if _, err = q.Client.SendMessage(ctx, in); err != nil {
		return fmt.Errorf("send to the queue: %w", err)
	}
	return nil
}

// Receive returns the queue's handler.
func Receive(deliver func(context.Context, webhooks.Ref) error) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		var r webhooks.Ref
		if json.Unmarshal([]byte(m.Body), &r) != nil || r.SellerID == "" || (r.ID == "") != r.Resume {
			return fault.New(fault.Malformed, "malformed_message", "the message names no message to a seller")
		}
		return deliver(ctx, r)
	})
}
