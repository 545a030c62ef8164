package cloud

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound is a machine on which nothing is wrong.
func sound() machine {
	versions := map[string]string{
		"go":         "go version go1.26.8 linux/amd64",
		"java":       "openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment",
		"javac":      "javac 17.0.15",
		"node":       "v20.20.2",
		"npm":        "10.8.2",
		"python3.11": "3.11.7 (main, Dec  8 2023)",
		"mvn":        "\x1b[1mApache Maven 3.8.7\x1b[m\nMaven home: /usr/share/maven",
	}
	return machine{
		os: "linux", arch: "amd64",
		output: func(_ context.Context, name string, _ ...string) (string, error) {
			return versions[name], nil
		},
		listen: func(string) error { return nil },
		owner:  func(string) string { return "" },
	}
}

// says lets a program answer with a text, or fail.
func says(name, text string, err error) func(*machine) {
	return func(m *machine) {
		rest := m.output
		m.output = func(ctx context.Context, asked string, args ...string) (string, error) {
			if asked == name {
				return text, err
			}
			return rest(ctx, asked, args...)
		}
	}
}

// taken lets a program that is described by "by" listen on a port.
func taken(port, by string) func(*machine) {
	return func(m *machine) {
		m.listen = func(addr string) error {
			if strings.HasSuffix(addr, ":"+port) {
				return errors.New("address already in use")
			}
			return nil
		}
		m.owner = func(string) string { return by }
	}
}

var preflightTests = []struct {
	name   string
	broken []func(*machine)
	want   []string // one line each, by their beginnings
}{
	{name: "a sound machine"},
	{
		name:   "a missing tool",
		broken: []func(*machine){says("mvn", "", &exec.Error{Name: "mvn", Err: exec.ErrNotFound})},
		want:   []string{"mvn is missing: Rialto's local cloud needs Maven 3.6 or newer; install it"},
	},
	{
		name:   "an old Java",
		broken: []func(*machine){says("java", `openjdk version "11.0.2" 2019-01-15`, nil)},
		want:   []string{"java is version 11: Rialto's local cloud needs Java 17 or newer; install a JDK 17"},
	},
	{
		name:   "a very old Java",
		broken: []func(*machine){says("java", `java version "1.8.0_292"`, nil)},
		want:   []string{"java is version 8: "},
	},
	{
		name:   "a newer Java",
		broken: []func(*machine){says("java", `openjdk version "21" 2023-09-19`, nil)},
	},
	{
		name:   "a newer Python under the old name",
		broken: []func(*machine){says("python3.11", "3.12.1", nil)},
		want:   []string{"python3.11 is version 3.12: Rialto's local cloud needs Python 3.11 exactly"},
	},
	{
		name: "Python without venv",
		broken: []func(*machine){says("python3.11", "Traceback\nModuleNotFoundError: No module named 'ensurepip'\n",
			errors.New("exit status 1"))},
		want: []string{"python3.11 does not work (ModuleNotFoundError: No module named 'ensurepip'): "},
	},
	{
		name:   "a program that tells no version",
		broken: []func(*machine){says("node", "hello", nil)},
		want:   []string{"node tells no version (hello): "},
	},
	{
		name:   "a taken port",
		broken: []func(*machine){taken("15432", "pid 7 (postgres)")},
		want:   []string{"port 15432, which postgres needs, is taken by pid 7 (postgres): stop that program and run this again"},
	},
	{
		name:   "a taken port of another user's program",
		broken: []func(*machine){taken("19300", "")},
		want:   []string{"port 19300, which opensearch needs, is taken: stop that program and run this again"},
	},
	{
		name: "everything at once is listed",
		broken: []func(*machine){
			says("javac", "", exec.ErrNotFound), says("node", "v18.0.0", nil), taken("4566", ""),
		},
		want: []string{"javac is missing: ", "node is version 18.0: ", "port 4566, which localstack needs, is taken: "},
	},
	{
		name:   "another system",
		broken: []func(*machine){func(m *machine) { m.os = "darwin" }},
		want:   []string{"the local cloud runs on Linux on amd64, not on darwin/amd64"},
	},
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	for _, test := range preflightTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := sound()
			for _, breakIt := range test.broken {
				breakIt(&m)
			}
			var got []string
			if err := preflight(t.Context(), m, endpoints()); err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(test.want) {
				t.Fatalf("preflight says\n%s\nwant %d lines", strings.Join(got, "\n"), len(test.want))
			}
			for i, line := range got {
				if !strings.HasPrefix(line, test.want[i]) {
					t.Errorf("line %d is\n%s\nand should begin with\n%s", i+1, line, test.want[i])
				}
			}
		})
	}
}

func TestPortOwnerNamesThisProcess(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := portOwner(l.Addr().String()); !strings.HasPrefix(got, "pid ") || !strings.Contains(got, "(") {
		t.Errorf("portOwner(%s) = %q, want a pid and a name", l.Addr(), got)
	}
	m := thisMachine()
	if err := checkPort(m, endpoint{"x", l.Addr().String()}); err == nil {
		t.Error("checkPort finds a port free on which this test listens")
	}
}

func TestEndpointsAreDistinctAndOnLoopback(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range endpoints() {
		if host(e.addr) != "127.0.0.1" {
			t.Errorf("%s listens on %s, which is not loopback", e.service, e.addr)
		}
		if seen[e.addr] {
			t.Errorf("%s is given twice", e.addr)
		}
		seen[e.addr] = true
	}
	if diff := cmp.Diff(10, len(seen)); diff != "" {
		t.Errorf("number of ports (-want +got):\n%s", diff)
	}
}
