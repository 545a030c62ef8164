package notificationsaws

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"rialto/functions/notifications"
)

// Sending is the part of SES that sends.
type Sending interface {
	SendEmail(context.Context, *sesv2.SendEmailInput, ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error)
}

// SES sends mails from one address. Each goes to one reader, and bears tags by which SES's events find its record.
type SES struct {
	Client           Sending
	From             string
	ConfigurationSet string
}

// NewSES returns a sender that asks once: SES has no idempotency token, so what the SDK would try again may have been sent.
func NewSES(cfg aws.Config, from, set string) SES {
	return SES{sesv2.NewFromConfig(cfg, func(o *sesv2.Options) { o.RetryMaxAttempts = 1 }), from, set}
}

// The tags of a mail. SES hands them on with what it tells of it.
const (
	tagOrder   = "order"
	tagMail    = "mail"
	tagAddress = "address"
)

// Send implements notifications.Mailer.
func (s SES) Send(ctx context.Context, to notifications.Contact, n notifications.Notification, m notifications.Mail) error {
	in := &sesv2.SendEmailInput{
		FromEmailAddress: &s.From, ConfigurationSetName: &s.ConfigurationSet,
		Destination: &types.Destination{ToAddresses: []string{to.Email}},
		Content: &types.EmailContent{Simple: &types.Message{Subject: content(m.Subject),
			Body: &types.Body{Text: content(m.Text), Html: content(m.HTML)}}},
		EmailTags: []types.MessageTag{tag(tagOrder, n.OrderID), tag(tagMail, n.Key), tag(tagAddress, to.Mark)},
	}
	if m.Unsubscribe != "" { // RFC 8058
		in.Content.Simple.Headers = []types.MessageHeader{
			{Name: aws.String("List-Unsubscribe"), Value: aws.String("<" + m.Unsubscribe + ">")},
			{Name: aws.String("List-Unsubscribe-Post"), Value: aws.String("List-Unsubscribe=One-Click")},
		}
	}
	_, err := s.Client.SendEmail(ctx, in)
	return refusal(err)
}

func content(text string) *types.Content {
	return &types.Content{Data: &text, Charset: aws.String("UTF-8")}
}

func tag(name, value string) types.MessageTag { return types.MessageTag{Name: &name, Value: &value} }

// refusal tells what SES did not send from what nobody knows of. Of an answer in the 400s nothing was sent
// (docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).
func refusal(err error) error {
	if err == nil {
		return nil
	}
	var much *types.TooManyRequestsException
	var limit *types.LimitExceededException
	var paused *types.SendingPausedException
	if errors.As(err, &much) || errors.As(err, &limit) || errors.As(err, &paused) {
		return notifications.ErrThrottled.Because(err)
	}
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.HTTPStatusCode() >= http.StatusBadRequest && answer.HTTPStatusCode() < http.StatusInternalServerError {
		return notifications.ErrRefused.Because(err)
	}
	return err
}
