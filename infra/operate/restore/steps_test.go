package restore

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"rialto/functions/contract"
)

// Seen to catch: a new table without its line.
func TestEveryTableSaysWhatItsRestoreLeaves(t *testing.T) {
	t.Parallel()
	var named, deployed []string
	for _, s := range steps {
		named = append(named, s.Table)
		if s.After == "" {
			t.Errorf("%s does not say what follows", s.Table)
		}
	}
	for _, table := range contract.Tables() {
		deployed = append(deployed, table.Name)
	}
	if !slices.Equal(named, deployed) {
		t.Errorf("there are lines for %q, and the tables are %q", named, deployed)
	}
}

// Seen to catch: a function that is called otherwise by now.
func TestTheStepsNameFunctionsThatThereAre(t *testing.T) {
	t.Parallel()
	var ids, contexts []string
	for _, f := range contract.Functions() {
		ids = append(ids, f.ID())
		if !slices.Contains(contexts, f.Context) {
			contexts = append(contexts, f.Context)
		}
	}
	found := 0
	for _, s := range steps {
		for _, name := range regexp.MustCompile(`\b(`+strings.Join(contexts, "|")+`)-[a-z]+`).FindAllString(s.Never+" "+s.After, -1) {
			if found++; !slices.Contains(ids, name) {
				t.Errorf("%s names %s, which is no function", s.Table, name)
			}
		}
	}
	if found < 10 {
		t.Errorf("the lines name %d functions", found)
	}
}

func TestATableThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	c := &Client{}
	if _, err := c.Drill(t.Context(), Options{Table: "order"}); err == nil || !strings.Contains(err.Error(), "orders") {
		t.Errorf("a drill of it says %v", err)
	}
	if _, _, err := c.PutBack(t.Context(), "order", "x"); err == nil {
		t.Error("it is restored")
	}
	if _, _, err := c.PutBack(t.Context(), "ledger", "x"); err == nil || !strings.Contains(err.Error(), "journals") {
		t.Errorf("a journal is put back as it was: %v", err)
	}
}
