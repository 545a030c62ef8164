package opensearch

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// jarsOf makes a folder with one jar for every pattern that Layout looks
// for, and the k-NN plugin's zip.
func jarsOf(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	touch := func(pattern string) {
		name := strings.NewReplacer("-[0-9]*", "-1.0", "*", "1.0").Replace(pattern) + ".jar"
		if err := os.WriteFile(filepath.Join(home, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range modules {
		for _, pattern := range append(append([]string{}, m.jars...), m.copies...) {
			touch(pattern)
		}
	}
	for _, pattern := range unneeded {
		touch(pattern)
	}
	touch("opensearch-" + version)
	knn, err := os.Create(filepath.Join(home, "opensearch-knn-"+version+".0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(knn)
	if _, err := z.Create("plugin-descriptor.properties"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := knn.Close(); err != nil {
		t.Fatal(err)
	}
	return home
}

func names(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		found = append(found, filepath.Base(path))
	}
	return found
}

func TestLayout(t *testing.T) {
	t.Parallel()
	home := jarsOf(t)
	if err := Layout(home); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"opensearch-" + version + ".jar"}, names(t, filepath.Join(home, "lib", "*.jar"))); diff != "" {
		t.Errorf("jars left in lib (-want +got):\n%s", diff)
	}
	if got := names(t, filepath.Join(home, "modules", "*", "plugin-descriptor.properties")); len(got) != len(modules) {
		t.Errorf("%d modules have a descriptor, want %d", len(got), len(modules))
	}
	// both class loaders need asm
	for _, name := range []string{"lang-expression", "lang-painless"} {
		if got := names(t, filepath.Join(home, "modules", name, "asm-1.0.jar")); len(got) != 1 {
			t.Errorf("%s has no asm", name)
		}
	}
	if got := names(t, filepath.Join(home, "plugins", "opensearch-knn", "*")); len(got) != 1 {
		t.Errorf("the k-NN plugin's folder holds %v", got)
	}
}

func TestLayoutNamesAMissingJar(t *testing.T) {
	t.Parallel()
	home := jarsOf(t)
	if err := os.Remove(filepath.Join(home, "reindex-client-1.0.jar")); err != nil {
		t.Fatal(err)
	}
	err := Layout(home)
	if err == nil || !strings.Contains(err.Error(), "module reindex: no jar matches reindex-client-*") {
		t.Errorf("Layout without a module's jar gives %v", err)
	}
}
