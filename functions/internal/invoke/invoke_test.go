package invoke

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

type answers struct {
	out lambda.InvokeOutput
	err error
	got string
}

func (a *answers) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	a.got = *in.FunctionName + " " + string(in.Payload)
	return &a.out, a.err
}

func TestAFunctionIsCalled(t *testing.T) {
	t.Parallel()
	unhandled, away := "Unhandled", errors.New("away")
	type said struct{ N int }
	for name, c := range map[string]struct {
		answers
		out  any
		kind string // of a Failure
		ok   bool
	}{
		"an answer":            {answers{out: lambda.InvokeOutput{Payload: []byte(`{"N":2}`)}}, &said{}, "", true},
		"one that none needs":  {answers{out: lambda.InvokeOutput{Payload: []byte("nonsense")}}, nil, "", true},
		"nonsense":             {answers{out: lambda.InvokeOutput{Payload: []byte("nonsense")}}, &said{}, "", false},
		"a fault":              {answers{out: lambda.InvokeOutput{FunctionError: &unhandled, Payload: []byte(`{"errorType":"gone"}`)}}, nil, "gone", false},
		"a failure of no type": {answers{out: lambda.InvokeOutput{FunctionError: &unhandled, Payload: []byte("killed")}}, &said{}, "", false},
		"no answer":            {answers{err: away}, &said{}, "", false},
	} {
		err := Function(t.Context(), &c.answers, "f", said{1}, c.out)
		if (err == nil) != c.ok || c.got != `f {"N":1}` || c.answers.err != nil && !errors.Is(err, away) {
			t.Errorf("%s: %v, given %s", name, err, c.got)
		}
		if failed := new(Failure); errors.As(err, &failed) != (c.answers.out.FunctionError != nil) || failed.Type != c.kind {
			t.Errorf("%s: %+v", name, failed)
		}
		if s, is := c.out.(*said); is && c.ok && s.N != 2 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestARestEnds(t *testing.T) {
	t.Parallel()
	var r Rest
	now := time.Unix(100, 0)
	if !r.Over(now) {
		t.Error("what never began is not over")
	}
	r.Begin(now.Add(time.Second))
	if r.Over(now) || !r.Over(now.Add(time.Second)) {
		t.Error("a rest of a second")
	}
}
