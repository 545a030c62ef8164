// Package paymentsaws is the queue that the gateway's notices wait in.
package paymentsaws

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/payments"
)

// Sending is the part of SQS that takes messages in.
type Sending interface {
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Inbox is payments.Inbox on a queue.
type Inbox struct {
	SQS Sending
	URL string
}

var errInbox = fault.New(fault.Unavailable, "notice_not_kept", "the event could not be kept; send it again")

// Put implements payments.Inbox.
func (i Inbox) Put(ctx context.Context, n payments.Notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("write notice: %w", err)
	}
	text := string(body)
	if _, err := i.SQS.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &i.URL, MessageBody: &text}); err != nil {
		return errInbox.Because(err)
	}
	return nil
}

// Receive returns the queue's handler.
func Receive(hear func(context.Context, payments.Notice) error) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		var n payments.Notice
		if json.Unmarshal([]byte(m.Body), &n) != nil || n.ID == "" {
			return fault.New(fault.Malformed, "malformed_notice", "the message is no notice of the gateway's")
		}
		return hear(ctx, n)
	})
}
