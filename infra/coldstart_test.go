package infra

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rialto/functions/contract"
	binaries "rialto/infra/build"
)

// What a zip may have, and how much longer than a hello function one may take from its start to its first poll.
const (
	zipAim   = 4.5e6
	startAim = 1.8
	starts   = 7
)

// TestColdStarts starts every function as Lambda does, in front of a runtime that hands out nothing, and says how long it takes until it
// asks for its first event, over what a hello function takes in the same minute; and how large the zips are. It is for make bench.
func TestColdStarts(t *testing.T) {
	if os.Getenv("RIALTO_BENCH") == "" {
		t.Skip("it measures: make bench")
	}
	out := t.TempDir()
	_, err := binaries.Build(t.Context(), binaries.Options{Root: "..", Out: out, Arch: runtime.GOARCH, Contexts: deployed()})
	if err != nil {
		t.Fatal(err)
	}
	zips, err := binaries.Build(t.Context(), binaries.Options{Root: "..", Out: t.TempDir(), Arch: "arm64", Contexts: deployed()})
	if err != nil {
		t.Fatal(err)
	}
	over := 0
	for _, r := range zips {
		if float64(r.Zip) > zipAim {
			over++
		}
		t.Logf("%-16s %5.2f MB zipped for arm64, %6d allocations before main", r.Context, float64(r.Zip)/1e6,
			allocationsBeforeMain(t, filepath.Join(out, "bin", r.Context)))
	}
	t.Logf("%d of %d zips are larger than the aim, %.1f MB", over, len(zips), zipAim/1e6)

	hello := filepath.Join(out, "hello")
	if said, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", hello, "./testdata/hello").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	type start struct {
		id    string
		ratio float64
	}
	var all []start
	for _, f := range contract.Functions() {
		var own, base []time.Duration
		for range starts { // in turns, so that what else the machine does is both's
			base = append(base, firstPoll(t, hello, nil))
			own = append(own, firstPoll(t, filepath.Join(out, "bin", f.Context), settingsOf(f)))
		}
		slices.Sort(own)
		slices.Sort(base)
		all = append(all, start{f.ID(), float64(own[starts/2]) / float64(base[starts/2])})
	}
	slices.SortFunc(all, func(a, b start) int { return strings.Compare(a.id, b.id) })
	slow := 0
	for _, s := range all {
		if s.ratio > startAim {
			slow++
		}
		t.Logf("%-24s %.2f times a hello function's start", s.id, s.ratio)
	}
	t.Logf("%d of %d functions start slower than the aim, %.1f times a hello function", slow, len(all), startAim)
}

// allocationsBeforeMain is how often the packages of a binary allocate as they are made ready. Unlike the time it is the same on every
// machine. (pkg.go.dev/runtime#hdr-Environment_Variables, inittrace.)
func allocationsBeforeMain(t *testing.T, binary string) (n int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = []string{"GODEBUG=inittrace=1", "_HANDLER=none"} // of which there is none, so that it ends
	said, _ := cmd.CombinedOutput()
	for line := range strings.Lines(string(said)) {
		words := strings.Fields(line) // init <package> @0.5 ms, 0.1 ms clock, 912 bytes, 14 allocs
		if len(words) == 11 && words[0] == "init" {
			allocations, err := strconv.Atoi(words[9])
			if err != nil {
				t.Fatal(line)
			}
			n += allocations
		}
	}
	if n == 0 {
		t.Fatalf("%s tells of no allocations: %s", binary, said)
	}
	return n
}

// settingsOf is what the local stage tells a function.
func settingsOf(f contract.Function) (env []string) {
	synthesized["local"].each(func(_ template, _ string, r resource) {
		if flat(r.at("FunctionName")) != "rialto-local-"+f.ID() {
			return
		}
		variables, _ := r.at("Environment", "Variables").(map[string]any)
		for name, value := range variables {
			env = append(env, name+"="+flat(value))
		}
	}, "AWS::Lambda::Function")
	return append(env, "_HANDLER="+f.Name)
}

// firstPoll is the time from a process's start to its first request for an event.
func firstPoll(t *testing.T, binary string, env []string) time.Duration {
	t.Helper()
	polled := make(chan time.Time, 1)
	runtime := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case polled <- time.Now():
		default:
		}
		<-r.Context().Done()
	}))
	defer runtime.Close()
	cmd := exec.CommandContext(t.Context(), binary)
	cmd.Env = append(env, "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(runtime.URL, "http://"), "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID="+contract.LocalAccount, "AWS_SECRET_ACCESS_KEY=test", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256")
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() {
		_ = cmd.Process.Kill()
		<-ended
	}()
	select {
	case at := <-polled:
		return at.Sub(began)
	case err := <-ended:
		ended <- err
		t.Fatalf("%s %v ended before it asked for an event: %v", binary, env, err)
	case <-time.After(time.Minute):
		t.Fatalf("%s asked for no event within a minute", binary)
	}
	return 0
}
