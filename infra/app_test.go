package infra

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

// TestSameNames keeps the law that a context has the same name everywhere: what a context has of its own is built by the
// function of its name. Seen to catch: "taxes" in the list; func sellers renamed.
func TestSameNames(t *testing.T) {
	t.Parallel()
	names := deployed()
	for name, build := range own {
		full := runtime.FuncForPC(reflect.ValueOf(build).Pointer()).Name()
		if !slices.Contains(names, name) || !strings.HasSuffix(full, "/infra."+name) {
			t.Errorf("%s is built by %s; the contract has the contexts %v", name, full, names)
		}
	}
}

func TestStacks(t *testing.T) {
	t.Parallel()
	want := []string{"tables", "events", "apis"}
	want = append(want, deployed()...)
	for stage, extra := range map[string][]string{"local": nil, "dev": {"network", "edge"}, "prod": {"network", "edge"}} {
		var expected, got []string
		for _, part := range slices.Concat(want, extra) {
			expected = append(expected, "rialto-"+stage+"-"+part)
		}
		if stage != "local" {
			expected = append(expected, accountStackName)
		}
		for _, x := range synthesized[stage].templates {
			got = append(got, x.Stack)
		}
		slices.Sort(expected)
		slices.Sort(got)
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("stacks of %s, want (-), got (+):\n%s", stage, diff)
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	for _, want := range contract.Tables() {
		got := find(t, "prod", "AWS::DynamoDB::Table", "TableName", "rialto-prod-"+want.Name)
		keys := len(many(got.at("KeySchema")))
		if want.Sorted != (keys == 2) {
			t.Errorf("%s has %d key attributes", want.Name, keys)
		}
		if streams := got.at("StreamSpecification", "StreamViewType") == "NEW_AND_OLD_IMAGES"; streams != want.Stream {
			t.Errorf("%s streams: %v, want %v", want.Name, streams, want.Stream)
		}
		if expires := got.at("TimeToLiveSpecification", "AttributeName") == "ttl"; expires != want.TTL {
			t.Errorf("%s expires: %v, want %v", want.Name, expires, want.TTL)
		}
		if got := len(many(got.at("GlobalSecondaryIndexes"))); got != len(want.Indexes) {
			t.Errorf("%s has %d indexes, want %d", want.Name, got, len(want.Indexes))
		}
		if local := find(t, "local", "AWS::DynamoDB::Table", "TableName", "rialto-local-"+want.Name); local.DeletionPolicy != "Delete" {
			t.Errorf("locally %s would outlive its stack", want.Name)
		}
	}
}

// TestRepeatable: the same source gives the same assembly, or everything would be deployed again each time. Seen to
// catch: keys' aliases made by ranging over a map. (Each range has its own luck, so a stage is made a few times.)
func TestRepeatable(t *testing.T) {
	for _, name := range []string{"local", "prod", "local", "prod"} {
		stage, err := StageNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		first, again := folders[name], filepath.Join(t.TempDir(), "again")
		if err := Synth(options(stage, again, filepath.Join(filepath.Dir(first), "zips"))); err != nil {
			t.Fatal(err)
		}
		same(t, first, again)
	}
}

func same(t *testing.T, first, again string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(first, "*.json"))
	if err != nil || len(names) < len(deployed()) {
		t.Fatalf("only %d files: %v", len(names), err)
	}
	for _, name := range names {
		a, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(again, filepath.Base(name)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Errorf("%s differs the second time:\n%s", filepath.Base(name), diff)
		}
		if strings.Contains(string(a), filepath.Dir(first)) {
			t.Errorf("%s holds a path of this machine", filepath.Base(name))
		}
	}
}

func TestSynthRefuses(t *testing.T) {
	local, err := StageNamed("local")
	if err != nil {
		t.Fatal(err)
	}
	zips := filepath.Join(filepath.Dir(folders["local"]), "zips")
	occupied := t.TempDir()
	if err := os.WriteFile(filepath.Join(occupied, "letter"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"functions that are not built": {func(o *Options) { o.Zips = t.TempDir() }, "go run ./infra/cmd/build -arch"},
		"a folder of somebody else's":  {func(o *Options) { o.Out = occupied }, "holds no cloud assembly"},
		"a machine with a stranger":    {func(o *Options) { o.Checkout = `{"Resource": "${orders-conjure}"}` }, "${orders-conjure}"},
		"a machine without functions":  {func(o *Options) { o.Checkout = `{}` }, "names no function"},
		"an API without operations":    {func(o *Options) { o.Documents.Seller = Document{} }, "seller API"},
		"a machine that never stops waiting": {func(o *Options) {
			o.Checkout = `{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${payments-cancel}", "End": true}}}`
		}, "waits 0 s"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(local, filepath.Join(t.TempDir(), "out"), zips)
			c.change(&o)
			if err := Synth(o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Synth says %v, want a word of %q", err, c.want)
			}
			if left, err := filepath.Glob(filepath.Join(filepath.Dir(o.Out), "out*")); err != nil || len(left) > 0 {
				t.Errorf("what failed is left in %v (%v)", left, err)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(occupied, "letter")); err != nil {
		t.Errorf("somebody else's file is gone: %v", err)
	}
}

// The cdk CLI makes the folder and locks it before it asks for an assembly, and takes its lock away afterwards. Seen to catch:
// a folder with a lock taken for somebody else's; one that was removed and made anew.
func TestSynthLeavesTheLocksOfTheCLI(t *testing.T) {
	local, err := StageNamed("local")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	lock, old := filepath.Join(out, "synth.lock"), filepath.Join(out, "old.template.json")
	if err := os.WriteFile(lock, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // into what is empty but for the lock, and over an assembly
		if err := Synth(options(local, out, filepath.Join(filepath.Dir(folders["local"]), "zips"))); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(lock); err != nil {
			t.Errorf("the lock is gone: %v", err)
		}
		if _, err := os.Stat(old); err == nil {
			t.Error("a template of the assembly before is left")
		}
		if a, err := readAssembly(out, local); err != nil || len(a.templates) != len(synthesized["local"].templates) {
			t.Errorf("no whole assembly: %v", err)
		}
		if err := os.WriteFile(old, []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What infra/cdk.json runs is there, and asks before it widens permissions. Seen to catch: a target that the Makefile has not.
func TestTheCLIFindsTheApp(t *testing.T) {
	t.Parallel()
	var settings struct{ App, RequireApproval string }
	data, err := os.ReadFile("cdk.json")
	if err == nil {
		err = json.Unmarshal(data, &settings)
	}
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, call, _ := strings.Cut(settings.App, " make -s -C .. ")
	target, _, _ := strings.Cut(call, " ")
	if target == "" || !strings.Contains(string(makefile), "\n"+target+": ") {
		t.Errorf("the app is %q, and the Makefile has no target %q", settings.App, target)
	}
	if !strings.HasPrefix(settings.App, "CDK_OUTDIR=$(realpath ") { // the CLI's is relative to where the CLI runs
		t.Errorf("the app is %q, and does not say where the assembly comes to", settings.App)
	}
	if settings.RequireApproval != "broadening" {
		t.Errorf("approval is required: %q", settings.RequireApproval)
	}
}

// Whoever deploys for the first time finds every value that a stack asks for. Seen to catch: a parameter without a word on it.
func TestOperationsNameEveryParameter(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, x := range synthesized["prod"].templates {
		for name, parameter := range x.Parameters {
			if parameter["Default"] != nil {
				continue
			}
			named++
			if line := "| `" + strings.Replace(x.Stack, "-prod-", "-<stage>-", 1) + ":" + name + "` |"; !strings.Contains(string(text), line) {
				t.Errorf("OPERATIONS.md has no row %s", line)
			}
		}
	}
	if named == 0 {
		t.Error("no stack asks for anything")
	}
}

func TestStageNamed(t *testing.T) {
	t.Parallel()
	if _, err := StageNamed("production"); err == nil || !strings.Contains(err.Error(), "prod") {
		t.Errorf("the error of an unknown stage names those there are, got %v", err)
	}
}
