package interpreter

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rialto/statemachines"
)

func TestTheCheckoutMachineIsKnownWhole(t *testing.T) {
	t.Parallel()
	m, err := Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	// A step with an effect must be undone whatever goes wrong with it. Seen to catch: a Catch of named errors
	// only at Authorize.
	for _, name := range []string{"Hold", "Authorize", "Place", "AwaitAction"} {
		last := m.States[name].Catch[len(m.States[name].Catch)-1]
		if last.ErrorEquals[0] != "States.ALL" || last.Next != "Fence" {
			t.Errorf("%s is not undone on every error", name)
		}
	}
}

// Every task is repeatable, so each is tried again after everything that may pass: what our own functions call
// transient, and what Lambda and Step Functions report of a function that did not answer. A function that is stopped at
// its own limit is Sandbox.Timedout, not States.Timeout: that comes only if it outlives the state's limit, which is
// longer. Seen to catch: a list without Sandbox.Timedout.
func TestEveryTaskIsTriedAgainAfterWhatMayPass(t *testing.T) {
	t.Parallel()
	m, err := Parse(statemachines.Checkout)
	if err != nil {
		t.Fatal(err)
	}
	passing := []string{"unavailable", "throttled", "internal", "States.Timeout", "Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown",
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
		"Lambda.ClientExecutionTimeoutException"}
	tasks := 0
	var look func(*Machine)
	look = func(m *Machine) {
		for name, s := range m.States {
			for i := range s.Branches {
				look(&s.Branches[i])
			}
			if s.Type != "Task" {
				continue
			}
			tasks++
			for _, e := range passing {
				if !slices.ContainsFunc(s.Retry, func(r Retrier) bool { return r.MaxAttempts > 0 && matches(r.ErrorEquals, e) }) {
					t.Errorf("%s is not tried again after %s", name, e)
				}
			}
		}
	}
	if look(m); tasks != 14 {
		t.Errorf("%d tasks", tasks)
	}
}

func TestUnknownThingsFailWhenParsed(t *testing.T) {
	t.Parallel()
	for _, asl := range []string{
		`{"StartAt":"A","States":{"A":{"Type":"Map","End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Output":"{% 1 %}"}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"InputPath":"$.a[*]"}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${x}","End":true}}}`,
		choosing(`"FunctionName":"${x:1}","Payload":{}`),
		choosing(`"FunctionName.$":"$.name","Payload":{}`),
		choosing(`"FunctionName.$":"States.ArrayGetItem(States.Array('${x:1}', '${x:2}'), 0)","Payload":{}`),
		choosing(`"FunctionName.$":"States.ArrayGetItem(States.Array('x:1', '${x:2}'), $.n)","Payload":{}`),
		choosing(`"FunctionName.$":"States.ArrayGetItem(States.Array('${x:1}', '${x:2}'), $.n[*])","Payload":{}`),
		choosing(`"FunctionName.$":"States.ArrayGetItem(States.Array('${x:1}', '${x:2}'), $.n)"`),
		choosing(`"FunctionName.$":"States.ArrayGetItem(States.Array('${x:1}', '${x:2}'), $.n)","Payload":{"a":{"b.$":"$.b"}}`),
	} {
		if _, err := Parse(asl); err == nil {
			t.Errorf("passed: %s", asl)
		}
	}
}

func TestRetryCatchAndPaths(t *testing.T) {
	t.Parallel()
	m, err := Parse(`{"StartAt":"P","States":{
"P":{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${a}","TimeoutSeconds":1,"End":true}}},
 {"StartAt":"B","States":{"B":{"Type":"Pass","InputPath":"$.x","End":true}}}],
 "ResultSelector":{"a.$":"$[0].n","b.$":"$[1]"},"ResultPath":"$.p","Next":"T"},
"T":{"Type":"Task","Resource":"${t}","TimeoutSeconds":1,"Parameters":{"k":"v","n.$":"$.p.a"},"ResultPath":"$.deep.t",
 "Retry":[{"ErrorEquals":["again"],"IntervalSeconds":1,"MaxAttempts":2,"BackoffRate":2}],
 "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.failure","Next":"C"}],"Next":"Done"},
"C":{"Type":"Choice","Choices":[{"Variable":"$.none","IsPresent":true,"Next":"Bad"},
 {"Variable":"$.failure.Error","StringEquals":"final","Next":"Done"}],"Default":"Bad"},
"Bad":{"Type":"Fail","Error":"bad","Cause":"x"},"Done":{"Type":"Succeed"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	run := func(fail ...string) (string, []time.Duration, error) {
		var waits []time.Duration
		var input string
		h := Host{Pause: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
			Call: func(_ context.Context, _, function string, in []byte) ([]byte, error) {
				if function == "a" {
					return []byte(`{"n":7}`), nil
				}
				input = string(in)
				if len(fail) > 0 {
					name := fail[0]
					fail = fail[1:]
					return nil, &Error{name, ""}
				}
				return []byte(`"ok"`), nil
			}}
		out, err := m.Run(context.Background(), h, []byte(`{"x":1}`))
		if input != `{"k":"v","n":7}` {
			t.Errorf("the task got %s", input)
		}
		return string(out), waits, err
	}
	if out, _, err := run(); err != nil || out != `{"deep":{"t":"ok"},"p":{"a":7,"b":1},"x":1}` {
		t.Errorf("%s %v", out, err)
	}
	if out, waits, err := run("again", "again"); err != nil || len(waits) != 2 || waits[1] != 2*time.Second || !strings.Contains(out, "ok") {
		t.Errorf("%s %v %v", out, waits, err)
	}
	if out, _, err := run("final"); err != nil || !strings.Contains(out, `"Error":"final"`) {
		t.Errorf("%s %v", out, err)
	}
	var e *Error
	if _, _, err := run("again", "again", "again"); !errors.As(err, &e) || e.Name != "bad" {
		t.Errorf("%v", err)
	}
	if _, _, err := run("States.Runtime"); !errors.As(err, &e) || e.Name != "States.Runtime" {
		t.Errorf("States.ALL caught States.Runtime: %v", err)
	}
}

// choosing is a machine whose task has these parameters, and any error of it caught.
func choosing(parameters string) string {
	return `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSeconds":1,"Parameters":{` + parameters + `},
"ResultSelector":{"of.$":"$.Payload"},"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}}}`
}

// Seen to catch: an index that is taken for the last; a function that is given FunctionName.
func TestATaskChoosesItsFunction(t *testing.T) {
	t.Parallel()
	m, err := Parse(choosing(`"FunctionName.$":"States.ArrayGetItem(States.Array('${x:1}', '${y}'), $.n)","Payload":{"k":"v","b.$":"$.b"}`))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		`{"n":0,"b":7}`:   `{"of":"x {\"b\":7,\"k\":\"v\"}"}`,
		`{"n":1,"b":7}`:   `{"of":"y {\"b\":7,\"k\":\"v\"}"}`,
		`{"n":2,"b":7}`:   "States.IntrinsicFailure",
		`{"n":-1,"b":7}`:  "States.IntrinsicFailure",
		`{"n":"0","b":7}`: "States.IntrinsicFailure",
		`{"n":0.5,"b":7}`: "States.IntrinsicFailure",
		`{"b":7}`:         "States.Runtime",
		`{"n":0}`:         "States.Runtime",
	} {
		out, err := m.Run(context.Background(), Host{Call: func(_ context.Context, _, function string, in []byte) ([]byte, error) {
			return json.Marshal(function + " " + string(in))
		}}, []byte(in))
		var e *Error
		if errors.As(err, &e) {
			out = []byte(e.Name)
		}
		if !strings.Contains(string(out), want) || err != nil && want != "States.Runtime" {
			t.Errorf("%s: %s %v, want %s", in, out, err, want)
		}
	}
}

func TestNothingCatchesDataThatIsTooLarge(t *testing.T) {
	t.Parallel()
	m, err := Parse(`{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${t}","TimeoutSeconds":1,"ResultPath":"$.t",
 "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}],"Next":"Done"},"Done":{"Type":"Succeed"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{Limit - len(`{"t":"","x":1}`): "", Limit - len(`{"t":"","x":1}`) + 1: "States.DataLimitExceeded"} {
		_, err := m.Run(context.Background(), Host{Call: func(context.Context, string, string, []byte) ([]byte, error) {
			return []byte(`"` + strings.Repeat("a", n) + `"`), nil
		}}, []byte(`{"x":1}`))
		var e *Error
		if errors.As(err, &e); (e == nil) != (want == "") || e != nil && e.Name != want {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}
