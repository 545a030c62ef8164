package recommendationsaws

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/internal/fault"
	"rialto/functions/recommendations"
)

// invoked answers as told, and counts.
type invoked struct {
	out   lambda.InvokeOutput
	err   error
	calls int
}

func (i *invoked) Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	i.calls++
	return &i.out, i.err
}

// Seen to catch: every shopper waits while the indexes are away.
func TestIndexesThatAreAwayAreLeftInPeace(t *testing.T) {
	t.Parallel()
	failed := "Unhandled"
	for name, away := range map[string]*invoked{
		"no answer": {err: errors.New("refused")},
		"a failure": {out: lambda.InvokeOutput{FunctionError: &failed, Payload: []byte(`{"errorType":"unavailable"}`)}},
		"nonsense":  {out: lambda.InvokeOutput{Payload: []byte("nonsense")}},
	} {
		now := time.Unix(0, 0)
		x := &Index{Lambda: away, Now: func() time.Time { return now }}
		for range 3 {
			if _, err := x.Find(t.Context(), recommendations.Question{}); fault.Code(err) != "index_unavailable" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if away.calls != 1 {
			t.Errorf("%s: asked %d times", name, away.calls)
		}
		*away, now = invoked{out: lambda.InvokeOutput{Payload: []byte(`{"best":["prd_1"]}`)}}, now.Add(rest)
		if f, err := x.Find(t.Context(), recommendations.Question{}); err != nil || len(f.Best) != 1 {
			t.Errorf("%s: %v %v", name, f, err)
		}
	}
}
