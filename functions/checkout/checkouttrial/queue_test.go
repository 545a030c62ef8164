package checkouttrial_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/checkout/checkoutaws"
)

// queue is checkout-timer on the world's clock, behind the client that is deployed: a message is seen in the second
// that it was asked for, to the millisecond.
type queue struct {
	w *world

	mu       sync.Mutex
	messages []*message
}

type message struct {
	id, body string
	seen     time.Time // from when on
	receives int
	tries    string // its attribute
}

// visibility is the queue's, for a message whose receiver says nothing; after so many receives it is put aside for a
// person to find (functions/contract).
const (
	visibility   = 3 * time.Minute
	mostReceives = 10
)

func (q *queue) timer() checkoutaws.Timer {
	return checkoutaws.Timer{
		URL: "http://queue.test/checkout-timer", Dead: "http://queue.test/checkout-timer-dead",
		Client: sqs.New(
			sqs.Options{Region: "us-east-1", HTTPClient: q, BaseEndpoint: aws.String("http://queue.test"), Credentials: aws.AnonymousCredentials{}},
		),
	}
}

// Do answers the client.
func (q *queue) Do(r *http.Request) (*http.Response, error) {
	var in struct {
		QueueUrl, MessageBody string
		DelaySeconds          int
		MessageAttributes     map[string]struct{ StringValue string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	out := map[string]string{}
	switch now := q.w.clock(); strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.") {
	case "SendMessage":
		m := &message{id: fmt.Sprint(len(q.messages)), body: in.MessageBody, seen: now.Add(time.Duration(in.DelaySeconds) * time.Second),
			tries: in.MessageAttributes["tries"].StringValue}
		if strings.HasSuffix(in.QueueUrl, "-dead") {
			m.receives = mostReceives // a person's
		}
		q.messages = append(q.messages, m)
		sum := md5.Sum([]byte(in.MessageBody))
		out["MD5OfMessageBody"], out["MessageId"] = hex.EncodeToString(sum[:]), m.id
	default:
		return nil, fmt.Errorf("the queue does not know %s", r.Header.Get("X-Amz-Target"))
	}
	b, err := json.Marshal(out)
	return &http.Response{
		StatusCode: 200,
		Header:     http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:       io.NopCloser(bytes.NewReader(b)),
		Request:    r,
	}, err
}

// next is the message that is seen first, nil if there is none.
func (q *queue) next() (next *message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if m.body != "" && m.receives < mostReceives && (next == nil || m.seen.Before(next.seen)) {
			next = m
		}
	}
	return next
}

// deliver moves the clock to the next message and hands it to the function; it tells whether there was one.
func (q *queue) deliver(handle func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)) bool {
	next := q.next()
	if next == nil {
		return false
	}
	q.w.advance(max(0, next.seen.Sub(q.w.clock())))
	next.seen = q.w.clock().Add(visibility)
	next.receives++
	out, err := handle(
		context.Background(),
		events.SQSEvent{Records: []events.SQSMessage{{MessageId: next.id, Body: next.body,
			MessageAttributes: map[string]events.SQSMessageAttribute{"tries": {StringValue: &next.tries}}}}},
	)
	if err == nil && len(out.BatchItemFailures) == 0 {
		next.body = "" // deleted
	}
	return true
}
