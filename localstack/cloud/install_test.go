package cloud

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPinsNameNoRegistry keeps hosts out of the lock files, so that they
// install through whatever mirror a machine is set up with.
func TestPinsNameNoRegistry(t *testing.T) {
	t.Parallel()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	packages := place{root}.source("packages")
	locks := 0
	err = filepath.WalkDir(packages, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
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
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	locks, err := filepath.Glob(place{root}.source("packages", "python", "*.lock"))
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
	p := place{t.TempDir()}
	write := func(text string) {
		t.Helper()
		if err := writeFile(p.source("pins"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	builds := 0
	var fail error
	in := installation{name: "x", about: "x", pins: []string{"pins"}, build: func(_ context.Context, _ place, into string) error {
		builds++
		if err := os.WriteFile(filepath.Join(into, "half"), nil, 0o644); err != nil {
			return err
		}
		return fail
	}}
	run := func() error { return p.installOne(t.Context(), in, newProgress(&bytes.Buffer{})) }
	present := func() bool { return exists(filepath.Join(p.pkg("x"), "half")) }

	write("1")
	if err := os.MkdirAll(p.pkg(""), 0o755); err != nil {
		t.Fatal(err)
	}
	fail = errors.New("the network is down")
	if err := run(); !errors.Is(err, fail) {
		t.Fatalf("a failed build gives %v", err)
	}
	if left, err := os.ReadDir(p.pkg("")); err != nil || len(left) > 0 {
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
	if err := os.Remove(filepath.Join(p.pkg("x"), stamp)); err != nil {
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
	if err := writeFile(jar, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
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
