// Package checkoutaws starts the saga on Step Functions and sets timers on SQS.
package checkoutaws

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"rialto/functions/checkout"
)

// Runner runs the checkout state machine.
type Runner struct {
	client  *sfn.Client
	machine string
}

// NewRunner returns a Runner for the machine with that ARN. It never retries: Express executions have no unique
// names, so a retried start would be a second run.
func NewRunner(cfg aws.Config, machine string) *Runner {
	return &Runner{machine: machine, client: sfn.NewFromConfig(cfg, func(o *sfn.Options) {
		o.RetryMaxAttempts = 1
		if o.BaseEndpoint != nil { // a fixed endpoint has no sync- host beside it
			o.APIOptions = append(o.APIOptions, withoutHostPrefix)
		}
	})}
}

func withoutHostPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(
		"WithoutHostPrefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
			middleware.InitializeOutput, middleware.Metadata, error,
		) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		},
	), middleware.Before)
}

// Run starts a run and waits for its answer as long as ctx lasts; the run itself goes on.
func (r *Runner) Run(ctx context.Context, in checkout.Input) (checkout.Answer, bool, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return checkout.Answer{}, false, fmt.Errorf("write input: %w", err)
	}
	out, err := r.client.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: &r.machine, Input: aws.String(string(b))})
	if err != nil {
		return checkout.Answer{}, false, fmt.Errorf("run the saga: %w", err)
	}
	if out.Status != types.SyncExecutionStatusSucceeded {
		return checkout.Answer{}, false, fmt.Errorf("the saga ended as %s: %s", out.Status, aws.ToString(out.Error))
	}
	a, ok := checkout.AnswerIn([]byte(aws.ToString(out.Output)))
	return a, ok, nil
}

// Timer is the queue checkout-timer.
type Timer struct {
	Client *sqs.Client
	URL    string
}

// longest is the longest delay SQS takes
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
const longest = 15 * time.Minute

// Set sends a message that arrives in the given time, at most 15 minutes.
func (t Timer) Set(ctx context.Context, checkoutID string, in time.Duration) error {
	_, err := t.Client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &t.URL, MessageBody: &checkoutID, DelaySeconds: seconds(in, longest)})
	if err != nil {
		return fmt.Errorf("set timer: %w", err)
	}
	return nil
}

// hidden is the longest a message can be hidden (12 hours from when it was received; less, to be safe).
const hidden = 11 * time.Hour

// Hide makes a received message come back in the given time, or up to a second before.
func (t Timer) Hide(ctx context.Context, receipt string, in time.Duration) error {
	_, err := t.Client.ChangeMessageVisibility(
		ctx,
		&sqs.ChangeMessageVisibilityInput{QueueUrl: &t.URL, ReceiptHandle: &receipt, VisibilityTimeout: int32(min(in, hidden) / time.Second)},
	)
	if err != nil {
		return fmt.Errorf("hide message: %w", err)
	}
	return nil
}

// seconds rounds up, so that nothing arrives before it is due.
func seconds(d, most time.Duration) int32 {
	return int32((min(max(d, 0), most) + time.Second - 1) / time.Second)
}
