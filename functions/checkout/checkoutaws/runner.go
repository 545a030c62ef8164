// Package checkoutaws starts the saga on Step Functions and sets timers on SQS.
package checkoutaws

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
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

// Timer is the queue checkout-timer. Dead is where its function puts what it gives up.
type Timer struct {
	Client    *sqs.Client
	URL, Dead string
}

// longest is the longest delay SQS takes
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
const longest = 15 * time.Minute

// tries is the attribute of a message that counts the recoveries that failed before it.
const tries = "tries"

// Set sends a message that arrives in the given time, at most 15 minutes.
func (t Timer) Set(ctx context.Context, checkoutID string, in time.Duration) error {
	_, err := t.send(ctx, t.URL, checkoutID, seconds(in, longest), 0)
	return err
}

// Later sends a message in place of one that was received: it arrives in the given time or up to a second before, in 15 minutes at
// most. A message that waits is none in flight, of which a queue has 120,000: one that was received and hidden until it is due would
// be, and checkouts that come by hundreds a second while the gateway is away would soon be all that a queue can have.
func (t Timer) Later(ctx context.Context, checkoutID string, in time.Duration, failed int) error {
	_, err := t.send(ctx, t.URL, checkoutID, int32(min(in, longest)/time.Second), failed)
	return err
}

// GiveUp puts a checkout where a person finds it, and returns the message's id there.
func (t Timer) GiveUp(ctx context.Context, checkoutID string) (string, error) {
	return t.send(ctx, t.Dead, checkoutID, 0, 0)
}

func (t Timer) send(ctx context.Context, queue, checkoutID string, delay int32, failed int) (string, error) {
	in := &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &checkoutID, DelaySeconds: delay}
	if failed > 0 {
		in.MessageAttributes = map[string]sqstypes.MessageAttributeValue{
			tries: {DataType: aws.String("Number"), StringValue: aws.String(strconv.Itoa(failed))},
		}
	}
	out, err := t.Client.SendMessage(ctx, in)
	if err != nil {
		return "", fmt.Errorf("set timer: %w", err)
	}
	return aws.ToString(out.MessageId), nil
}

// seconds rounds up, so that nothing arrives before it is due.
func seconds(d, most time.Duration) int32 {
	return int32((min(max(d, 0), most) + time.Second - 1) / time.Second)
}
