package recommendations

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
)

// numbered is a table with rows of a number, 2 a page, that breaks as often as it is told.
type numbered struct {
	rows   int
	breaks int
}

func (n *numbered) page(_ context.Context, part, parts int, after string) (lines []any, next string, err error) {
	if n.breaks--; n.breaks >= 0 {
		return nil, "", errAway
	}
	var mine []string
	for i := range n.rows {
		if i%parts == part {
			mine = append(mine, fmt.Sprintf("row:%03d", i))
		}
	}
	from, _ := slices.BinarySearch(mine, after+" ")
	if from+2 < len(mine) {
		next = mine[from+1]
	}
	for _, r := range mine[from:min(from+2, len(mine))] {
		lines = append(lines, r)
	}
	return lines, next, nil
}

// taken is what the files of a snapshot's table have.
func taken(t *testing.T, f folder, prefix string) (lines []string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(f.files)) {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(f.files[key]))
		if err != nil {
			t.Fatal(key, err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(key, err)
		}
		lines = append(lines, strings.Fields(string(text))...)
	}
	slices.Sort(lines)
	return lines
}

// Every row of each table stands in a snapshot once, whatever broke, however often a step was taken, and though files are many; and
// training reads a snapshot when all of it is there, not before. Seen to catch: a file named by its part alone, which the next
// overwrites; a cursor that skips the page after a file's last.
func TestASnapshotHasEveryRowOnce(t *testing.T) {
	t.Parallel()
	f, now := folder{files: map[string][]byte{}}, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	products, offers := &numbered{rows: 23, breaks: 2}, &numbered{rows: 5}
	s := Snapshotter{Files: f, Now: func() time.Time { return now }, Pages: 2,
		Sources: []CatalogSource{{"products", products.page}, {"offers", offers.page}}}
	begun, err := s.Take(t.Context(), Snapshot{Of: 3, Hours: 22})
	if err != nil || begun.Name != "20261130T120000Z" || len(begun.Parts) != 3 {
		t.Fatalf("%+v %v", begun, err)
	}
	for _, step := range begun.Parts {
		for n := 0; !step.Done; n++ {
			next, err := s.Take(t.Context(), step)
			again, errAgain := s.Take(t.Context(), step)
			if err == nil && (errAgain != nil || !cmp.Equal(next, again)) {
				t.Fatalf("%+v %+v %v", next, again, errAgain)
			}
			if errors.Is(err, errAway) {
				continue
			}
			if step = next; err != nil || n > 50 {
				t.Fatal(n, err)
			}
		}
	}
	for table, n := range map[string]int{"products": 23, "offers": 5} {
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf(`"row:%03d"`, i))
		}
		if d := cmp.Diff(want, taken(t, f, "catalog/20261130T120000Z/"+table+"/")); d != "" {
			t.Error(table, d)
		}
	}
	if _, there := f.files[catalogKey]; there {
		t.Error("training reads a snapshot before it is complete")
	}
	if _, err := s.Take(t.Context(), Snapshot{Name: begun.Name, Complete: true}); err != nil {
		t.Fatal(err)
	}
	if got, want := string(f.files[catalogKey]), `{"snapshot":"20261130T120000Z","at":"2026-11-30T12:00:00Z"}`; got != want {
		t.Error(got)
	}
}

// Within a day nothing is read anew, and an older snapshot never takes a younger one's place.
func TestASnapshotServesForADay(t *testing.T) {
	t.Parallel()
	f, now := folder{files: map[string][]byte{}}, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s := Snapshotter{Files: f, Now: func() time.Time { return now }}
	if _, err := s.Take(t.Context(), Snapshot{Name: "20261130T120000Z", Complete: true}); err != nil {
		t.Fatal(err)
	}
	for hours, parts := range map[int]int{0: 0, 21: 0, 22: 4, 30: 4} {
		now = time.Date(2026, 11, 30, 12+hours, 0, 0, 0, time.UTC)
		out, err := s.Take(t.Context(), Snapshot{Of: 4, Hours: 22})
		if err != nil || len(out.Parts) != parts || out.Parts == nil {
			t.Errorf("%d hours later: %+v %v", hours, out, err)
		}
	}
	if out, err := s.Take(t.Context(), Snapshot{Of: 4}); err != nil || len(out.Parts) != 4 {
		t.Errorf("one that is asked for anyway: %+v %v", out, err)
	}
	if _, err := s.Take(t.Context(), Snapshot{Name: "20261129T120000Z", Complete: true}); err != nil ||
		!strings.Contains(string(f.files[catalogKey]), "20261130") {
		t.Error(string(f.files[catalogKey]), err)
	}
}

func TestWhatIsNoStepOfASnapshot(t *testing.T) {
	t.Parallel()
	table := &numbered{rows: 5}
	s := Snapshotter{Files: folder{files: map[string][]byte{}}, Now: time.Now, Sources: []CatalogSource{{"products", table.page}}}
	const name = "20261130T120000Z"
	for want, list := range map[string][]Snapshot{
		"invalid_snapshot": {{}, {Of: -1}, {Of: 1_001}, {Name: "../models", Of: 1}, {Name: name}, {Name: name, Of: 2, Part: 2},
			{Name: name, Of: 2, Part: -1}, {Name: "20269930T120000Z", Complete: true}},
		"invalid_cursor": {{Name: name, Of: 1, Cursor: "x"}, {Name: name, Of: 1, Cursor: "products:-1:"}, {Name: name, Of: 1, Cursor: "carts:0:"}},
	} {
		for _, in := range list {
			if out, err := s.Take(t.Context(), in); fault.Code(err) != want {
				t.Errorf("%+v: %+v %v, not %s", in, out, err, want)
			}
		}
	}
}
