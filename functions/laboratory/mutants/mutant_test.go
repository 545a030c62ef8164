package mutants_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutant is the tree with one mistake, as a patch in testdata has it.
type mutant struct {
	name    string
	story   string
	checker string   // the name that it reports itself by, or of the test that it is
	seen    []string // plain tests that see it too; none else may
	at, run string   // the checker's package, and what to run of its tests
	edits   []edit
}

// edit replaces a text that occurs once in a file, whose path is from the root of the tree.
type edit struct{ file, was, is string }

const root = "../../.."

var head = regexp.MustCompile(`(?s)^(.+)\nchecker: (\S+)\n(?:seen by: ([\w ]+)\n)?at: (\./\S+) (\S+)\n(--- .+)$`)

func parse(name, text string) (mutant, error) {
	m := head.FindStringSubmatch(text)
	if m == nil {
		return mutant{}, fmt.Errorf("%s: no story, checker, place and edits", name)
	}
	p := mutant{name: name, story: strings.TrimSpace(m[1]), checker: m[2], seen: strings.Fields(m[3]), at: m[4], run: m[5]}
	for _, part := range strings.Split("\n"+strings.TrimSuffix(m[6], "\n"), "\n--- ")[1:] {
		file, rest, ok := strings.Cut(part, "\n")
		was, is, both := strings.Cut("\n"+rest+"\n", "\n+++\n")
		if !ok || !both {
			return mutant{}, fmt.Errorf("%s: an edit of %q has no +++", name, file)
		}
		p.edits = append(p.edits, edit{file, strings.TrimPrefix(was, "\n"), strings.TrimSuffix(is, "\n")})
	}
	return p, nil
}

// mutants reads them all, in the order of their names.
func mutants(t *testing.T) []mutant {
	t.Helper()
	files, err := filepath.Glob("testdata/*.patch")
	if err != nil {
		t.Fatal(err)
	}
	var out []mutant
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := parse(strings.TrimSuffix(filepath.Base(f), ".patch"), string(b))
		if err != nil {
			t.Error(err)
			continue
		}
		out = append(out, p)
	}
	return out
}

// applied returns the patched files' texts by path.
func (m mutant) applied() (map[string]string, error) {
	out := map[string]string{}
	for _, e := range m.edits {
		text, ok := out[e.file]
		if !ok {
			b, err := os.ReadFile(filepath.Join(root, e.file))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			text = string(b)
		}
		if n := strings.Count(text, e.was); n != 1 || e.was == e.is {
			return nil, fmt.Errorf("%s: this occurs %d times in %s, not once:\n%s", m.name, n, e.file, e.was)
		}
		out[e.file] = strings.Replace(text, e.was, e.is, 1)
	}
	return out, nil
}

// overlay writes the patched files into dir, and the list of them that the go command reads.
func (m mutant) overlay(dir string) (string, error) {
	texts, err := m.applied()
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for file, text := range texts {
		from, err := filepath.Abs(filepath.Join(root, file))
		if err != nil {
			return "", err
		}
		to := filepath.Join(dir, fmt.Sprint(len(replace), filepath.Ext(file)))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[from] = to
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	return list, os.WriteFile(list, b, 0o600)
}

// touched lists the packages that a patch changes, and for a state machine those that keep its bytes. The plain tests of
// checkout's rules stand in its trial.
func (m mutant) touched() []string {
	var out []string
	for _, e := range m.edits {
		dir := "./" + filepath.ToSlash(filepath.Dir(e.file))
		if filepath.Ext(e.file) != ".go" {
			dir += "/..."
		}
		if dir == "./functions/checkout" {
			out = append(out, dir+"/checkouttrial")
		}
		out = append(out, dir)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
