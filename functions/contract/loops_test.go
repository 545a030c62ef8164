package contract

import (
	"slices"
	"testing"
)

// A function whose records can come back to it says so, and why they end; no other does. Lambda would stop it in the midst.
// Seen to catch: the splitter of feeds, which goes on by a message to itself, without a word on it.
func TestLoopsAreMeant(t *testing.T) {
	t.Parallel()
	sends := map[string][]string{}
	for _, f := range Functions() {
		for _, g := range f.Grants {
			if g.Access == Send {
				sends[f.ID()] = append(sends[f.ID()], g.Name)
			}
		}
	}
	var reaches func(from, to string, seen []string) bool
	reaches = func(from, to string, seen []string) bool {
		for _, next := range sends[from] {
			if next == to || !slices.Contains(seen, next) && reaches(next, to, append(seen, next)) {
				return true
			}
		}
		return false
	}
	for _, f := range Functions() {
		if loops := reaches(f.ID(), f.ID(), nil); loops != (f.Loop != "") {
			t.Errorf("%s: its records come back: %v; it says: %q", f.ID(), loops, f.Loop)
		}
	}
}
