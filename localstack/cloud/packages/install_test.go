package packages

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPinsNameNoRegistry keeps hosts out of the lock files, so that they
// install through whatever mirror a machine is set up with.
func TestPinsNameNoRegistry(t *testing.T) {
	t.Parallel()
	root, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	packages := root.Source("packages")
	locks := 0
	err = filepath.WalkDir(packages, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".xml") { // the namespace is a name, not an address
			text = bytes.ReplaceAll(text, []byte("http://maven.apache.org/POM/4.0.0"), nil)
		}
		for _, bad := range []string{"http://", "https://", `"resolved"`, "--index-url", "--find-links"} {
			if bytes.Contains(text, []byte(bad)) {
				t.Errorf("%s contains %s", path, bad)
			}
		}
		if strings.HasSuffix(path, ".lock") || strings.HasSuffix(path, "-lock.json") {
			locks++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if locks < 4 {
		t.Errorf("found %d lock files, want at least 4", locks)
	}
}

// TestPythonPinsAreComplete sees that nothing is left to pip's judgement.
func TestPythonPinsAreComplete(t *testing.T) {
	t.Parallel()
	root, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	locks, err := filepath.Glob(root.Source("packages", "python", "*.lock"))
	if err != nil {
		t.Fatal(err)
	}
	for _, lock := range locks {
		text, err := os.ReadFile(lock)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for i, line := range lines {
			if line == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "#") {
				continue
			}
			if !strings.Contains(line, "==") || i+1 == len(lines) || !strings.Contains(lines[i+1], "--hash=sha256:") {
				t.Errorf("%s:%d: %q has no exact version and hash", filepath.Base(lock), i+1, line)
			}
		}
	}
}

func TestInstallIsAtomic(t *testing.T) {
	t.Parallel()
	p := Root(t.TempDir())
	write := func(text string) { writeFile(t, p.Source("pins"), text) }
	builds := 0
	var fail error
	in := installation{name: "x", about: "x", pins: []string{"pins"}, build: func(_ context.Context, _ Root, into string) error {
		builds++
		if err := os.WriteFile(filepath.Join(into, "half"), nil, 0o644); err != nil {
			return err
		}
		return fail
	}}
	run := func() error { return p.installOne(t.Context(), in, NewProgress(&bytes.Buffer{})) }
	present := func() bool {
		_, err := os.Stat(filepath.Join(p.Home("x"), "half"))
		return err == nil
	}

	write("1")
	if err := os.MkdirAll(p.Home(""), 0o755); err != nil {
		t.Fatal(err)
	}
	fail = errors.New("the network is down")
	if err := run(); !errors.Is(err, fail) {
		t.Fatalf("a failed build gives %v", err)
	}
	if left, err := os.ReadDir(p.Home("")); err != nil || len(left) > 0 {
		t.Error("a failed build leaves something behind")
	}
	fail = nil
	for range 2 {
		if err := run(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(2, builds); diff != "" || !present() {
		t.Errorf("builds after a failure and two runs (-want +got):\n%s", diff)
	}
	write("2")
	if err := run(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(3, builds); diff != "" {
		t.Errorf("builds after the pins changed (-want +got):\n%s", diff)
	}
	// an install interrupted before its stamp is not taken for done
	if err := os.Remove(filepath.Join(p.Home("x"), stamp)); err != nil {
		t.Fatal(err)
	}
	if err := run(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(4, builds); diff != "" {
		t.Errorf("builds after an interruption (-want +got):\n%s", diff)
	}
}

func TestVerifySums(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	list := filepath.Join(dir, "list")
	jar := filepath.Join(dir, "m", "a.jar")
	writeFile(t, jar, "a")
	sum, err := hashFile(jar)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		list string
		ok   bool
	}{
		"as pinned":  {sum + "  m/a.jar\n", true},
		"another":    {strings.Repeat("0", 64) + "  m/a.jar\n", false},
		"not listed": {sum + "  m/b.jar\n", false},
	}
	for name, test := range tests {
		if err := os.WriteFile(list, []byte(test.list), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := verifySums(list, dir); (err == nil) != test.ok {
			t.Errorf("%s: verifySums gives %v", name, err)
		}
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Who installs keeps others out until it has ended. Seen to catch: a lock that is shared.
func TestInstallLocks(t *testing.T) {
	t.Parallel()
	r := Root(t.TempDir())
	if err := os.MkdirAll(r.Home(""), 0o755); err != nil {
		t.Fatal(err)
	}
	unlock, err := r.lock()
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(r.Home("lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	try := func() error { return syscall.Flock(int(other.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	if err := try(); !errors.Is(err, syscall.EWOULDBLOCK) {
		t.Errorf("while one installs, another gets %v", err)
	}
	unlock()
	if err := try(); err != nil {
		t.Errorf("afterwards another gets %v", err)
	}
}
