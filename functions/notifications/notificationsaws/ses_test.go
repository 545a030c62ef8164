package notificationsaws_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsaws"
	"rialto/localstack/standins/mailbox"
)

func sender(t *testing.T, h http.Handler) notificationsaws.SES {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return notificationsaws.NewSES(aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}, "orders@shop.example", "set")
}

var (
	record = notifications.Notification{OrderID: "ord_1", Key: "SHIPPED-shp_1"}
	mail   = notifications.Mail{Language: "ja", Subject: "ご注文 ord_1", Text: "本文\n", HTML: "<p>本文</p>", Unsubscribe: "https://shop.example/u?token=t"}
)

// A mail is sent as it is, and what SES says of it finds its record and its address. Seen to catch: a mail without the headers of
// one click; tags of other names than those that are read.
func TestAMailAndWhatBecomesOfIt(t *testing.T) {
	t.Parallel()
	var told []byte
	box := &mailbox.Mailbox{Now: time.Now, Publish: func(_ context.Context, event []byte) error { told = event; return nil }}
	s := sender(t, box)
	to := notifications.Contact{Email: "bounce+1@simulator.amazonses.com", Mark: "abc"}
	if err := s.Send(t.Context(), to, record, mail); err != nil {
		t.Fatal(err)
	}
	all := box.Messages(to.Email)
	if len(all) != 1 {
		t.Fatal(all)
	}
	all[0].ID, all[0].At = "", time.Time{}
	want := mailbox.Message{From: "orders@shop.example", To: to.Email, Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML,
		Headers: map[string]string{"List-Unsubscribe": "<https://shop.example/u?token=t>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
		Tags:    map[string]string{"order": "ord_1", "mail": "SHIPPED-shp_1", "address": "abc"}}
	if diff := cmp.Diff(want, all[0]); diff != "" {
		t.Error(diff)
	}
	h := &heard{}
	_, err := notificationsaws.ReceiveFeedback(h)(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: string(told)}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(h.all) != 1 || h.all[0].State != notifications.Bounced || h.all[0].Mark != "abc" ||
		h.all[0].Mail != (notifications.Mailed{OrderID: "ord_1", Key: "SHIPPED-shp_1"}) || h.all[0].At.IsZero() {
		t.Errorf("%+v", h.all)
	}
}

type heard struct{ all []notifications.Feedback }

// Hear implements notificationsaws.Hearing.
func (h *heard) Hear(_ context.Context, f notifications.Feedback) error {
	h.all = append(h.all, f)
	return nil
}

// Seen to catch: a full mailbox that was suppressed for good.
func TestWhatSESSaysOfMails(t *testing.T) {
	t.Parallel()
	const tags = `"mail":{"timestamp":"2026-11-27T12:00:00.000Z","tags":{"order":["ord_1"],"mail":["CONFIRMED"],"address":["abc"]}}`
	for body, want := range map[string]string{
		`{"eventType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","timestamp":"2026-11-27T12:00:00.000Z"},` + tags + `}`: "BOUNCED General",
		`{"eventType":"Bounce","bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull"},` + tags + `}`:                                    "",
		`{"eventType":"Complaint","complaint":{"complaintFeedbackType":"abuse"},` + tags + `}`:                                                     "COMPLAINED abuse",
		`{"eventType":"Reject","reject":{"reason":"Bad content"},` + tags + `}`:                                                                    "REFUSED Bad content",
		`{"eventType":"Delivery",` + tags + `}`:                                                                                                    "",
		`{}`:                                                                                                                                       "failed",
		`no JSON`:                                                                                                                                  "failed",
	} {
		h := &heard{}
		out, err := notificationsaws.ReceiveFeedback(h)(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: body}}})
		got := ""
		if len(out.BatchItemFailures) > 0 {
			got = "failed"
		}
		for _, f := range h.all {
			got = string(f.State) + " " + f.Reason
		}
		if err != nil || got != want {
			t.Errorf("%s: %q %v", body, got, err)
		}
	}
}

// Seen to catch: a try that the SDK made again after an answer that was lost.
func TestWhatSESRefusesAndWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		kind   string
		want   string
	}{
		"rejected": {400, "MessageRejected", "mail_refused"}, "not verified": {400, "MailFromDomainNotVerifiedException", "mail_refused"},
		"too fast": {429, "TooManyRequestsException", "mail_throttled"}, "paused": {400, "SendingPausedException", "mail_throttled"},
		"broken": {500, "InternalServiceErrorException", "internal"}, "nobody knows": {0, "", "internal"},
	} {
		calls := 0
		s := sender(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if calls++; c.status == 0 {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("X-Amzn-ErrorType", c.kind)
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(`{"message":"no"}`))
		}))
		err := s.Send(t.Context(), notifications.Contact{Email: "pat@example.com", Mark: "m"}, record, mail)
		if fault.Code(err) != c.want || calls != 1 {
			t.Errorf("%s: %v, asked %d times", name, err, calls)
		}
	}
}
