package notificationsaws

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/batch"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/outbox"
	"rialto/functions/notifications"
)

// Queue is the notifier's own.
type Queue struct {
	Client *sqs.Client
	URL    string
}

// ReviewDue implements notifications.Queue.
func (q Queue) ReviewDue(ctx context.Context, d notifications.Due) error {
	e, err := outbox.New(notifications.ReviewDue, d.OrderID, d)
	if err != nil {
		return err
	}
	e.ID, e.OccurredAt = ids.Derive("evt_", notifications.ReviewDue, d.OrderID, d.Subject), d.At
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("ask for reviews: %w", err)
	}
	text := string(body)
	if _, err := q.Client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.URL, MessageBody: &text}); err != nil {
		return fmt.Errorf("ask for reviews: %w", err)
	}
	return nil
}

// Hearing takes what SES says of mails.
type Hearing interface {
	Hear(ctx context.Context, f notifications.Feedback) error
}

// ReceiveFeedback returns the handler of the queue that SES's events come out of.
func ReceiveFeedback(h Hearing) batch.QueueHandler {
	return batch.Queue(func(ctx context.Context, m events.SQSMessage) error {
		f, ok, err := feedbackOf([]byte(m.Body))
		if err != nil || !ok {
			return err
		}
		return h.Hear(ctx, f)
	})
}

// event is what counts of one of SES's events
// (docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html).
type event struct {
	Type   string `json:"eventType"`
	Bounce struct {
		Type    string    `json:"bounceType"`
		SubType string    `json:"bounceSubType"`
		At      time.Time `json:"timestamp"`
	} `json:"bounce"`
	Complaint struct {
		Type string    `json:"complaintFeedbackType"`
		At   time.Time `json:"timestamp"`
	} `json:"complaint"`
	Reject struct {
		Reason string `json:"reason"`
	} `json:"reject"`
	Mail struct {
		At   time.Time           `json:"timestamp"`
		Tags map[string][]string `json:"tags"`
	} `json:"mail"`
}

var errMalformed = fault.New(fault.Malformed, "malformed_event", "the message is no event of SES")

// feedbackOf reads an event of SES; ok is false for one that changes nothing, such as a mailbox that is full today.
func feedbackOf(body []byte) (f notifications.Feedback, ok bool, err error) {
	var e event
	if json.Unmarshal(body, &e) != nil || e.Type == "" {
		return f, false, errMalformed // its text may hold an address
	}
	f = notifications.Feedback{Mark: e.tag(tagAddress), Mail: notifications.Mailed{OrderID: e.tag(tagOrder), Key: e.tag(tagMail)}}
	switch e.Type {
	case "Bounce":
		f.State, f.Reason, f.At = notifications.Bounced, e.Bounce.SubType, e.Bounce.At
		return f, e.Bounce.Type == "Permanent", nil
	case "Complaint":
		f.State, f.Reason, f.At = notifications.Complained, e.Complaint.Type, e.Complaint.At
		return f, true, nil
	case "Reject":
		f.State, f.Reason, f.At = notifications.Refused, e.Reject.Reason, e.Mail.At
		return f, true, nil
	}
	return f, false, nil
}

func (e event) tag(name string) string {
	if values := e.Mail.Tags[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}
