// Package fulfillmentaws is fulfillment over AWS's services: the queue fulfillment-advance, which our own timers go into,
// and which both they and the payments' events come out of.
package fulfillmentaws

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
)

// longest is the longest delay of a message
// (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
const longest = 15 * time.Minute

// SQS sends timers to the queue.
type SQS struct {
	Client *sqs.Client
	URL    string
}

// New returns the queue at a URL.
func New(cfg aws.Config, url string) *SQS { return &SQS{sqs.NewFromConfig(cfg), url} }

// Send delivers t after the delay, or after 15 minutes if that is less.
func (q *SQS) Send(ctx context.Context, t fulfillment.Timer, delay time.Duration) error {
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = q.Client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.URL, MessageBody: aws.String(string(body)), DelaySeconds: seconds(delay)})
	if err != nil {
		return fmt.Errorf("send to the queue: %w", err)
	}
	return nil
}

func seconds(delay time.Duration) int32 {
	return int32((max(0, min(delay, longest)) + time.Second - 1) / time.Second)
}

// Shipments are moved on by the queue's messages.
type Shipments interface {
	Elapse(ctx context.Context, t fulfillment.Timer) error
	Paid(ctx context.Context, orderID, group string) error
	Unpaid(ctx context.Context, orderID, group string, attempt int) error
	Renewed(ctx context.Context, orderID, group string, until time.Time) error
	Lost(ctx context.Context, orderID, group string, until time.Time) error
	Cancelled(ctx context.Context, orderID string) error
}

// Returns are told what became of their money.
type Returns interface {
	Refunded(ctx context.Context, n fulfillment.RefundNews) error
}

// Receive returns the handler of the queue.
func Receive(s Shipments, r Returns) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error { return Deliver(ctx, s, r, []byte(m.Body)) })
}

var errMalformed = fault.New(fault.Malformed, "malformed_message", "the message is neither a timer nor an event known here")

// Deliver hands a message to its use case. An event has a name, a timer has a state that it is from; what has
// both or neither is malformed_message.
func Deliver(ctx context.Context, s Shipments, r Returns, body []byte) error {
	var shape struct {
		Name *string `json:"name"`
		From *string `json:"from"`
	}
	if err := json.Unmarshal(body, &shape); err != nil {
		return errMalformed.Because(err)
	}
	switch {
	case shape.Name != nil && shape.From == nil:
		return deliverEvent(ctx, s, r, body)
	case shape.From != nil && shape.Name == nil:
		var t fulfillment.Timer
		if err := json.Unmarshal(body, &t); err != nil || t.OrderID == "" || t.ShipmentID == "" || t.From == "" {
			return errMalformed.Because(err)
		}
		return s.Elapse(ctx, t)
	}
	return errMalformed
}

func deliverEvent(ctx context.Context, s Shipments, r Returns, body []byte) error {
	e, err := outbox.Decode(body)
	if err != nil {
		return err
	}
	var of struct {
		OrderID string    `json:"order_id"`
		Group   string    `json:"group"`
		Refund  string    `json:"refund_id"`
		Code    string    `json:"code"`
		Before  bool      `json:"before"`
		Attempt int       `json:"attempt"`
		Until   time.Time `json:"capture_before"`
	}
	if err := e.Into(&of); err != nil {
		return err
	}
	switch {
	case of.OrderID == "" || of.Group == "":
		return errMalformed
	case e.Name == "ShipmentCancelled":
		return s.Cancelled(ctx, of.OrderID)
	case e.Name == "PaymentCaptured":
		return s.Paid(ctx, of.OrderID, of.Group)
	case e.Name == "PaymentCaptureFailed":
		return s.Unpaid(ctx, of.OrderID, of.Group, of.Attempt)
	case e.Name == "PaymentRenewed" && !of.Until.IsZero():
		return s.Renewed(ctx, of.OrderID, of.Group, of.Until)
	case e.Name == "PaymentAuthorizationLost" && !of.Until.IsZero():
		return tell(ctx, "authorization-lost", of.OrderID, of.Group, of.Code, s.Lost(ctx, of.OrderID, of.Group, of.Until))
	case (e.Name == "PaymentRefunded" || e.Name == "PaymentRefundFailed") && of.Refund != "":
		err := r.Refunded(ctx, fulfillment.RefundNews{OrderID: of.OrderID, ReturnID: of.Refund, Code: of.Code, Attempt: of.Attempt,
			Before: of.Before})
		if e.Name == "PaymentRefunded" {
			return err
		}
		return tell(ctx, "refund-failed", of.OrderID, of.Group, of.Code, err)
	}
	return errMalformed
}

// tell rings an alarm (contract.Function.Alarms) for what a person has to see to, once that is noted.
func tell(ctx context.Context, alarm, order, group, code string, err error) error {
	if err == nil {
		slog.ErrorContext(ctx, "a person has to see to it", "alarm", alarm, "order_id", order, "group", group, "code", code)
	}
	return err
}
