package recommendations

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"rialto/functions/internal/ids"
)

// An answer's id says how long the answer took, within bounds, and is an id like any other; training/test_experiment.py reads the same.
func TestAnAnswersIDSaysHowLongItTook(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]string{
		0: "aaa", 37*time.Millisecond + 900*time.Microsecond: "abf", 1234 * time.Millisecond: "bgs", time.Hour: "777", -time.Second: "aaa",
	} {
		a, err := newID(took, rand.Reader)
		if err != nil || !strings.HasPrefix(a, idPrefix+want) || !ids.Valid(idPrefix, a) {
			t.Errorf("%s: %s, %v", took, a, err)
		}
		if b, _ := newID(took, rand.Reader); a == b {
			t.Errorf("two answers are %s", a)
		}
	}
}
