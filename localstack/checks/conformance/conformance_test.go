package conformance

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
	"rialto/statemachines"
	"rialto/statemachines/interpreter"
)

// atOnce is how many runs go side by side; most of their time is waiting.
const atOnce = 8

func TestTheInterpreterGoesWhereStepFunctionsGoes(t *testing.T) {
	if os.Getenv("RIALTO_E2E") == "" {
		t.Skip("needs the local cloud: make test starts it and sets RIALTO_E2E")
	}
	ctx, stop := context.WithTimeout(context.Background(), 8*time.Minute)
	t.Cleanup(stop)
	began := time.Now()
	s := &stage{tapes: map[string]*tape{}, trials: map[string]trial{}}
	machine, err := interpreter.Parse(scripted(t, "${scripted}", "${nobody}", patient))
	if err != nil {
		t.Fatal(err)
	}
	all, err := trials(machine)
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range all {
		s.trials[tr.name] = tr
	}
	arns := s.create(ctx, t, s.serve(t))
	var wait sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	var mu sync.Mutex
	deviations := map[string]int{}
	for _, tr := range all {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			want, err := s.stepFunctions(ctx, machine, arns[tr.timeout()], tr)
			if err != nil {
				t.Errorf("%s: %v", tr.name, err)
				return
			}
			got := interpreted(machine, tr)
			mu.Lock()
			defer mu.Unlock()
			if why := known(machine, tr, got, want); why != "" {
				deviations[why]++
				return
			}
			for _, d := range differences(machine, tr, got, want) {
				t.Errorf("%s: %s", tr.name, d)
			}
		})
	}
	wait.Wait()
	if testing.Verbose() {
		fmt.Printf("%d runs of the checkout machine on LocalStack and in the interpreter, %.0f s\n", len(all), time.Since(began).Seconds())
		for _, why := range slices.Sorted(maps.Keys(deviations)) {
			fmt.Printf("  in %d of them LocalStack is known to be wrong: %s\n", deviations[why], why)
		}
	}
}

// lane is the one of a task that chooses that has a function; the others are of one that is not there.
const lane = 5

var laneName = regexp.MustCompile(`\$\{[a-z-]+:([1-9])\}`)

// scripted is the checkout machine with every task scripted, on the function of that resource, and given so many
// seconds.
func scripted(t *testing.T, resource, nobody string, timeout int) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(statemachines.Checkout), &m); err != nil {
		t.Fatal(err)
	}
	var change func(states map[string]any)
	change = func(states map[string]any) {
		for name, x := range states {
			s, _ := x.(map[string]any)
			branches, _ := s["Branches"].([]any)
			for _, b := range branches {
				change(b.(map[string]any)["States"].(map[string]any))
			}
			if s["Type"] != "Task" {
				continue
			}
			p, ok := s["Parameters"].(map[string]any)
			if !ok {
				t.Fatalf("%s has no parameters", name)
			}
			if choice, ok := p["FunctionName.$"].(string); ok {
				p["FunctionName.$"] = laneName.ReplaceAllStringFunc(choice, func(l string) string {
					if laneName.FindStringSubmatch(l)[1] == fmt.Sprint(lane+1) {
						return resource
					}
					return nobody
				})
				p, _ = p["Payload"].(map[string]any)
			} else {
				s["Resource"] = resource
			}
			p["state"], p["case.$"] = name, "$.case"
			s["TimeoutSeconds"] = timeout
			retries, _ := s["Retry"].([]any)
			for _, r := range retries {
				r.(map[string]any)["BackoffRate"] = 1
			}
		}
	}
	change(m["States"].(map[string]any))
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// interpreted runs a trial in the interpreter.
func interpreted(m *interpreter.Machine, tr trial) run {
	out := run{status: "SUCCEEDED"}
	calls := &tape{calls: map[string]int{}}
	var mu sync.Mutex
	b, err := m.Run(context.Background(), interpreter.Host{
		Enter: func(state string) error {
			mu.Lock()
			defer mu.Unlock()
			if !isBranch(m, state) {
				out.entered = append(out.entered, state)
			}
			return nil
		},
		Pause: func(context.Context, time.Duration) error { return nil },
		Call: func(_ context.Context, state, function string, _ []byte) ([]byte, error) {
			if function != "scripted" {
				return nil, &interpreter.Error{Name: "Lambda.ResourceNotFoundException", Cause: "nobody is there"}
			}
			a := tr.play(state, calls.next(state))
			switch {
			case a.Exit:
				return nil, &interpreter.Error{Name: "Runtime.ExitError", Cause: "exit status 1"}
			case a.Sleep > 1000:
				return nil, &interpreter.Error{Name: "States.Timeout"}
			case a.Error != "":
				return nil, &interpreter.Error{Name: a.Error, Cause: causeOf(a)}
			case a.Pad > 0:
				return json.Marshal(strings.Repeat("a", a.Pad))
			}
			return a.Result, nil
		}}, tr.way.input(tr.name))
	out.calls = calls.calls
	var failed *interpreter.Error
	switch {
	case errors.As(err, &failed):
		out.status, out.failure, out.cause = "FAILED", failed.Name, failed.Cause
	case err != nil:
		out.status, out.failure = "FAILED", err.Error()
	default:
		_ = json.Unmarshal(b, &out.output)
	}
	return out
}

// stage is what the scripted function is told by, and what it is created with.
type stage struct {
	mu     sync.Mutex
	trials map[string]trial
	tapes  map[string]*tape

	functions *lambda.Client
	machines  *sfn.Client
}

// serve tells the function what to do; it returns the address.
func (s *stage) serve(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Case, State string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		tr, tp := s.trials[in.Case], s.tapes[in.Case]
		s.mu.Unlock()
		if tp == nil {
			http.Error(w, "no such case", http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(tr.play(in.State, tp.next(in.State)))
	})}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + l.Addr().String()
}

// create makes the function and a machine for each timeout, and returns the machines' ARNs.
func (s *stage) create(ctx context.Context, t *testing.T, script string) map[int]string {
	keys := credentials.NewStaticCredentialsProvider("test", "test", "")
	s.functions = lambda.New(lambda.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	s.machines = sfn.New(sfn.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	name := fmt.Sprintf("rialto-conformance-%d", time.Now().UnixNano())
	role := aws.String("arn:aws:iam::" + contract.LocalAccount + ":role/none")
	f, err := s.functions.CreateFunction(ctx, &lambda.CreateFunctionInput{FunctionName: &name, Runtime: lambdatypes.RuntimeProvidedal2023,
		Handler: aws.String("scripted"),
		Role:    role, Timeout: aws.Int32(20), Code: &lambdatypes.FunctionCode{ZipFile: zipped(t)},
		Architectures: []lambdatypes.Architecture{lambdatypes.ArchitectureX8664},
		Environment:   &lambdatypes.Environment{Variables: map[string]string{"SCRIPT": script}}})
	if err != nil {
		t.Fatalf("create the function: %v", err)
	}
	t.Cleanup(func() {
		_, _ = s.functions.DeleteFunction(context.Background(), &lambda.DeleteFunctionInput{FunctionName: &name})
	})
	arns := map[int]string{}
	for _, timeout := range []int{patient, hasty} {
		m, err := s.machines.CreateStateMachine(ctx,
			&sfn.CreateStateMachineInput{Name: aws.String(fmt.Sprintf("%s-%d", name, timeout)), RoleArn: role,
				Definition: aws.String(scripted(t, *f.FunctionArn, *f.FunctionArn+"-nobody", timeout)), Type: sfntypes.StateMachineTypeStandard})
		if err != nil {
			t.Fatalf("create the machine: %v", err)
		}
		t.Cleanup(func() {
			_, _ = s.machines.DeleteStateMachine(context.Background(), &sfn.DeleteStateMachineInput{StateMachineArn: m.StateMachineArn})
		})
		arns[timeout] = *m.StateMachineArn
	}
	return arns
}

// zipped builds the scripted function.
func zipped(t *testing.T) []byte {
	binary := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", binary, "./scripted")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the function: %v\n%s", err, out)
	}
	b, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	h.SetMode(0o755)
	f, err := w.CreateHeader(h)
	if err == nil {
		_, err = f.Write(b)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

// stepFunctions runs a trial on LocalStack. The machine is a Standard one there, since an Express one keeps no history.
func (s *stage) stepFunctions(ctx context.Context, m *interpreter.Machine, arn string, tr trial) (run, error) {
	tp := &tape{calls: map[string]int{}}
	s.mu.Lock()
	s.tapes[tr.name] = tp
	s.mu.Unlock()
	started, err := s.machines.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &arn, Input: aws.String(string(tr.way.input(tr.name)))})
	if err != nil {
		return run{}, err
	}
	var end *sfn.DescribeExecutionOutput
	for {
		if end, err = s.machines.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn}); err != nil {
			return run{}, err
		}
		if end.Status != sfntypes.ExecutionStatusRunning {
			break
		}
		select {
		case <-ctx.Done():
			return run{}, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	out := run{status: string(end.Status), failure: aws.ToString(end.Error), cause: aws.ToString(end.Cause)}
	if end.Output != nil {
		if err := json.Unmarshal([]byte(*end.Output), &out.output); err != nil {
			return run{}, err
		}
	}
	pages := sfn.NewGetExecutionHistoryPaginator(s.machines,
		&sfn.GetExecutionHistoryInput{ExecutionArn: started.ExecutionArn, IncludeExecutionData: aws.Bool(false)})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			return run{}, err
		}
		for _, e := range p.Events {
			if d := e.StateEnteredEventDetails; d != nil && !isBranch(m, *d.Name) {
				out.entered = append(out.entered, *d.Name)
			}
		}
	}
	tp.mu.Lock()
	defer tp.mu.Unlock()
	out.calls = tp.calls
	return out, nil
}

// difference is something in which two runs are not alike.
type difference struct{ of, mine, real string }

func (d difference) String() string {
	return fmt.Sprintf("%s:\n  the interpreter  %s\n  Step Functions   %s", d.of, d.mine, d.real)
}

// ids are what differs from call to call in a cause.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// differences compares two runs of a trial. Of branches side by side, one that fails stops the others where they are,
// so only the failing one's calls are compared.
func differences(m *interpreter.Machine, tr trial, got, want run) []difference {
	var out []difference
	add := func(of string, mine, real any) {
		if diff := cmp.Diff(mine, real); diff != "" {
			a, _ := json.Marshal(mine)
			b, _ := json.Marshal(real)
			out = append(out, difference{of, short(a), short(b)})
		}
	}
	add("states entered", got.entered, want.entered)
	for _, r := range []run{got, want} {
		for state := range r.calls {
			if isBranch(m, tr.state) && isBranch(m, state) && state != tr.state {
				delete(r.calls, state)
			}
		}
	}
	add("calls", got.calls, want.calls)
	add("status", got.status, want.status)
	add("error", got.failure, want.failure)
	if tr.fault.act.Exit { // its cause names the request and how Lambda says that a process ended
		forget(got.output, "Cause")
		forget(want.output, "Cause")
	}
	add("output", got.output, want.output)
	if got.failure == want.failure && !tr.fault.act.Exit && !slices.Contains(worded, got.failure) {
		add("cause", got.cause, ids.ReplaceAllString(want.cause, ""))
	}
	return out
}

// worded are errors whose causes are prose of Step Functions' own, which nothing may depend on.
var worded = []string{"States.Runtime", "States.DataLimitExceeded", "States.NoChoiceMatched"}

func forget(v any, key string) {
	switch x := v.(type) {
	case map[string]any:
		delete(x, key)
		for _, y := range x {
			forget(y, key)
		}
	case []any:
		for _, y := range x {
			forget(y, key)
		}
	}
}
