package build

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// repository is a module with the same furniture as Rialto and one program a context.
func repository(t *testing.T, contexts ...string) string {
	t.Helper()
	root := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module rialto\n\ngo 1.26\n")
	for _, c := range contexts {
		write("functions/"+c+"/lambda/main.go", "package main\n\nfunc main() { println(\""+c+"\") }\n")
	}
	return root
}

func zipOf(t *testing.T, out, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out, name+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestBuild: two folders give the same bytes, and the second build of one changes nothing. Seen to catch: the zip's
// time taken from the clock, and -trimpath left out.
func TestBuild(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	here, there := repository(t, "tea", "coffee"), repository(t, "tea", "coffee")
	build := func(root string) []Result {
		t.Helper()
		results, err := Build(ctx, Options{Root: root, Out: filepath.Join(root, "out"), Arch: runtime.GOARCH, Contexts: []string{"tea", "coffee"}})
		if err != nil {
			t.Fatal(err)
		}
		return results
	}
	first := build(here)
	build(there)
	for i, name := range []string{"tea", "coffee"} {
		if first[i].Context != name || !first[i].Changed || first[i].Zip == 0 || first[i].Binary <= first[i].Zip {
			t.Errorf("first build of %s: %+v", name, first[i])
		}
		if !bytes.Equal(zipOf(t, filepath.Join(here, "out"), name), zipOf(t, filepath.Join(there, "out"), name)) {
			t.Errorf("%s differs from folder to folder", name)
		}
	}
	if again := build(here); again[0].Changed || again[1].Changed {
		t.Errorf("a second build changed something: %+v", again)
	}
	if err := os.WriteFile(filepath.Join(here, "functions", "tea", "lambda", "main.go"), []byte("package main\n\nfunc main() { println(1) }\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	if changed := build(here); !changed[0].Changed || changed[1].Changed {
		t.Errorf("after a change of tea: %+v", changed)
	}
	checkContent(t, filepath.Join(here, "out", "tea.zip"))
}

func checkContent(t *testing.T, path string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != 1 {
		t.Fatalf("the zip holds %d files", len(z.File))
	}
	f := z.File[0]
	if f.Name != "bootstrap" || f.Mode().Perm() != 0o755 || f.Modified.Year() != 1980 {
		t.Errorf("the zip holds %s, %v, of %v", f.Name, f.Mode(), f.Modified)
	}
}

func TestBuildNamesWhatFails(t *testing.T) {
	t.Parallel()
	root := repository(t, "tea", "coffee")
	if err := os.WriteFile(filepath.Join(root, "functions", "tea", "lambda", "main.go"), []byte("package main\n\nfunc main() { pour() }\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Build(context.Background(), Options{Root: root, Out: filepath.Join(root, "out"), Arch: runtime.GOARCH,
		Contexts: []string{"tea", "coffee", "cocoa"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"build tea", "undefined: pour", "build cocoa"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "out", "coffee.zip")); err != nil {
		t.Errorf("coffee was not built: %v", err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	Report(&out, "arm64", []Result{{Context: "tea", Binary: 9_600_000, Zip: 3_500_000, Changed: true}, {Context: "chocolate", Binary: 1, Zip: 1}})
	lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
	if len(lines) != 3 || len(lines[0]) != len(lines[1]) || len(lines[1]) != len(lines[2]) {
		t.Errorf("not aligned:\n%s", out.String())
	}
	if !strings.Contains(lines[1], "9.60") || !strings.Contains(lines[1], "3.50") || !strings.Contains(lines[1], "new") {
		t.Errorf("got %q", lines[1])
	}
}
