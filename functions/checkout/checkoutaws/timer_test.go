package checkoutaws

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// checker takes as long as it may for one checkout, and no time for the others.
type checker struct{ slow string }

func (l checker) Check(ctx context.Context, id string) (time.Duration, error) {
	if id != l.slow {
		return 0, nil
	}
	<-ctx.Done()
	return 0, ctx.Err()
}

// Seen to catch: a look that lasts until Lambda ends the function, and every message with it.
func TestALongRecoveryKeepsTheAnswersForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := ids.Derive(ids.Checkout, "slow")
		ctx, stop := context.WithTimeout(context.Background(), spare+time.Second)
		defer stop()
		out, err := OnTimer(checker{slow}, Timer{}, store.Pause)(ctx, events.SQSEvent{Records: []events.SQSMessage{
			{MessageId: "1", Body: slow}, {MessageId: "2", Body: ids.Derive(ids.Checkout, "done")}, {MessageId: "3", Body: "no checkout"}}})
		if err != nil || ctx.Err() != nil {
			t.Fatal(err, ctx.Err())
		}
		failed := map[string]bool{}
		for _, f := range out.BatchItemFailures {
			failed[f.ItemIdentifier] = true
		}
		if len(failed) != 2 || !failed["1"] || !failed["3"] {
			t.Errorf("failed: %v", failed)
		}
	})
}

// open is a checker whose checkout is not over.
type open struct {
	wait time.Duration
	err  error
}

func (o open) Check(context.Context, string) (time.Duration, error) { return o.wait, o.err }

// sent is SQS, which notes what is sent: the queue, the delay and the count of tries.
type sent []string

func (s *sent) Do(r *http.Request) (*http.Response, error) {
	var in struct {
		QueueUrl, MessageBody string
		DelaySeconds          int
		MessageAttributes     map[string]struct{ StringValue string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	*s = append(*s, fmt.Sprintf("%s %d %s", path.Base(in.QueueUrl), in.DelaySeconds, in.MessageAttributes["tries"].StringValue))
	answer := fmt.Sprintf(`{"MessageId":"m","MD5OfMessageBody":"%x"}`, md5.Sum([]byte(in.MessageBody)))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// No timer stays in flight while it waits, however long the gateway is away: each is sent anew, and the one that came is done with.
// 400 checkouts a second whose recovery fails for five minutes at a time were 400 x 300 = 120,000 messages hidden, all that a queue
// may have in flight; now it has those that functions work on, 10 each, 100 functions at once. Seen to catch: a message that was
// hidden; tries that are counted anew; a checkout that is tried for ever.
func TestATimerThatWaitsIsNotInFlight(t *testing.T) {
	t.Parallel()
	away := errors.New("the gateway is away")
	for name, c := range map[string]struct {
		check open
		tries string
		want  string
	}{
		"it comes early":       {open{90*time.Second + 400*time.Millisecond, nil}, "", "timer 90 "},
		"early, after a try":   {open{90 * time.Second, nil}, "3", "timer 90 3"},
		"longer than SQS does": {open{time.Hour, nil}, "", "timer 900 "},
		"its first try fails":  {open{5 * time.Minute, away}, "", "timer 300 1"},
		"its next fails":       {open{5 * time.Minute, away}, "18", "timer 300 19"},
		"its last fails":       {open{5 * time.Minute, away}, "19", "timer-dead 0 "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var queue sent
			timer := Timer{URL: "http://sqs.test/timer", Dead: "http://sqs.test/timer-dead", Client: sqs.New(sqs.Options{
				Region: "us-east-1", HTTPClient: &queue, BaseEndpoint: aws.String("http://sqs.test"), Credentials: aws.AnonymousCredentials{}})}
			m := events.SQSMessage{MessageId: "1", Body: ids.Derive(ids.Checkout, "a")}
			if c.tries != "" {
				m.MessageAttributes = map[string]events.SQSMessageAttribute{tries: {StringValue: &c.tries}}
			}
			out, err := OnTimer(c.check, timer, store.Pause)(t.Context(), events.SQSEvent{Records: []events.SQSMessage{m}})
			if err != nil || len(out.BatchItemFailures) != 0 || len(queue) != 1 || queue[0] != c.want {
				t.Errorf("sent %q, failed %v (%v), want %q", queue, out.BatchItemFailures, err, c.want)
			}
		})
	}
}
