package feeds

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/rows"
)

// Seen to catch: a group a row, as each names another line; rows of the thirty-first reason lost.
func TestEqualLinesAreOneGroup(t *testing.T) {
	t.Parallel()
	var part []rows.Result
	for i := range 40 {
		part = append(part, rows.Result{Line: 10 + i, Code: "duplicate_row", Message: fmt.Sprintf("line %d has the same sku", i)},
			rows.Result{Line: 100 + i, Code: "invalid_value", Message: "/a" + string(rune('A'+i)) + " is no number"})
	}
	part = append(part, rows.Result{Line: 7, Code: "invalid_value", Message: "/aA is no number"})
	g := groups{}
	if err := g.add(lines(part[:50])); err != nil {
		t.Fatal(err)
	}
	if err := g.add(lines(part[50:])); err != nil {
		t.Fatal(err)
	}
	got := g.list()
	sum := int64(0)
	for _, of := range got {
		sum += of.Rows
	}
	if sum != 81 || len(got) != maxGroups+1 {
		t.Errorf("%d rows in %d groups", sum, len(got))
	}
	want := []Group{{"duplicate_row", "line 0 has the same sku", 40, []int{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}},
		{"others", rest.Message, 11, []int{129, 130, 131, 132, 133, 134, 135, 136, 137, 138}}, {"invalid_value", "/aA is no number", 2, []int{100, 7}}}
	if d := cmp.Diff(want, got[:3]); d != "" {
		t.Error(d)
	}
	if err := g.add([]byte("x,y,z\n")); err == nil {
		t.Error("a part that is none is taken")
	}
}
