package functions

import (
	"os"
	"slices"
	"strings"
	"testing"

	"rialto/functions/contract"
)

const (
	contextsBegin = "<!-- the contexts, from functions/contract: RIALTO_GOLDEN=1 go test ./functions -->\n"
	contextsEnd   = "<!-- end of the contexts -->\n"
)

// The README lists every context with what it owns and its functions. Seen to fail: a function added without its name.
func TestTheReadmeListsEveryContext(t *testing.T) {
	t.Parallel()
	const path = "../README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(readme), contextsBegin)
	listed, after, ended := strings.Cut(rest, contextsEnd)
	if !begun || !ended {
		t.Fatalf("%s lacks the marks around its list of contexts", path)
	}
	if listed == contextTable() {
		return
	}
	if os.Getenv("RIALTO_GOLDEN") == "" {
		t.Fatalf("%s lists other contexts than the contract: RIALTO_GOLDEN=1 go test ./functions renews it", path)
	}
	if err := os.WriteFile(path, []byte(before+contextsBegin+contextTable()+contextsEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func contextTable() string {
	var b strings.Builder
	b.WriteString("\n| context | owns | its functions |\n| --- | --- | --- |\n")
	for _, c := range contract.Contexts() {
		var names []string
		for _, f := range c.Functions {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		if names == nil {
			names = []string{"values only"}
		}
		b.WriteString("| " + c.Name + " | " + c.Owns + " | " + strings.Join(names, ", ") + " |\n")
	}
	return b.String() + "\n"
}
