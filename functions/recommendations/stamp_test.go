package recommendations

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/ids"
)

// An answer's id says how long the answer took, within bounds, and by whom each item was chosen, and is an id like any other;
// training/test_experiment.py reads the same.
func TestAnAnswersIDSaysHowItWasMade(t *testing.T) {
	t.Parallel()
	one, other := Item{}, Item{}
	one.ID, other.ID = "one", "other"
	for _, c := range []struct {
		took   time.Duration
		second map[string]bool
		stamp  string
	}{
		{0, nil, "aaaaaaaa"}, {37*time.Millisecond + 900*time.Microsecond, nil, "abfaaaaa"}, {1234 * time.Millisecond, nil, "bgsaaaaa"},
		{time.Hour, nil, "777aaaaa"}, {-time.Second, nil, "aaaaaaaa"},
		{0, map[string]bool{}, "aaabaaaa"}, {0, map[string]bool{"other": true}, "aaabaaac"}, {0, map[string]bool{"one": true, "other": true}, "aaabaaad"},
	} {
		teams := (&call{second: c.second}).teams([]Item{one, other})
		a, err := newID(c.took, teams, rand.Reader)
		if err != nil || !strings.HasPrefix(a, idPrefix+c.stamp) || !ids.Valid(idPrefix, a) {
			t.Errorf("%s, %v: %s, %v", c.took, c.second, a, err)
		}
		if b, _ := newID(c.took, teams, rand.Reader); a == b {
			t.Errorf("two answers are %s", a)
		}
	}
}
