package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/store"
)

type topic struct{ got []Event }

func (t *topic) Publish(_ context.Context, es []Event) error {
	t.got = append(t.got, es...)
	return nil
}

const record = `{"Records":[
{"eventSourceARN":"arn:t","dynamodb":{"ApproximateCreationDateTime":1700000000,"SequenceNumber":"11",
 "NewImage":{"pk":{"S":"a"},"n":{"N":"1"},"m":{"M":{"l":{"L":[{"BOOL":true},{"NULL":true}]}}}}}},
{"eventSourceARN":"arn:t","dynamodb":{"ApproximateCreationDateTime":1700000001,"SequenceNumber":"12","OldImage":{"pk":{"S":"bad"}}}}]}`

func load(t *testing.T) events.DynamoDBEvent {
	t.Helper()
	var e events.DynamoDBEvent
	if err := json.Unmarshal([]byte(record), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func derive(c Change) ([]Event, error) {
	if c.New == nil {
		return nil, errors.New("cannot")
	}
	var r struct {
		PK string `dynamodbav:"pk"`
		N  int    `dynamodbav:"n"`
	}
	if err := store.Unmarshal(c.New, &r); err != nil {
		return nil, err
	}
	e, err := New("Happened", r.PK, r)
	return []Event{e}, err
}

func TestWhatPrecedesABadRecordIsPublishedAndTheBadOneRetried(t *testing.T) {
	t.Parallel()
	var first, second topic
	out, err := Stream(&first, derive)(context.Background(), load(t))
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "12" {
		t.Fatalf("%+v %v", out, err)
	}
	if len(first.got) != 1 || first.got[0].Key != "a" || first.got[0].OccurredAt.Unix() != 1700000000 {
		t.Fatalf("%+v", first.got)
	}
	if _, err := Stream(&second, derive)(context.Background(), load(t)); err != nil || second.got[0].ID != first.got[0].ID {
		t.Fatal("a replayed change gives another event id")
	}
}

func TestDecodeRefusesWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "[]", `{"id":"x","name":"","key":"k"}`} {
		if _, err := Decode([]byte(body)); err == nil {
			t.Errorf("%q passed", body)
		}
	}
	if _, err := Decode([]byte(`{"id":"x","name":"N","key":"k","data":{}}`)); err != nil {
		t.Error(err)
	}
}

func TestOneSubjectOfABatchIsWorkedOnOnce(t *testing.T) {
	t.Parallel()
	calls := map[string]int{}
	var mu sync.Mutex
	h := ReceiveOnce(func(e Event) (string, error) {
		if e.Key == "bad" {
			return "", errors.New("bad")
		}
		return e.Key, nil
	}, func(_ context.Context, subject string) error {
		mu.Lock()
		defer mu.Unlock()
		calls[subject]++
		if subject == "b" {
			return errors.New("cannot")
		}
		return nil
	})
	var in events.SQSEvent
	for i, key := range []string{"a", "b", "a", "b", "bad", "c"} {
		in.Records = append(in.Records, events.SQSMessage{MessageId: strconv.Itoa(i), Body: `{"id":"x","name":"N","key":"` + key + `"}`})
	}
	for range 2 { // a second batch is worked on again
		out, err := h(context.Background(), in)
		if err != nil || len(out.BatchItemFailures) != 3 {
			t.Fatalf("%+v %v", out, err)
		}
	}
	if calls["a"] != 2 || calls["b"] != 2 || calls["c"] != 2 {
		t.Fatalf("%v", calls)
	}
}
