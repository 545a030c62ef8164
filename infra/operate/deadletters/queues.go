package deadletters

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"rialto/functions/contract"
)

// Message is a message that was given up.
type Message struct {
	Queue string // "<context>-<function>"
	ID    string
	Sent  time.Time
	Body  string
	Reason
}

// queues lists the functions that have a queue.
func queues() []string {
	var out []string
	for _, f := range contract.Functions() {
		if f.Trigger.Queue != nil {
			out = append(out, f.ID())
		}
	}
	return out
}

// Messages lists the messages of every dead-letter queue with their reasons, and leaves them there.
func (c *Client) Messages(ctx context.Context) ([]Message, error) {
	names := queues()
	found := make([][]Message, len(names))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n, name := range names {
		g.Go(func() (err error) { found[n], err = c.dead(gctx, name); return err })
	}
	err := g.Wait()
	return slices.Concat(found...), err
}

const (
	// hidden is how long a message stays hidden while the others of its queue are read.
	hidden = 60
	// listed is how many of a queue are read at most: more look alike.
	listed = 200
)

func (c *Client) dead(ctx context.Context, name string) (out []Message, err error) {
	url, err := c.url(ctx, name+"-dead")
	if err != nil {
		return nil, err
	}
	var read []types.Message
	for len(read) < listed {
		page, err := c.sqs.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: hidden,
			WaitTimeSeconds:             1,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp}})
		if err != nil {
			return nil, fmt.Errorf("read %s-dead: %w", name, err)
		}
		if len(page.Messages) == 0 {
			break
		}
		read = append(read, page.Messages...)
	}
	for _, m := range read {
		if _, err := c.sqs.ChangeMessageVisibility(ctx,
			&sqs.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
			return nil, fmt.Errorf("put a message of %s-dead back: %w", name, err)
		}
		message := Message{Queue: name, ID: aws.ToString(m.MessageId), Body: aws.ToString(m.Body)}
		if ms, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64); err == nil {
			message.Sent = time.UnixMilli(ms).UTC()
		}
		if message.Reason, err = c.reason(ctx, name, message.ID, message.Sent); err != nil {
			return nil, err
		}
		out = append(out, message)
	}
	return out, nil
}

// Redrive moves the messages of a dead-letter queue back to its queue and returns how many there were. name is
// "<context>-<function>".
func (c *Client) Redrive(ctx context.Context, name string) (int64, error) {
	name = strings.TrimSuffix(strings.TrimPrefix(name, c.prefix), "-dead")
	if !slices.Contains(queues(), name) {
		return 0, fmt.Errorf("no function %q has a queue; there are %s", name, strings.Join(queues(), ", "))
	}
	from, err := c.arn(ctx, name+"-dead")
	if err != nil {
		return 0, err
	}
	to, err := c.arn(ctx, name)
	if err != nil {
		return 0, err
	}
	if _, err := c.sqs.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &from, DestinationArn: &to}); err != nil {
		return 0, fmt.Errorf("redrive %s: %w", name, err)
	}
	for {
		tasks, err := c.sqs.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &from, MaxResults: aws.Int32(1)})
		if err != nil {
			return 0, fmt.Errorf("redrive %s: %w", name, err)
		}
		if len(tasks.Results) > 0 {
			switch t := tasks.Results[0]; aws.ToString(t.Status) {
			case "COMPLETED":
				return t.ApproximateNumberOfMessagesMoved, nil
			case "FAILED", "CANCELLED":
				return t.ApproximateNumberOfMessagesMoved,
					fmt.Errorf("redrive %s: %s: %s", name, aws.ToString(t.Status), aws.ToString(t.FailureReason))
			}
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (c *Client) url(ctx context.Context, name string) (string, error) {
	out, err := c.sqs.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(c.prefix + name)})
	if err != nil {
		return "", fmt.Errorf("find queue %s: %w", name, err)
	}
	return aws.ToString(out.QueueUrl), nil
}

func (c *Client) arn(ctx context.Context, name string) (string, error) {
	url, err := c.url(ctx, name)
	if err != nil {
		return "", err
	}
	out, err := c.sqs.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url,
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		return "", fmt.Errorf("find queue %s: %w", name, err)
	}
	return out.Attributes["QueueArn"], nil
}
