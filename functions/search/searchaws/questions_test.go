package searchaws

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/search"
)

// recalling is the function search-recall: it has a vector for whatever is asked, or is away.
type recalling struct {
	calls int
	last  search.Question
	out   *lambda.InvokeOutput // instead of what it has
	err   error
}

func (r *recalling) Invoke(ctx context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	r.calls++
	if err := errors.Join(json.Unmarshal(in.Payload, &r.last), ctx.Err(), r.err); err != nil {
		return nil, err
	}
	if r.out != nil {
		return r.out, nil
	}
	payload, err := json.Marshal(search.Question{Key: r.last.Key, Vector: vector().Bytes()})
	return &lambda.InvokeOutput{Payload: payload}, err
}

func vector() search.Vector {
	v := make(search.Vector, search.Dimensions)
	v[7] = -100
	return v
}

func TestQuestionsAreRecalledAndKept(t *testing.T) {
	t.Parallel()
	f := &recalling{}
	q := &Questions{Lambda: f, Function: "f", Now: time.Now}
	got, err := q.Recall(t.Context(), "k")
	if d := cmp.Diff(vector(), got); err != nil || d != "" || f.last.Key != "k" || f.last.Vector != nil {
		t.Error(err, d, f.last)
	}
	if err := q.Keep(t.Context(), "k", vector()); err != nil || cmp.Diff(vector().Bytes(), f.last.Vector) != "" {
		t.Error(err, f.last)
	}
	f.out = &lambda.InvokeOutput{Payload: []byte(`{"key":"k"}`)}
	if got, err := q.Recall(t.Context(), "k"); got != nil || err != nil {
		t.Error(got, err)
	}
}

// Seen to catch: every search waits while the function is away; a search that ended early is taken for the function's failure.
func TestAFunctionThatIsAwayIsLeftInPeace(t *testing.T) {
	t.Parallel()
	failed := "Unhandled"
	for name, away := range map[string]*recalling{
		"no answer": {err: errors.New("refused")},
		"a failure": {out: &lambda.InvokeOutput{FunctionError: &failed, Payload: []byte(`{"errorType":"cache_unavailable"}`)}},
		"nonsense":  {out: &lambda.InvokeOutput{Payload: []byte("nonsense")}},
	} {
		now := time.Unix(0, 0)
		q := &Questions{Lambda: away, Now: func() time.Time { return now }}
		if _, err := q.Recall(t.Context(), "k"); err == nil {
			t.Errorf("%s is an answer", name)
		}
		for range 3 {
			if got, err := q.Recall(t.Context(), "k"); got != nil || err != nil {
				t.Errorf("%s: %v %v", name, got, err)
			}
		}
		if err := q.Keep(t.Context(), "k", vector()); err != nil || away.calls != 1 {
			t.Errorf("%s: asked %d times, %v", name, away.calls, err)
		}
		*away, now = recalling{}, now.Add(rest)
		if got, err := q.Recall(t.Context(), "k"); err != nil || got == nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	f := &recalling{}
	q := &Questions{Lambda: f, Now: time.Now}
	over, end := context.WithCancel(t.Context())
	end()
	if _, err := q.Recall(over, "k"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got, err := q.Recall(t.Context(), "k"); got == nil || err != nil {
		t.Error("a search that ended early has the function rest", err)
	}
}
