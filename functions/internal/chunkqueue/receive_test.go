package chunkqueue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/chunkqueue"
	"rialto/functions/internal/chunks"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

// A chunk is answered once it is done, or when it is given up, and not before. Seen to catch: a result at each try;
// a chunk that is given up without a result, so that its feed never ends.
func TestAChunkIsAnswered(t *testing.T) {
	t.Parallel()
	c := chunks.Chunk{FeedID: "fed_1", Number: 3, Lines: []int{5, 9}, Rows: []json.RawMessage{json.RawMessage(`{}`), json.RawMessage(`{}`)},
		Refused: []rows.Result{{Line: 7, Code: "malformed_row", Message: "x"}}}
	good := rows.Report{Rows: []rows.Result{{}, {Line: 1, Unchanged: true}}, Written: 1, Unchanged: 1}
	bad := rows.Report{Rows: []rows.Result{{Line: 0, Code: "taken", Message: "x"}, {Line: 1}}, Written: 1}
	failing := rows.Report{Rows: []rows.Result{{Line: 0}, {Line: 1, Code: "internal", Message: "x", Retry: true}}, Written: 1}
	for name, x := range map[string]struct {
		report rows.Report
		err    error
		try    int
		want   string // of the result
		fails  bool   // the message comes again, or goes to the dead-letter queue
	}{
		"good":    {good, nil, 1, "3: 3 rows, 1 written, 1 unchanged, 0 dead, [7 malformed_row]", false},
		"refused": {bad, nil, 1, "3: 3 rows, 1 written, 0 unchanged, 0 dead, [5 taken 7 malformed_row]", false},
		"once":    {failing, nil, 1, "", true},
		"at last": {failing, nil, 3, "3: 3 rows, 1 written, 0 unchanged, 1 dead, [7 malformed_row 9 internal]", true},
		"all":     {rows.Report{}, errors.New("the table is away"), 2, "", true},
		"all, at last": {rows.Report{}, errors.New("the table is away"), 3,
			"3: 3 rows, 0 written, 0 unchanged, 2 dead, [5 internal 7 malformed_row 9 internal]", true},
		"a bug": {rows.Report{}, fault.New(fault.TooLarge, "batch_too_large", "x"), 4,
			"3: 3 rows, 0 written, 0 unchanged, 2 dead, [5 batch_too_large 7 malformed_row 9 batch_too_large]", true},
	} {
		var got string
		h := chunkqueue.Receive(3, func(_ context.Context, a chunks.Result) error {
			got += fmt.Sprintf("%d: %d rows, %d written, %d unchanged, %d dead, [", a.Number, a.Rows, a.Written, a.Unchanged, a.Dead)
			for i, f := range a.Refused {
				if i > 0 {
					got += " "
				}
				got += fmt.Sprint(f.Line, " ", f.Code)
			}
			got += "]"
			return nil
		}, func(context.Context, chunks.Chunk) (rows.Report, error) { return x.report, x.err })
		body, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		m := events.SQSMessage{MessageId: "1", Body: string(body), Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(x.try)}}
		out, err := h(context.Background(), events.SQSEvent{Records: []events.SQSMessage{m}})
		if err != nil || (len(out.BatchItemFailures) > 0) != x.fails {
			t.Errorf("%s: %v %v", name, out, err)
		}
		if d := cmp.Diff(x.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestWhatIsNoChunkFails(t *testing.T) {
	t.Parallel()
	h := chunkqueue.Receive(3, func(context.Context, chunks.Result) error { return errors.New("answered") },
		func(context.Context, chunks.Chunk) (rows.Report, error) {
			t.Error("worked on")
			return rows.Report{}, nil
		})
	for _, body := range []string{"", "{}", "[]", `{"feed_id":"x","lines":[1],"rows":[]}`} {
		out, err := h(context.Background(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: body}}})
		if err != nil || len(out.BatchItemFailures) != 1 {
			t.Errorf("%q: %v %v", body, out, err)
		}
	}
}
