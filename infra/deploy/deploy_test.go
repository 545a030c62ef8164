package deploy

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// fixture is a local cloud, an assembly and a cdk CLI that only write down what they are asked.
type fixture struct {
	Options
	session atomic.Value
	buckets atomic.Int32
}

func newFixture(t *testing.T, cdk string) *fixture {
	t.Helper()
	dir := t.TempDir()
	s := &fixture{}
	s.session.Store("one")
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/_localstack/info":
			_, _ = w.Write([]byte(`{"session_id": "` + s.session.Load().(string) + `"}`))
		case r.Method == http.MethodPut && r.URL.Path == "/assets" && strings.Contains(r.Header.Get("Authorization"), "/s3/"):
			s.buckets.Add(1)
		default:
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(cloud.Close)
	s.Options = Options{
		Stage: "local", Assembly: filepath.Join(dir, "assembly"), CDK: filepath.Join(dir, "cdk"), State: filepath.Join(dir, "state"),
		Cloud: &Cloud{URL: cloud.URL, S3: cloud.URL, Region: "us-east-1", Assets: "assets", Loopback: "loopback.cjs"},
		Env:   []string{"RECORD=" + filepath.Join(dir, "record")},
	}
	writeFile(t, filepath.Join(s.Assembly, "manifest.json"), "{}", 0o644)
	writeFile(t, s.CDK, "#!/bin/sh\n"+cdk, 0o755)
	return s
}

const good = `echo run >> "$RECORD"; echo "$@" > "$RECORD.args"; env > "$RECORD.env"
printf 'noise\n\n ✅  rialto-local-tables (no changes)\n ✅  rialto-local-orders\n'`

func writeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func (s *fixture) deploy(t *testing.T) (string, error) {
	t.Helper()
	var out strings.Builder
	err := Deploy(context.Background(), s.Options, &out)
	return out.String(), err
}

func (s *fixture) record(t *testing.T, ending string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(s.State), "record"+ending))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDeploysOnce: the same assembly goes to the same run of the cloud once, and again after a change of either.
// Seen to catch: a stamp without the session. (TestDeployFails was seen to catch one written too early.)
func TestDeploysOnce(t *testing.T) {
	t.Parallel()
	s := newFixture(t, good)
	for i, step := range []struct {
		change func()
		runs   int
	}{
		{func() {}, 1},
		{func() {}, 1},
		{func() { s.session.Store("two") }, 2},
		{func() {}, 2},
		{func() { writeFile(t, filepath.Join(s.Assembly, "x.template.json"), "{}", 0o644) }, 3},
		{func() { writeFile(t, filepath.Join(s.Assembly, "asset.1.zip"), "named by its content", 0o644) }, 3},
		{func() { s.Again = true }, 4},
	} {
		step.change()
		if _, err := s.deploy(t); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(s.record(t, ""), "run"); got != step.runs {
			t.Fatalf("step %d: the CLI ran %d times, want %d", i, got, step.runs)
		}
	}
	if got := s.buckets.Load(); got != 4 {
		t.Errorf("the bucket was made sure of %d times, want 4", got)
	}
}

func TestDeployShowsStacks(t *testing.T) {
	t.Parallel()
	s := newFixture(t, good)
	out, err := s.deploy(t)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "rialto-local-tables") || !strings.Contains(out, "(no changes)") || !strings.Contains(out, "rialto-local-orders") ||
		strings.Contains(out, "noise") {
		t.Errorf("it shows %q", out)
	}
	log, err := os.ReadFile(s.logFile())
	if err != nil || !strings.Contains(string(log), "noise") {
		t.Errorf("the log holds %q (%v)", log, err)
	}
}

// TestOnlyTheLocalCloud: nothing of the user's AWS setup reaches the CLI.
func TestOnlyTheLocalCloud(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_ENDPOINT_URL", "https://elsewhere")
	t.Setenv("AWS_SESSION_TOKEN", "secret")
	s := newFixture(t, good)
	if _, err := s.deploy(t); err != nil {
		t.Fatal(err)
	}
	env := "\n" + s.record(t, ".env")
	for _, bad := range []string{"AWS_PROFILE", "elsewhere", "AWS_SESSION_TOKEN"} {
		if strings.Contains(env, bad) {
			t.Errorf("the CLI sees %s", bad)
		}
	}
	for _, want := range []string{"AWS_ENDPOINT_URL=" + s.Cloud.URL, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"NODE_OPTIONS=--require loopback.cjs", "CDK_DISABLE_CLI_TELEMETRY=1"} {
		if !strings.Contains(env, "\n"+want+"\n") {
			t.Errorf("the CLI does not see %s", want)
		}
	}
	args := s.record(t, ".args")
	for _, want := range []string{"deploy --all", "--app " + s.Assembly, "--require-approval never", "--method direct",
		"--outputs-file " + s.OutputsFile()} {
		if !strings.Contains(args, want) {
			t.Errorf("the CLI is called with %q, want %q", args, want)
		}
	}
}

// What a stage on AWS is newly allowed is read by somebody first. Seen to catch: approval that is never asked for.
func TestAWSAsksForApproval(t *testing.T) {
	t.Parallel()
	s := newFixture(t, good)
	s.Cloud = nil
	if _, err := s.deploy(t); err != nil {
		t.Fatal(err)
	}
	if args := s.record(t, ".args"); !strings.Contains(args, "--require-approval broadening") {
		t.Errorf("the CLI is called with %q", args)
	}
}

func TestDeployFails(t *testing.T) {
	t.Parallel()
	s := newFixture(t, `echo run >> "$RECORD"; echo " ❌  rialto-local-orders failed: no such thing"; exit 1`)
	_, err := s.deploy(t)
	if err == nil || !strings.Contains(err.Error(), "rialto-local-orders failed: no such thing") || !strings.Contains(err.Error(), s.logFile()) {
		t.Errorf("got %v", err)
	}
	if _, err := s.deploy(t); err == nil || strings.Count(s.record(t, ""), "run") != 2 {
		t.Errorf("what failed is tried again: %v", err)
	}
}

func TestNoCloud(t *testing.T) {
	t.Parallel()
	s := newFixture(t, good)
	s.Cloud.URL = "http://127.0.0.1:1"
	if _, err := s.deploy(t); err == nil || !strings.Contains(err.Error(), "make up") {
		t.Errorf("got %v, want a word of make up", err)
	}
}
