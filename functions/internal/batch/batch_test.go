package batch

import (
	"context"
	"errors"
	"sort"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

func TestABadMessageFailsAlone(t *testing.T) {
	t.Parallel()
	h := Queue(func(_ context.Context, m events.SQSMessage) error {
		switch m.Body {
		case "bad":
			return errors.New("no")
		case "panic":
			panic("no")
		}
		return nil
	})
	out, err := h(context.Background(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: "ok"}, {MessageId: "2", Body: "bad"},
		{MessageId: "3", Body: "panic"}, {MessageId: "4", Body: "ok"}}})
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, f := range out.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	sort.Strings(failed)
	if diff := cmp.Diff([]string{"2", "3"}, failed); diff != "" {
		t.Fatal(diff)
	}
}

// Messages of a batch are worked on together: each of these waits for the others. Seen to catch: one after the other, which never ends.
func TestABatchIsWorkedOnTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all sync.WaitGroup
		all.Add(3)
		h := Queue(func(context.Context, events.SQSMessage) error {
			all.Done()
			all.Wait()
			return nil
		})
		out, err := h(context.Background(), events.SQSEvent{Records: make([]events.SQSMessage, 3)})
		if err != nil || out.BatchItemFailures != nil {
			t.Fatal(out, err)
		}
	})
}

func TestAStreamStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	records := []events.DynamoDBEventRecord{{Change: events.DynamoDBStreamRecord{SequenceNumber: "1"}},
		{Change: events.DynamoDBStreamRecord{SequenceNumber: "2"}}}
	for _, c := range []struct {
		records []events.DynamoDBEventRecord
		done    int
		want    []events.DynamoDBBatchItemFailure
		whole   bool
	}{
		{records, 1, []events.DynamoDBBatchItemFailure{{ItemIdentifier: "2"}}, false},
		{records, 0, nil, true}, // halved until the bad one is alone
		{records[:1], 0, []events.DynamoDBBatchItemFailure{{ItemIdentifier: "1"}}, false},
	} {
		out, err := Stream(func(context.Context, []events.DynamoDBEventRecord) (int, error) { return c.done, errors.New("no") })(context.Background(),
			events.DynamoDBEvent{Records: c.records})
		if diff := cmp.Diff(c.want, out.BatchItemFailures); (err != nil) != c.whole || diff != "" {
			t.Fatal(err, diff)
		}
	}
	out, _ := Stream(func(context.Context, []events.DynamoDBEventRecord) (int, error) { return 2, nil })(context.Background(),
		events.DynamoDBEvent{Records: records})
	if out.BatchItemFailures != nil {
		t.Fatal(out)
	}
}
